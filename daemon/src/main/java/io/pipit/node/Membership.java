package io.pipit.node;

import io.pipit.coap.CoapPeerLinks;
import io.pipit.discovery.Discovery;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Problems;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.resource.ResourceTree;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes over each list of peers as it becomes known: who is new is spoken to, who is gone gets
 * nothing more. Thread-safe.
 */
final class Membership {
    private final TrustStore trust;
    private final Supplier<Settings> settings;
    private final BooleanSupplier durable;
    private final Inbox inbox;
    private final Problems problems;
    private final Ways ways;
    private final Set<NodeId> before = new HashSet<>();

    /**
     * What has to know of it.
     *
     * @param forget ends all that there is with one who is no peer any more
     */
    record Ways(
            Discovery discovery,
            CoapPeerLinks links,
            ResourceTree resources,
            Consumer<NodeId> forget) {}

    /**
     * Of nobody yet.
     *
     * @param settings as they are when the list changes
     * @param durable whether what comes can be kept
     */
    Membership(
            TrustStore trust,
            Supplier<Settings> settings,
            BooleanSupplier durable,
            Inbox inbox,
            Problems problems,
            Ways ways) {
        this.trust = trust;
        this.settings = settings;
        this.durable = durable;
        this.inbox = inbox;
        this.problems = problems;
        this.ways = ways;
    }

    /** These are the peers now. */
    synchronized void know(List<Peer> now) {
        Settings present = settings.get();
        ways.discovery().know(now);
        Set<NodeId> ids = new HashSet<>(now.stream().map(Peer::id).toList());
        trust.statements()
                .successions()
                .forEach((former, id) -> {
                    if (ids.contains(id) && !before.contains(id)) {
                        inbox.offer(new Event.PeerRenamed(former, id));
                    }
                });
        inbox.offer(new Event.PeersKnown(now));
        // Without a store nothing could be kept, nor said to be held: it is fetched later.
        inbox.offer(
                new Event.Wanted(
                        durable.getAsBoolean()
                                ? present.wanted(now, trust.statements()::current)
                                : Map.of()));
        problems.tell(Part.PEERS, "trust", trust.problems());
        problems.tell(Part.PEERS, "patterns", present.tooWide(now));
        problems.tell(Part.PEERS, "keys", present.outdated(trust.statements()::current));
        ways.resources().grantsChanged(now);
        before.stream().filter(id -> !ids.contains(id)).forEach(ways.forget());
        ids.stream().filter(id -> !before.contains(id)).forEach(ways.links()::greet);
        before.clear();
        before.addAll(ids);
    }
}
