package io.pipit.node.trust;

import io.pipit.model.NodeId;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that one key is in use by two nodes at once, as after a copied SD card. Each process
 * draws a number when it begins and says it to its peers again and again. A restart brings another
 * one, and the one before it is never heard again; only of two that run side by side does one come
 * back after the other. Addresses don't count, so that a new lease, a second interface or a NAT
 * that forgets sets nothing off. Thread-safe.
 */
public final class Clones {
    /**
     * So often one of them has to come back: what a process that just ended left on its way makes
     * two of that, one when it arrives and one when its successor speaks again.
     */
    static final int RETURNS_MIN = 3;

    /** Instances of one peer that are kept in mind. */
    static final int INSTANCES_MAX = 8;

    /** What was noticed is said so long after an instance came back last, nanoseconds: an hour. */
    static final long HOLDS_NANOS = 3_600_000_000_000L;

    /**
     * So long after another instance spoke than the one before, whoever speaks is asked to do so
     * again soon, nanoseconds: time enough for the other one to be heard, if there is one.
     */
    static final long WATCHED_NANOS = 60_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Clones.class);

    private static final class Seen {
        /** By number, where it was last; the one that spoke last is the last one. */
        private final Map<Long, String> instances = new LinkedHashMap<>();

        private int returns;
        private long returnedNanos;
        private boolean hasChanged;
        private long changedNanos;
        private String name = "";
    }

    private final Map<NodeId, Seen> peers = new HashMap<>();
    private final Health health;
    private final TimeSource time;
    private final Counter noticed;

    /** Says what it notices there, as part of the peers. */
    public Clones(Health health, TimeSource time, Metrics metrics) {
        this.health = health;
        this.time = time;
        noticed =
                metrics.counter(
                        "pipit_clones_noticed",
                        "Times that a key's other user was heard, where two nodes have one key");
    }

    /**
     * A peer said that it is there.
     *
     * @param name what it is called here
     * @param instance drawn by its process
     * @param where it speaks from, in words
     * @return whether it is to say so again soon: there may be another one
     */
    public synchronized boolean met(NodeId peer, String name, long instance, String where) {
        Seen seen = peers.computeIfAbsent(peer, _ -> new Seen());
        seen.name = name;
        long last = 0;
        for (long each : seen.instances.keySet()) {
            last = each;
        }
        boolean changed = !seen.instances.isEmpty() && last != instance;
        boolean returned = changed && seen.instances.containsKey(instance);
        seen.instances.remove(instance);
        seen.instances.put(instance, where);
        if (seen.instances.size() > INSTANCES_MAX) {
            seen.instances.remove(seen.instances.keySet().iterator().next());
        }
        long now = time.monotonicNanos();
        if (changed) {
            seen.hasChanged = true;
            seen.changedNanos = now;
        }
        if (returned) {
            returned(seen, now);
        }
        return seen.hasChanged && now - seen.changedNanos < WATCHED_NANOS;
    }

    private void returned(Seen seen, long now) {
        seen.returns = now - seen.returnedNanos > HOLDS_NANOS ? 1 : seen.returns + 1;
        seen.returnedNanos = now;
        if (seen.returns >= RETURNS_MIN) {
            noticed.increment();
            if (seen.returns == RETURNS_MIN) {
                LOG.warn("peer {}: {}", seen.name, words(seen));
            }
            tell();
        }
    }

    private static String words(Seen seen) {
        List<String> places = new ArrayList<>(seen.instances.values());
        List<String> two =
                places.subList(Math.max(0, places.size() - 2), places.size()).stream()
                        .distinct()
                        .sorted()
                        .toList();
        return "two nodes have its key at once, at "
                + String.join(" and ", two)
                + "; if an SD card was copied: on the copy, stop pipit, move its data-dir away and"
                + " pair it anew";
    }

    /** What was noticed of a peer, in words; by peer. */
    public synchronized Map<NodeId, String> noticed() {
        Map<NodeId, String> all = new TreeMap<>();
        long now = time.monotonicNanos();
        peers.forEach((peer, seen) -> {
            if (seen.returns >= RETURNS_MIN && now - seen.returnedNanos <= HOLDS_NANOS) {
                all.put(peer, words(seen));
            }
        });
        return all;
    }

    /** Only these are peers; and what is over isn't said any longer. */
    public synchronized void know(Set<NodeId> now) {
        peers.keySet().retainAll(now);
        tell();
    }

    private void tell() {
        List<String> all = new ArrayList<>();
        noticed()
                .forEach((peer, words) -> {
                    Seen seen = peers.get(peer);
                    all.add((seen == null ? peer.toString() : seen.name) + ": " + words);
                });
        health.also(Health.Part.PEERS, "clones", String.join("; ", all));
    }
}
