package io.pipit.config;

import io.pipit.config.Configuration.Grant;
import io.pipit.config.Configuration.Peer;
import io.pipit.config.Configuration.Subscribe;
import io.pipit.config.text.HostPort;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.NodeIds;
import io.pipit.config.text.Patterns;
import io.pipit.config.toml.Document;
import io.pipit.config.toml.Entry;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import io.pipit.config.toml.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code [[peer]]} and {@code [[subscribe]]} of one configuration. One thread. */
final class PeerSections {
    /** The most peers that a file provisions, and the most subscriptions. */
    private static final int PEERS_MAX = 256;

    /** The most roles of a peer, and the most patterns of a subscription. */
    private static final int PATTERNS_MAX = 32;

    private static final Setting<String> NAME =
            Setting.required("name", Kind.name("shed"), "What the peer is called.");
    private static final Setting<String> ID =
            Setting.required(
                    "id",
                    Kind.text("a node ID", NodeIds.FORM, NodeIds::parse),
                    "Its node ID, which `pipit id` prints on that node.");
    private static final Setting<HostPort> ADDRESS =
            Setting.optional(
                    "address",
                    Kind.hostPort().then(PeerSections::reachable),
                    "Where it listens. Without one, this node waits until the peer is found, or comes by itself.");
    private static final Setting<List<Grant>> ROLES =
            Setting.withDefault(
                    "roles",
                    Kind.list(
                            Kind.text(
                                    "a role such as \"read\"",
                                    "(monitor|read|write|bulk|admin)(:" + Patterns.FORM + ")?",
                                    Grant::parse),
                            0,
                            PATTERNS_MAX),
                    List.of("monitor", "read"),
                    "What it may do here: monitor, read, write, bulk, admin; with a pattern as in"
                            + " \"read:air/*\".");
    static final Section PEER =
            Section.repeated(
                    "peer",
                    PEERS_MAX,
                    "Another node that this one knows.",
                    NAME,
                    ID,
                    ADDRESS,
                    ROLES);

    private static final Setting<String> WHOSE =
            Setting.required(
                    "peer",
                    Kind.text(
                            "a node's name, a node ID or \"*\"",
                            "\\*|" + Names.FORM + "|" + NodeIds.FORM,
                            PeerSections::whose),
                    "Whose: a node's name, its ID, or \"*\" for every paired peer.");
    private static final Setting<List<String>> SERIES =
            Setting.required(
                    "series",
                    Kind.list(
                            Kind.text(
                                    "a pattern such as \"*/temperature\"",
                                    Patterns.FORM,
                                    Patterns::series),
                            1,
                            PATTERNS_MAX),
                    "Patterns over its series, sensor/quantity: \"*\" is one of the two, \"**\" both.");
    static final Section SUBSCRIBE =
            Section.repeated(
                    "subscribe",
                    PEERS_MAX,
                    "What this node wants of its peers' readings.",
                    WHOSE,
                    SERIES);

    private final String ownName;
    private final List<Peer> peers;

    /** What is wanted of whom, as far as the subscriptions were read. */
    private final Map<String, Set<String>> wanted = new HashMap<>();

    private final List<Subscribe> subscriptions;

    PeerSections(Document document, String ownName) {
        this.ownName = ownName;
        this.peers = document.each(PEER, this::peer);
        this.subscriptions = document.each(SUBSCRIBE, this::subscription);
    }

    List<Peer> peers() {
        return peers;
    }

    List<Subscribe> subscriptions() {
        return subscriptions;
    }

    private Optional<Peer> peer(Entry in) {
        in.find(NAME).ifPresent(it -> in.once(NAME, "the peer " + Malformed.quote(it), "peer", it));
        if (in.find(NAME).filter(ownName::equals).isPresent()) {
            in.refuse(
                    NAME,
                    "name: "
                            + Malformed.quote(ownName)
                            + " is this node's own: each needs another");
        }
        in.find(ID).ifPresent(it -> in.once(ID, "the peer " + it, "id", it));
        return in.made(() -> new Peer(in.get(NAME), in.get(ID), in.find(ADDRESS), in.get(ROLES)));
    }

    private Optional<Subscribe> subscription(Entry in) {
        Optional<String> whose = in.find(WHOSE);
        Optional<List<String>> series = in.find(SERIES);
        if (whose.isPresent() && series.isPresent()) {
            refuseTooMany(in, whose.get(), series.get());
        }
        return in.made(() -> new Subscribe(in.get(WHOSE), in.get(SERIES)));
    }

    /** Adds up over all subscriptions to one peer, by its name, its ID and with all others. */
    private void refuseTooMany(Entry in, String peer, List<String> series) {
        wanted.computeIfAbsent(peer, _ -> new HashSet<>()).addAll(series);
        Set<String> whose = peer.equals(Subscribe.EVERY_PEER) ? wanted.keySet() : Set.of(peer);
        int most = 0;
        for (String one : whose) {
            Set<String> all = new HashSet<>(wanted.getOrDefault(one, Set.of()));
            all.addAll(wanted.getOrDefault(Subscribe.EVERY_PEER, Set.of()));
            for (Peer known : peers) {
                if (known.name().equals(one)) {
                    all.addAll(wanted.getOrDefault(known.id(), Set.of()));
                } else if (known.id().equals(one)) {
                    all.addAll(wanted.getOrDefault(known.name(), Set.of()));
                }
            }
            most = Math.max(most, all.size());
        }
        if (most > Subscribe.PATTERNS_MAX) {
            in.refuse(
                    SERIES,
                    "series: with this "
                            + most
                            + " patterns are wanted of one peer, and there may be "
                            + Subscribe.PATTERNS_MAX
                            + ": write wider ones, as in \"air/*\" or \"*/temperature\"");
        }
    }

    private static Optional<HostPort> reachable(Value value, HostPort address) {
        return address.port() > 0
                ? Optional.of(address)
                : value.refuse("has the port 0: write the one that the peer listens on");
    }

    private static String whose(String text) throws Malformed {
        if (text.equals(Subscribe.EVERY_PEER)) {
            return text;
        }
        return NodeIds.looksLikeOne(text) ? NodeIds.parse(text) : Names.parse(text);
    }
}
