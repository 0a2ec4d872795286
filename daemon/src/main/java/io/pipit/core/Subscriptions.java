package io.pipit.core;

import io.pipit.core.path.Paths;
import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.CoreStatus;
import io.pipit.port.Entropy;
import io.pipit.port.Event;
import io.pipit.port.ReadingStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What this node follows of its peers: one {@link Subscription} for each peer that it knows and
 * wants something of. Node loop.
 */
final class Subscriptions {
    /** Peers followed at the same time. */
    static final int SUBSCRIPTIONS_MAX = 256;

    /** Logs of one peer, ever: each one beyond the first is a store that was lost. */
    static final int LOGS_PER_PEER_MAX = 64;

    /** Fetched entries that wait for a commit, or were asked for; then no more are. */
    static final int UNCOMMITTED_MAX = 20_000;

    /** What all subscriptions count together. */
    record Counters(
            Counter received,
            Counter repaired,
            Counter duplicates,
            Counter gone,
            Counter overflows,
            Counter storeFull,
            Counter nonsense,
            Counter logsRefused,
            Counter asked,
            Counter cut,
            Counter slow) {
        static Counters in(Metrics metrics) {
            return new Counters(
                    metrics.counter("pipit_entries_received", "Peers' log entries taken in"),
                    metrics.counter(
                            "pipit_entries_repaired", "Those of them that came by asking for them"),
                    metrics.counter(
                            "pipit_entries_duplicate",
                            "Peers' log entries ignored: held already, or not wanted"),
                    metrics.counter(
                            "pipit_places_gone",
                            "Places of peers' logs that were no longer kept when asked for"),
                    metrics.counter(
                            "pipit_slices_overflowed",
                            "Slices left to repair because there are too many gaps"),
                    metrics.counter(
                            "pipit_slices_unstored",
                            "Slices left to repair because the store had no room"),
                    metrics.counter(
                            "pipit_slices_nonsense", "Slices with impossible places in the log"),
                    metrics.counter(
                            "pipit_logs_refused", "Answers of a peer that has shown too many logs"),
                    metrics.counter("pipit_fetches", "Stretches of peers' logs asked for"),
                    metrics.counter(
                            "pipit_fetches_cut", "Those whose answer held less than the stretch"),
                    metrics.counter(
                            "pipit_fetches_slow",
                            "Those whose answer took so long that fewer go out at a time"));
        }
    }

    final Paths paths;
    final ReadingStore store;
    final Entropy entropy;
    final Counters counters;
    private final NodeId self;
    private final Watchers watchers;
    private final Health health;
    private final Counter refused;
    private final Map<NodeId, Map<LogId, HeldLog>> held = new HashMap<>();
    private final Map<NodeId, Subscription> subscriptions = new TreeMap<>();

    /** Why the subscription to a peer that isn't heard from ended last. */
    private final Map<NodeId, String> endings = new HashMap<>();

    private Map<NodeId, String> names = Map.of();
    private Map<NodeId, Filter> wanted = Map.of();
    private long number;

    Subscriptions(
            NodeId self,
            Paths paths,
            ReadingStore store,
            ReadingStore.Recovered recovered,
            Entropy entropy,
            Watchers watchers,
            Health health,
            Metrics metrics) {
        this.self = self;
        this.paths = paths;
        this.store = store;
        this.entropy = entropy;
        this.watchers = watchers;
        this.health = health;
        counters = Counters.in(metrics);
        refused =
                metrics.counter(
                        "pipit_subscriptions_refused",
                        "Peers not followed because there are too many");
        recovered
                .cursors()
                .forEach((cursor, place) ->
                        held.computeIfAbsent(cursor.origin(), peer -> new HashMap<>())
                                .computeIfAbsent(cursor.log(), HeldLog::new)
                                .recover(cursor.filter(), place));
    }

    void known(List<Peer> peers, long nowNanos) {
        names = peers.stream().collect(Collectors.toMap(Peer::id, Peer::name, (a, b) -> b));
        settle(nowNanos);
        paths.known(names.keySet());
    }

    /** What is held of the one is the other's: it goes on where that was. */
    void renamed(NodeId before, NodeId after) {
        Subscription subscription = subscriptions.remove(before);
        if (subscription != null) {
            subscription.stop();
        }
        store.renamed(before, after);
        Map<LogId, HeldLog> logs = held.remove(before);
        if (logs != null) {
            logs.putAll(held.getOrDefault(after, Map.of()));
            held.put(after, logs);
        }
    }

    void wanted(Map<NodeId, Filter> filters, long nowNanos) {
        wanted = filters;
        settle(nowNanos);
    }

    /** The one that this is about; null where it is of the past. */
    @Nullable Subscription of(NodeId peer, Filter filter) {
        Subscription subscription = subscriptions.get(peer);
        return subscription != null && subscription.filter.equals(filter) ? subscription : null;
    }

    /** Whether what is wanted of a peer comes in time. */
    boolean isHeard(NodeId peer, long nowNanos) {
        Subscription subscription = subscriptions.get(peer);
        return subscription != null && subscription.isLive(nowNanos);
    }

    void reachable(NodeId peer, long nowNanos) {
        Subscription subscription = subscriptions.get(peer);
        if (subscription != null) {
            subscription.reachable(nowNanos);
        }
    }

    void committed(Map<ReadingStore.Cursor, Long> cursors) {
        cursors.forEach((cursor, place) -> {
            HeldLog log = held.getOrDefault(cursor.origin(), Map.of()).get(cursor.log());
            if (log != null) {
                log.committed(cursor.filter(), place);
            }
        });
    }

    long nextDeadlineNanos() {
        long next = Timing.NEVER;
        for (Subscription subscription : subscriptions.values()) {
            next = Math.min(next, subscription.nextDeadlineNanos());
        }
        return next;
    }

    void tick(long nowNanos) {
        for (Subscription subscription : subscriptions.values()) {
            subscription.tick(nowNanos);
        }
    }

    /** A subscription isn't there any more, and is tried again. */
    void ended(Event.SubscriptionEnded event, long nowNanos) {
        Subscription subscription = of(event.peer(), event.filter());
        if (subscription != null) {
            endings.put(event.peer(), event.reason());
            subscription.ended(nowNanos);
        }
    }

    /** Says of the peers who is heard from, and why not. */
    void judge(long nowNanos) {
        List<String> silent = new ArrayList<>();
        endings.keySet().retainAll(subscriptions.keySet());
        for (Subscription subscription : subscriptions.values()) {
            NodeId peer = subscription.peer;
            if (subscription.isLive(nowNanos)) {
                endings.remove(peer);
            } else {
                String why = endings.getOrDefault(peer, "");
                silent.add(nameOf(peer) + (why.isEmpty() ? "" : " (" + why + ")"));
            }
        }
        if (subscriptions.isEmpty()) {
            health.set(Health.Part.PEERS, Health.Status.OFF, "");
        } else if (silent.isEmpty()) {
            health.set(Health.Part.PEERS, Health.Status.OK, "");
        } else {
            health.set(
                    Health.Part.PEERS,
                    Health.Status.DEGRADED,
                    "not heard from: " + String.join(", ", silent));
        }
    }

    List<CoreStatus.Subscription> status(long nowNanos) {
        return subscriptions.values().stream().map(each -> each.status(nowNanos)).toList();
    }

    /**
     * How many entries may still be asked for before the store has committed some.
     *
     * @param next whether of what comes next at a cursor: that must not wait for what came before
     *     its turn, which waits for it
     */
    int room(boolean next) {
        int taken = 0;
        for (Subscription subscription : subscriptions.values()) {
            taken += subscription.uncommittedEntries() + (next ? 0 : subscription.aheadEntries());
        }
        return Math.max(0, UNCOMMITTED_MAX - taken);
    }

    /** The number of the next question. */
    long nextNumber() {
        return number + 1;
    }

    /** A question has the number that was the next. */
    void numbered() {
        number++;
    }

    /** What is held of this log, perhaps nothing yet; null where the peer showed too many. */
    @Nullable HeldLog logOf(NodeId peer, LogId id) {
        Map<LogId, HeldLog> logs = held.computeIfAbsent(peer, other -> new HashMap<>());
        if (logs.size() >= LOGS_PER_PEER_MAX && !logs.containsKey(id)) {
            counters.logsRefused().increment();
            return null;
        }
        return logs.computeIfAbsent(id, HeldLog::new);
    }

    void arrived(NodeId peer, LogId log, List<LogEntry> entries, boolean live) {
        watchers.arrived(peer, nameOf(peer), log, entries, live);
    }

    private String nameOf(NodeId peer) {
        return names.getOrDefault(peer, peer.toString());
    }

    /** Begins and ends subscriptions until they are what is wanted of those who are known. */
    private void settle(long nowNanos) {
        for (Subscription subscription : List.copyOf(subscriptions.values())) {
            if (!isWanted(subscription.peer, subscription.filter)) {
                subscriptions.remove(subscription.peer);
                subscription.stop();
            }
        }
        wanted.forEach((peer, filter) -> {
            if (!isWanted(peer, filter) || subscriptions.containsKey(peer)) {
                return;
            }
            if (subscriptions.size() >= SUBSCRIPTIONS_MAX) {
                refused.increment();
            } else {
                subscriptions.put(peer, new Subscription(peer, filter, this, nowNanos));
            }
        });
    }

    private boolean isWanted(NodeId peer, Filter filter) {
        return filter.equals(wanted.get(peer)) && names.containsKey(peer) && !peer.equals(self);
    }
}
