package io.pipit.discovery;

import io.pipit.model.NodeId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * When to try which place that somebody claims a missing peer to be at. One after the other, since
 * each session that comes about ends the one before; but one that doesn't answer soon holds up
 * nobody. So a false claim costs a handshake that fails, now and then. Stepped by one thread at a
 * time.
 */
final class Trials {
    /** Places of one peer that are tried at the same time. */
    static final int RUNNING_MAX = 3;

    /** Places of one peer that wait to be tried; of more the last ones are left out. */
    static final int WAITING_MAX = 8;

    /** Who answers does so within this, nanoseconds; otherwise the next place has its turn. */
    static final long TURN_NANOS = 1_500_000_000;

    /** The same place isn't tried more often, nanoseconds. */
    static final long AGAIN_NANOS = 5_000_000_000L;

    /** A peer, and a place to try. */
    record Trial(NodeId peer, InetSocketAddress address) {}

    private static final class Places {
        private final Map<InetSocketAddress, Boolean> waiting = new LinkedHashMap<>();
        private final Map<InetSocketAddress, Long> running = new LinkedHashMap<>();
        private final Map<InetSocketAddress, Long> tried = new LinkedHashMap<>();
    }

    private final Map<NodeId, Places> all = new HashMap<>();

    /** Somebody said that it is there. */
    void claimed(NodeId peer, InetSocketAddress address, long nowNanos) {
        Places places = all.computeIfAbsent(peer, _ -> new Places());
        Long tried = places.tried.get(address);
        if (places.waiting.size() < WAITING_MAX
                && !places.running.containsKey(address)
                && (tried == null || nowNanos - tried >= AGAIN_NANOS)) {
            places.waiting.put(address, true);
        }
    }

    /** That trial is over, whatever came of it. */
    void over(Trial trial) {
        Places places = all.get(trial.peer);
        if (places != null) {
            places.running.remove(trial.address);
        }
    }

    /**
     * What to try now.
     *
     * @param missing whether a peer can't be reached; of others nothing is tried
     */
    List<Trial> step(long nowNanos, Predicate<NodeId> missing) {
        List<Trial> now = new ArrayList<>();
        for (Iterator<Map.Entry<NodeId, Places>> peers = all.entrySet().iterator();
                peers.hasNext(); ) {
            Map.Entry<NodeId, Places> peer = peers.next();
            Places places = peer.getValue();
            places.tried.values().removeIf(at -> nowNanos - at >= AGAIN_NANOS);
            if (!missing.test(peer.getKey())) {
                places.waiting.clear();
            }
            boolean isFree =
                    places.running.size() < RUNNING_MAX
                            && places.running.values().stream()
                                    .allMatch(since -> nowNanos - since >= TURN_NANOS);
            InetSocketAddress address = isFree ? best(places.waiting.keySet()) : null;
            if (address != null) {
                places.waiting.remove(address);
                places.running.put(address, nowNanos);
                places.tried.put(address, nowNanos);
                now.add(new Trial(peer.getKey(), address));
            }
            if (places.waiting.isEmpty() && places.running.isEmpty() && places.tried.isEmpty()) {
                peers.remove();
            }
        }
        return now;
    }

    /** The first, but of one link alone only where there is no other: nobody can be told of it. */
    private static @Nullable InetSocketAddress best(Collection<InetSocketAddress> waiting) {
        return waiting.stream()
                .min(Comparator.comparing(address -> address.getAddress().isLinkLocalAddress()))
                .orElse(null);
    }
}
