package io.pipit.mqtt;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.mqtt.Places.Place;
import io.pipit.port.CoreStatus;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.Page;
import io.pipit.port.ReadingHistory.Position;
import io.pipit.port.ReadingStore.Cursor;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to be published: a cursor over each log in the store, this node's and its peers', each in
 * its order. A peer's log is followed as far as nothing of it is missing here. In memory there are
 * {@link #BATCH} readings at the most, however many wait. For one thread, on which answers come.
 */
final class Backlog {
    /** Readings that are read at once. */
    static final int BATCH = 256;

    /** Logs that are followed; a node has more than one where its card was replaced. */
    static final int LOGS_MAX = 1_024;

    /** One log. */
    private static final class Log {
        final LogId id;
        NodeId origin;

        /** Up to where it is published and acknowledged. */
        long published;

        /** Up to where it was read from the store. */
        long read;

        /** Up to where there is something to read. */
        long end;

        /** Readings of it that were read and aren't acknowledged. */
        int pending;

        Log(LogId id, NodeId origin, long from) {
            this.id = id;
            this.origin = origin;
            this.published = from;
            this.read = from;
        }

        /** Nothing up to there is to be published again. */
        long place() {
            return pending == 0 ? Math.max(read, published) : published;
        }
    }

    private final NodeId self;
    private final ReadingHistory history;
    private final Executor executor;
    private final Consumer<Throwable> failed;
    private final Runnable more;
    private final Map<LogId, Log> logs = new LinkedHashMap<>();

    /** Nodes of which something was published before: what else comes of them is new. */
    private final Set<NodeId> known = new HashSet<>();

    private final Map<NodeId, Filter> filters = new HashMap<>();
    private final Scope scope;
    private final ArrayDeque<Kept> ready = new ArrayDeque<>();
    private Map<NodeId, String> names = Map.of();
    private boolean asking;
    private int epoch;
    private @Nullable LogId lastAsked;

    /**
     * Where the last run stopped.
     *
     * @param held up to where peers' logs were committed when the store was opened
     * @param executor the thread's
     * @param more told when {@link #next} may have something
     * @param failed told when the store can't be read
     */
    Backlog(
            NodeId self,
            Scope scope,
            Map<LogId, Place> places,
            Map<Cursor, Long> held,
            ReadingHistory history,
            Executor executor,
            Runnable more,
            Consumer<Throwable> failed) {
        this.self = self;
        this.scope = scope;
        this.history = history;
        this.executor = executor;
        this.more = more;
        this.failed = failed;
        places.forEach((id, place) -> {
            logs.put(id, new Log(id, place.origin(), place.through()));
            known.add(place.origin());
        });
        held.forEach((cursor, through) -> heldBefore(cursor.origin(), cursor.log(), through));
    }

    private void heldBefore(NodeId origin, LogId id, long through) {
        Log log = logs.get(id);
        if (log == null && logs.size() < LOGS_MAX) {
            log = new Log(id, origin, known.contains(origin) ? 0 : through);
            logs.put(id, log);
        }
        if (log != null) {
            if (known.contains(log.origin)) {
                known.add(origin);
            }
            log.origin = origin;
            log.end = Math.max(log.end, through);
        }
    }

    /**
     * Takes note of how far the logs are, and of who is known.
     *
     * @param nodes this one first
     */
    void know(CoreStatus status, Collection<Peer> nodes) {
        Map<NodeId, String> now = new HashMap<>();
        nodes.forEach(node -> now.put(node.id(), node.name()));
        if (!names.equals(now)) {
            names = now;
            filters.clear();
            names.forEach(
                    (id, name) -> scope.of(id, name).ifPresent(filter -> filters.put(id, filter)));
        }
        grew(self, status.log(), status.lastSequence(), status.lastSequence());
        for (CoreStatus.Subscription peer : status.subscriptions()) {
            LogId log = peer.log();
            if (log != null) {
                grew(peer.peer(), log, peer.cursor(), Math.max(peer.head(), peer.cursor()));
            }
        }
        logs.values().removeIf(log -> log.pending == 0 && !filters.containsKey(log.origin));
        known.retainAll(filters.keySet());
        logs.values().forEach(log -> known.add(log.origin));
    }

    /**
     * A log goes that far.
     *
     * @param held up to where all of it is here
     * @param head up to where it goes at its origin; who is new here starts from there
     */
    private void grew(NodeId origin, LogId id, long held, long head) {
        if (!filters.containsKey(origin)) {
            return;
        }
        Log log = logs.get(id);
        if (log == null) {
            if (logs.size() >= LOGS_MAX) {
                return;
            }
            log = new Log(id, origin, known.contains(origin) ? 0 : head);
            logs.put(id, log);
            known.add(origin);
        }
        log.origin = origin;
        log.end = Math.max(log.end, held);
    }

    /**
     * The next reading in its log's order; null where one has to be asked for, or none is there.
     */
    @Nullable Kept next() {
        Kept kept = ready.poll();
        if (kept == null) {
            ask();
        }
        return kept;
    }

    /** What a node is called; null where it isn't known any more. */
    @Nullable String nameOf(NodeId node) {
        return names.get(node);
    }

    private void ask() {
        if (asking) {
            return;
        }
        Log log = nextLog();
        Filter filter = log == null ? null : filters.get(log.origin);
        if (log == null || filter == null) {
            return;
        }
        asking = true;
        lastAsked = log.id;
        int begun = epoch;
        long end = log.end;
        var _ =
                history.read(
                                new HistoryQuery(
                                        filter,
                                        null,
                                        null,
                                        new Position(log.origin, log.id, log.read),
                                        BATCH))
                        .whenCompleteAsync(
                                (page, failure) -> answered(log, end, begun, page, failure),
                                executor);
    }

    /** The one after the last in turn that has more than was read of it. */
    private @Nullable Log nextLog() {
        Log first = null;
        boolean passed = lastAsked == null || !logs.containsKey(lastAsked);
        for (Log log : logs.values()) {
            if (log.read < log.end && filters.containsKey(log.origin)) {
                if (passed) {
                    return log;
                }
                first = first == null ? log : first;
            }
            passed |= log.id.equals(lastAsked);
        }
        return first;
    }

    private void answered(
            Log log, long end, int begun, @Nullable Page page, @Nullable Throwable failure) {
        asking = false;
        if (begun != epoch) {
            more.run();
            return;
        }
        if (failure != null || page == null) {
            failed.accept(failure == null ? new IllegalStateException("no answer") : failure);
            return;
        }
        boolean whole = page.next() == null;
        for (Kept kept : page.readings()) {
            long sequence = kept.reading().sequence();
            if (!kept.log().equals(log.id) || sequence > end) {
                // Another log of this node, or what lies beyond something that is still missing.
                whole = true;
                break;
            }
            log.read = sequence;
            String name = names.get(log.origin);
            if (name != null && scope.matches(log.origin, name, kept.reading().series())) {
                log.pending++;
                ready.add(kept);
            }
        }
        if (whole) {
            log.read = Math.max(log.read, end);
        }
        more.run();
    }

    /** A reading is published, or given up: all of its log up to it is done. */
    void done(Kept kept) {
        Log log = logs.get(kept.log());
        if (log != null) {
            log.published = Math.max(log.published, kept.reading().sequence());
            log.pending = Math.max(0, log.pending - 1);
        }
    }

    /** What was read and isn't published is read again. */
    void rewind() {
        epoch++;
        ready.clear();
        for (Log log : logs.values()) {
            if (log.pending > 0) {
                log.read = log.published;
                log.pending = 0;
            }
        }
    }

    /** Up to where all logs are published. */
    Map<LogId, Place> places() {
        Map<LogId, Place> places = new HashMap<>();
        logs.forEach((id, log) -> places.put(id, new Place(log.origin, log.place())));
        return places;
    }

    /** How many places of all logs together aren't published, at the most that many readings. */
    long waiting() {
        long waiting = 0;
        for (Log log : logs.values()) {
            waiting += Math.max(0, log.end - log.place());
        }
        return waiting;
    }
}
