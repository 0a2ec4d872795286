package io.pipit.node;

import io.pipit.config.Configuration;
import io.pipit.config.text.HostPort;
import io.pipit.discovery.Discovery;
import io.pipit.model.Filter;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The configuration in the words of the model. What it says was checked when it was loaded. */
record Settings(Configuration configuration) {
    /** As all programs that use D-Bus have it. */
    private static final String SYSTEM_BUS = "DBUS_SYSTEM_BUS_ADDRESS";

    private static final String SYSTEM_BUS_DEFAULT = "unix:path=/run/dbus/system_bus_socket";

    /** The peers that the file names. */
    List<Peer> peers() {
        return configuration.peers().stream()
                .map(peer ->
                        new Peer(
                                NodeId.parse(peer.id()).orElseThrow(),
                                peer.name(),
                                peer.address().map(Settings::address).orElse(null),
                                peer.roles().stream()
                                        .map(role -> Grant.parse(role.toString()).orElseThrow())
                                        .collect(Collectors.toSet())))
                .toList();
    }

    /**
     * What is wanted of each of these: all that the subscriptions to it say together. More patterns
     * than a filter has, which {@link #tooWide} names, become everything.
     */
    Map<NodeId, Filter> wanted(List<Peer> known) {
        return wanted(known, UnaryOperator.identity());
    }

    /**
     * The same.
     *
     * @param current who goes on with another key, and by which ID
     */
    Map<NodeId, Filter> wanted(List<Peer> known, UnaryOperator<NodeId> current) {
        Map<NodeId, Filter> wanted = new HashMap<>();
        for (Peer peer : known) {
            Set<String> patterns = patterns(peer, current);
            if (!patterns.isEmpty()) {
                wanted.put(
                        peer.id(),
                        patterns.size() > Filter.PATTERNS_MAX
                                ? Filter.ALL
                                : new Filter(new ArrayList<>(patterns)));
            }
        }
        return wanted;
    }

    /**
     * What is wrong with what is wanted of these, a line each. The configuration is refused where
     * this could be seen in it; a peer that was paired may be wanted by its name and by its ID.
     */
    List<String> tooWide(List<Peer> known) {
        UnaryOperator<NodeId> current = UnaryOperator.identity();
        return known.stream()
                .filter(peer -> patterns(peer, current).size() > Filter.PATTERNS_MAX)
                .map(peer ->
                        "the subscriptions to %s have %d patterns, more than %d: all its readings are fetched; write wider patterns"
                                .formatted(
                                        peer.name(),
                                        patterns(peer, current).size(),
                                        Filter.PATTERNS_MAX))
                .toList();
    }

    /** Which lines name a peer by a key that it had before, and what to write, a line each. */
    List<String> outdated(UnaryOperator<NodeId> current) {
        return configuration.subscriptions().stream()
                .map(Configuration.Subscribe::peer)
                .distinct()
                .filter(peer ->
                        NodeId.parse(peer).filter(id -> !current.apply(id).equals(id)).isPresent())
                .map(peer ->
                        "configuration: in [[subscribe]] write peer = \"%s\" in place of peer = \"%s\": it goes on with another key"
                                .formatted(current.apply(NodeId.parse(peer).orElseThrow()), peer))
                .toList();
    }

    private Set<String> patterns(Peer peer, UnaryOperator<NodeId> current) {
        Set<String> patterns = new TreeSet<>();
        for (Configuration.Subscribe subscription : configuration.subscriptions()) {
            if (subscription.peer().equals(Configuration.Subscribe.EVERY_PEER)
                    || subscription.peer().equals(peer.name())
                    || NodeId.parse(subscription.peer())
                            .map(current)
                            .filter(peer.id()::equals)
                            .isPresent()) {
                patterns.addAll(subscription.series());
            }
        }
        return patterns;
    }

    /** Where peers reach this node. */
    List<InetSocketAddress> listen() {
        return configuration.coap().listen().stream().map(Settings::address).toList();
    }

    /** By which ways it finds peers, and what it says of itself. */
    Discovery.Settings discovery(NodeId self, List<InetSocketAddress> listen) {
        return new Discovery.Settings(
                self,
                configuration.discovery().multicast(),
                configuration.discovery().dnsSd(),
                System.getenv().getOrDefault(SYSTEM_BUS, SYSTEM_BUS_DEFAULT),
                configuration.coap().announceName() ? configuration.node().name() : null,
                listen,
                configuration.node().dataDir());
    }

    /** Where its numbers are read over HTTP. */
    Optional<InetSocketAddress> metrics() {
        return configuration.metrics().http().map(Settings::address);
    }

    /** Where a browser finds its page. */
    Optional<InetSocketAddress> page() {
        return configuration.page().http().map(Settings::address);
    }

    /** Where programs of this machine read it. */
    InetSocketAddress monitor() {
        return address(configuration.coap().monitor());
    }

    /** What they may read there. */
    Set<Grant> monitorGrants() {
        Set<Grant.Role> roles =
                configuration.coap().monitorAccess() == Configuration.Access.READ
                        ? EnumSet.of(Grant.Role.MONITOR, Grant.Role.READ)
                        : EnumSet.of(Grant.Role.MONITOR);
        return roles.stream().map(Grant::of).collect(Collectors.toSet());
    }

    /** A name stays a name: looking it up may take time and is somebody else's work. */
    private static InetSocketAddress address(HostPort place) {
        if (!place.isLiteral()) {
            return InetSocketAddress.createUnresolved(place.host(), place.port());
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(place.host()), place.port());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("checked as a literal: " + place, e);
        }
    }
}
