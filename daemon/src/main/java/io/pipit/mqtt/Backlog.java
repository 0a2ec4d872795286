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

    /** Hears what the thread has to do, or should know. */
    interface Listener {
        /** {@link #next} may have something. */
        void more();

        /** The store can't be read. */
        void failed(Throwable why);

        /**
         * The store gave up what wasn't published.
         *
         * @param places of a log; at the most that many readings, since nobody knows any more which
         *     of them were to be published
         */
        void gone(long places);
    }

    private final NodeId self;
    private final ReadingHistory history;
    private final Executor executor;
    private final Listener listener;
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
     */
    Backlog(
            NodeId self,
            Scope scope,
            Map<LogId, Place> places,
            Map<Cursor, Long> held,
            ReadingHistory history,
            Executor executor,
            Listener listener) {
        this.self = self;
        this.scope = scope;
        this.history = history;
        this.executor = executor;
        this.listener = listener;
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
        logs.values().forEach(this::passGap);
    }

    /**
     * Goes on after what the store gave up, once all before that is published: until then it isn't
     * known from where it has to be read again. Whether there is no gap, or no longer.
     */
    private boolean passGap(Log log) {
        if (!hasGap(log)) {
            return true;
        }
        if (log.pending > 0) {
            return false;
        }
        long last = Math.min(history.firstKept(log.origin, log.id) - 1, log.end);
        long places = last - log.place();
        log.read = last;
        log.published = last;
        listener.gone(places);
        return true;
    }

    /** Whether the store gave up something that wasn't read from it. */
    private boolean hasGap(Log log) {
        return log.read < log.end && history.firstKept(log.origin, log.id) - 1 > log.read;
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
            if (passGap(log) && log.read < log.end && filters.containsKey(log.origin)) {
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
            listener.more();
            return;
        }
        if (failure != null || page == null) {
            listener.failed(failure == null ? new IllegalStateException("no answer") : failure);
            return;
        }
        if (hasGap(log) && !reachesBack(page, log)) {
            // It was given up while it was being read.
            listener.more();
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
        listener.more();
    }

    /** Whether a page was read before the store gave up what is gone by now. */
    private boolean reachesBack(Page page, Log log) {
        return !page.readings().isEmpty()
                && page.readings().getFirst().log().equals(log.id)
                && page.readings().getFirst().reading().sequence()
                        < history.firstKept(log.origin, log.id);
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
