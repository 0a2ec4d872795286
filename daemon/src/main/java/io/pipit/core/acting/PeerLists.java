package io.pipit.core.acting;

import io.pipit.core.timing.Timing;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.PeerOutlets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which actuators the peers have, as far as they let this node read that: asked when a peer comes
 * within reach, and from time to time. Stepped as the core is; {@link #list} may be called on any
 * thread.
 */
public final class PeerLists {
    /** Of one peer; what it has besides isn't listed. */
    public static final int ACTUATORS_MAX = 64;

    /** A peer within reach is asked again after this. */
    static final long AGAIN_NANOS = 30 * Timing.SECOND;

    /**
     * Whether a peer is within reach is looked at this often: on a wake-up that is there anyway.
     */
    static final long LOOK_NANOS = Timing.SECOND;

    /** One that doesn't let this node. */
    static final long REFUSED_AGAIN_NANOS = 600 * Timing.SECOND;

    /** What is known of a peer. */
    private static final class Known {
        private final String name;
        private List<Actuator> actuators = List.of();
        private long askAtNanos;
        private boolean asked;

        private Known(String name) {
            this.name = name;
        }
    }

    private final PeerOutlets peers;
    private final TimeSource time;
    private final Map<NodeId, Known> known = new HashMap<>();
    private volatile List<Actuator> list = List.of();

    public PeerLists(PeerOutlets peers, TimeSource time) {
        this.peers = peers;
        this.time = time;
    }

    /** Takes in what happened; what isn't about peers' actuators is ignored. */
    public void handle(Event event) {
        switch (event) {
            case Event.PeersKnown all -> know(all.peers());
            case Event.PeerReachable reachable -> {
                Known peer = known.get(reachable.peer());
                if (peer != null) {
                    peer.askAtNanos = time.monotonicNanos();
                }
            }
            case Event.Acting acting when acting.event() instanceof ActingEvent.Listed listed -> {
                Known peer = known.get(listed.peer());
                if (peer != null) {
                    List<Actuator> said = listed.actuators();
                    peer.asked = false;
                    long wait =
                            said == null && listed.answered() ? REFUSED_AGAIN_NANOS : AGAIN_NANOS;
                    // Where it came within reach again meanwhile, that counts.
                    peer.askAtNanos = Math.min(peer.askAtNanos, time.monotonicNanos() + wait);
                    if (said != null) {
                        peer.actuators = named(peer.name, said);
                        publish();
                    }
                }
            }
            default -> {
                // The core's, or Leases'.
            }
        }
    }

    private static List<Actuator> named(String node, List<Actuator> said) {
        return said.stream()
                .limit(ACTUATORS_MAX)
                .map(one ->
                        new Actuator(
                                node,
                                one.name(),
                                one.quantity(),
                                one.unit(),
                                one.min(),
                                one.max(),
                                one.onOff(),
                                one.safe()))
                .sorted(Comparator.comparing(Actuator::name))
                .toList();
    }

    private void know(List<Peer> now) {
        Set<NodeId> ids = new HashSet<>();
        for (Peer peer : now) {
            ids.add(peer.id());
            Known before = known.get(peer.id());
            if (before == null || !before.name.equals(peer.name())) {
                Known fresh = new Known(peer.name());
                fresh.askAtNanos = time.monotonicNanos();
                if (before != null) {
                    fresh.actuators = named(peer.name(), before.actuators);
                    fresh.asked = before.asked;
                }
                known.put(peer.id(), fresh);
            }
        }
        known.keySet().retainAll(ids);
        publish();
    }

    private void publish() {
        List<Actuator> all = new ArrayList<>();
        known.values().stream()
                .sorted(Comparator.comparing((Known peer) -> peer.name))
                .forEach(peer -> all.addAll(peer.actuators));
        list = List.copyOf(all);
    }

    /** Asks those whose time has come. */
    public void tick() {
        long now = time.monotonicNanos();
        known.forEach((id, peer) -> {
            if (!peer.asked && peer.askAtNanos <= now) {
                if (peers.isReachable(id)) {
                    peer.asked = true;
                    peer.askAtNanos = Timing.NEVER;
                    peers.list(id);
                } else {
                    // Coming within reach for the first time is no event.
                    peer.askAtNanos = now + LOOK_NANOS;
                }
            }
        });
    }

    /** When {@link #tick} is to be called at the latest, monotonic. */
    public long nextDeadlineNanos() {
        long next = Timing.NEVER;
        for (Known peer : known.values()) {
            if (!peer.asked && peer.askAtNanos != Timing.NEVER) {
                next = Math.min(next, Timing.atFullSecond(peer.askAtNanos));
            }
        }
        return next;
    }

    /** Those of all peers, by the peers' names and theirs. Any thread. */
    public List<Actuator> list() {
        return list;
    }
}
