package io.pipit.resource;

import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Caller.Via;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * All observations of the tree: how many there may be, and that they end when their observer leaves
 * or may no longer see what it observes. Thread-safe.
 */
final class Observations {
    /** In all. */
    static final int ALL_MAX = 500;

    /** Of one peer. */
    static final int PEER_MAX = 64;

    /** Of all programs on the monitoring endpoint together, and of all on the socket. */
    static final int LOCAL_MAX = 200;

    private final Set<Observation> open = new LinkedHashSet<>();
    private final Counter refused;
    private final Counter revoked;
    private final Counter failed;

    Observations(Metrics metrics) {
        refused =
                metrics.counter(
                        "pipit_observations_refused",
                        "Observations refused because there are too many");
        revoked =
                metrics.counter(
                        "pipit_observations_revoked",
                        "Observations ended because the peer may no longer");
        failed =
                metrics.counter(
                        "pipit_notifications_failed", "Notifications that could not be made");
        metrics.gauge("pipit_observations", "Observations of this node's resources", this::count);
    }

    /** One of them. */
    final class Observation {
        private final Call call;
        private final Predicate<Caller> still;
        private final Runnable stop;
        private boolean ended;

        private Observation(Call call, Predicate<Caller> still, Runnable stop) {
            this.call = call;
            this.still = still;
            this.stop = stop;
        }

        /** Ends it without a word. Once more does nothing. */
        void end() {
            synchronized (open) {
                if (ended) {
                    return;
                }
                ended = true;
                open.remove(this);
            }
            stop.run();
        }

        /** Ends it and says why. */
        void end(Refusal refusal) {
            call.refuse(refusal);
            end();
        }
    }

    /**
     * Takes one in; it ends with its exchange.
     *
     * @param still whether a caller may have it: asked again when grants change
     * @param start lets notifications come; false where there was no room for that
     * @param stop runs once when it ends
     * @throws Refusal where there are too many
     */
    Observation open(Call call, Predicate<Caller> still, BooleanSupplier start, Runnable stop)
            throws Refusal {
        Observation observation = add(call, still, stop);
        if (!start.getAsBoolean()) {
            observation.end();
            refused.increment();
            throw Refusal.busy("the node has no room for this observation now");
        }
        // Not before it began: where the observer is gone already, the end comes at once.
        call.exchange().onClosed(observation::end);
        return observation;
    }

    private Observation add(Call call, Predicate<Caller> still, Runnable stop) throws Refusal {
        Observation observation = new Observation(call, still, stop);
        synchronized (open) {
            Caller caller = call.caller();
            long same = open.stream().filter(o -> isSame(o.call.caller(), caller)).count();
            long most = caller.via() == Via.NETWORK ? PEER_MAX : LOCAL_MAX;
            if (open.size() >= ALL_MAX || same >= most) {
                refused.increment();
                throw Refusal.busy("too many observations: " + same + " of yours");
            }
            open.add(observation);
        }
        return observation;
    }

    private static boolean isSame(Caller a, Caller b) {
        return a.via() == b.via() && Objects.equals(a.peer(), b.peer());
    }

    /** Makes a notification; what goes wrong with it is counted and hurts nobody else. */
    void notifying(Runnable notification) {
        try {
            notification.run();
        } catch (RuntimeException e) {
            failed.increment();
        }
    }

    /** Ends what peers observe that they may no longer. */
    void grantsChanged(List<Peer> peers) {
        Map<NodeId, Peer> known = new HashMap<>();
        peers.forEach(peer -> known.put(peer.id(), peer));
        List<Observation> all;
        synchronized (open) {
            all = List.copyOf(open);
        }
        for (Observation observation : all) {
            Caller caller = observation.call.caller();
            if (caller.via() != Via.NETWORK) {
                continue;
            }
            Peer peer = caller.peer() == null ? null : known.get(caller.peer());
            Caller now =
                    new Caller(
                            caller.via(), caller.peer(), peer == null ? Set.of() : peer.grants());
            if (!observation.still.test(now)) {
                revoked.increment();
                observation.end(new Refusal(Call.FORBIDDEN, "this is no longer granted to you"));
            }
        }
    }

    private int count() {
        synchronized (open) {
            return open.size();
        }
    }
}
