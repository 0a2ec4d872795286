package io.pipit.core;

import io.pipit.core.timing.Heartbeats;
import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.port.LogSubscriber;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This node's log as one filter shows it, live: the same slice goes to all who follow it, so that
 * it is encoded once. When nothing happens, heartbeats say where the feed stands. Node loop.
 */
final class Feed {
    /** On average slices are at least so far apart; what comes faster travels together. */
    static final long GAP_NANOS = 4 * Timing.MILLISECOND;

    /** That many may leave closer together: what happens now and then never waits. */
    static final int BURST_SLICES = 8;

    /** Entries in one slice. */
    static final int SLICE_ENTRIES_MAX = 500;

    /** Entries that wait to be sent; the oldest are dropped, and repaired by who misses them. */
    static final int WAITING_MAX = 10_000;

    /** Somebody who follows; {@code peer} is null for a program on this machine. */
    static final class Follower {
        final @Nullable NodeId peer;
        long held;

        Follower(@Nullable NodeId peer) {
            this.peer = peer;
        }
    }

    private record Waiting(LogEntry entry, boolean stored) {}

    final Filter filter;
    final Map<LogSubscriber, Follower> followers = new LinkedHashMap<>();
    private final LogId log;
    private final Map<Series, Boolean> lets = new HashMap<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    /**
     * The last entry sent, or left to repair, that the filter lets through. One that wasn't stored
     * doesn't count: whoever missed it would ask for it in vain.
     */
    private long previous;

    private long sentNanos;

    /** When the slices sent until now would have been sent, each a gap after the one before. */
    private long paidNanos;

    private int heartbeats;

    Feed(LogId log, Filter filter, long previous, long nowNanos) {
        this.log = log;
        this.filter = filter;
        this.previous = previous;
        this.sentNanos = nowNanos;
        this.paidNanos = nowNanos;
    }

    /** The last entry of the feed. */
    long last() {
        Waiting newest = waiting.peekLast();
        return newest == null ? previous : newest.entry().sequence();
    }

    /** Tells one who is new where the feed stands. */
    void greet(LogSubscriber subscriber, long firstKept) {
        subscriber.deliver(heartbeat(firstKept));
    }

    /**
     * The log grew.
     *
     * @return how many older entries had to be dropped for it
     */
    int grew(LogEntry entry, boolean stored) {
        if (!lets(entry)) {
            return 0;
        }
        waiting.add(new Waiting(entry, stored));
        if (waiting.size() <= WAITING_MAX) {
            return 0;
        }
        takeOldest();
        return 1;
    }

    long nextDeadlineNanos() {
        if (!waiting.isEmpty()) {
            return paidNanos - (BURST_SLICES - 1) * GAP_NANOS;
        }
        return Heartbeats.nextNanos(sentNanos, heartbeats);
    }

    /** Sends what is due. */
    void tick(long nowNanos, long firstKept) {
        if (nowNanos < nextDeadlineNanos()) {
            return;
        }
        LogSlice slice;
        if (waiting.isEmpty()) {
            heartbeats = Math.min(heartbeats + 1, Heartbeats.SLOWEST);
            slice = heartbeat(firstKept);
        } else {
            heartbeats = 0;
            long before = previous;
            List<LogEntry> entries = new ArrayList<>(Math.min(waiting.size(), SLICE_ENTRIES_MAX));
            while (!waiting.isEmpty() && entries.size() < SLICE_ENTRIES_MAX) {
                entries.add(takeOldest());
            }
            long last = entries.getLast().sequence();
            slice = new LogSlice(log, firstKept, before, entries, last);
        }
        sentNanos = nowNanos;
        paidNanos = Math.max(paidNanos, nowNanos) + GAP_NANOS;
        // A copy, since who is told something may close at once.
        for (LogSubscriber subscriber : List.copyOf(followers.keySet())) {
            subscriber.deliver(slice);
        }
    }

    private LogEntry takeOldest() {
        Waiting oldest = waiting.remove();
        if (oldest.stored()) {
            previous = oldest.entry().sequence();
        }
        return oldest.entry();
    }

    private LogSlice heartbeat(long firstKept) {
        return new LogSlice(log, firstKept, previous, List.of(), previous);
    }

    private boolean lets(LogEntry entry) {
        return !(entry instanceof Reading reading)
                || lets.computeIfAbsent(reading.series(), filter::matches);
    }
}
