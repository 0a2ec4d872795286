package io.pipit.store.memory;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Timeline;
import io.pipit.port.Entropy;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A log that lives as long as the process: what a node uses while its store can't be opened. It has
 * an ID of its own, so that none of its places is ever one of the durable log's. What it is given
 * lasts as long as that log does: it is committed at once. Keeps the newest {@link #READINGS_MAX}
 * own readings, so that who follows this node can repair what it missed, and nothing of peers.
 * Thread-safe; never waits.
 */
public final class MemoryStore implements ReadingStore, ReadingHistory {
    /** Readings kept at the least; the oldest go {@link #STEP} at a time. */
    public static final int READINGS_MAX = 8_192;

    /** So many readings go at once, so that the core isn't told of each. */
    static final int STEP = 1_024;

    /** Clocks kept; the oldest goes first. */
    static final int CLOCKS_MAX = 1_024;

    private static final int BOOT = 1;

    private final NodeId self;
    private final LogId log;
    private final Function<NodeId, Optional<String>> names;
    private final Inbox inbox;
    private final NavigableMap<Long, Reading> readings = new TreeMap<>();
    private final NavigableMap<Long, BootClock> clocks = new TreeMap<>();
    private final NavigableMap<Series, Reading> newest = new TreeMap<>();
    private Timeline timeline = Timeline.EMPTY;
    private long firstKept = 1;
    private long end;

    /** What the inbox had no room for, 0 where there is nothing. */
    private long untoldReserved;

    private @Nullable BootClock untoldNote;
    private long untoldCommitted;

    private long untoldTrimmed;

    /**
     * An empty one.
     *
     * @param names what people call a node, as filters over history have it
     */
    public MemoryStore(
            NodeId self, Entropy entropy, Function<NodeId, Optional<String>> names, Inbox inbox) {
        this.self = self;
        this.log = new LogId(entropy.nextLong());
        this.names = names;
        this.inbox = inbox;
    }

    @Override
    public Recovered recovered() {
        return new Recovered(log, BOOT, 1, Map.of(), 0, List.of(), Map.of(), 1);
    }

    @Override
    public synchronized void reserve(long through) {
        // No later run has this log, so there is nothing to write down.
        untoldReserved = Math.max(untoldReserved, through);
        tell();
    }

    @Override
    public synchronized void note(BootClock clock) {
        untoldNote = clock;
        tell();
    }

    @Override
    public synchronized boolean append(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            end = Math.max(end, entry.sequence());
            switch (entry) {
                case Reading reading -> {
                    readings.put(reading.sequence(), reading);
                    newest.put(reading.series(), reading);
                }
                case BootClock clock -> {
                    clocks.put(clock.sequence(), clock);
                    if (clocks.size() > CLOCKS_MAX) {
                        clocks.pollFirstEntry();
                    }
                    timeline = new Timeline(clocks.values());
                    // Readings needn't be told of one by one: only clocks wait for it.
                    untoldCommitted = end;
                }
            }
        }
        if (readings.size() >= READINGS_MAX + STEP) {
            while (readings.size() > READINGS_MAX) {
                firstKept = readings.pollFirstEntry().getKey() + 1;
            }
            untoldTrimmed = firstKept;
        }
        tell();
        return true;
    }

    /** Nothing of peers is kept, so nothing is taken. */
    @Override
    public boolean append(Cursor cursor, List<LogEntry> entries, long completeTo) {
        return false;
    }

    /** Nothing waits: what is taken is committed at once. */
    @Override
    public void flush() {}

    private void tell() {
        BootClock note = untoldNote;
        if (note != null && inbox.offer(new Event.ClockNoted(note))) {
            untoldNote = null;
        }
        if (untoldReserved > 0 && inbox.offer(new Event.Reserved(untoldReserved))) {
            untoldReserved = 0;
        }
        if (untoldCommitted > 0 && inbox.offer(new Event.Committed(untoldCommitted, Map.of()))) {
            untoldCommitted = 0;
        }
        if (untoldTrimmed > 0 && inbox.offer(new Event.Trimmed(untoldTrimmed))) {
            untoldTrimmed = 0;
        }
    }

    @Override
    public synchronized CompletionStage<LogSlice> read(LogQuery query) {
        long after = log.equals(query.log()) ? Math.max(0, query.after()) : 0;
        List<LogEntry> entries = new ArrayList<>();
        if (query.limit() <= 0) {
            long previous = clocks.isEmpty() ? 0 : clocks.lastKey();
            for (Reading reading : newest.values()) {
                if (query.filter().matches(reading.series())) {
                    previous = Math.max(previous, reading.sequence());
                }
            }
            return answer(new LogSlice(log, firstKept, previous, entries, Math.max(previous, end)));
        }
        long through = log.equals(query.log()) ? query.through() : Long.MAX_VALUE;
        long last = Math.max(after, Math.min(end, Math.max(through, firstKept - 1)));
        NavigableMap<Long, LogEntry> all = new TreeMap<>(clocks.subMap(after, false, last, true));
        readings.subMap(after, false, last, true)
                .forEach((sequence, reading) -> {
                    if (query.filter().matches(reading.series())) {
                        all.put(sequence, reading);
                    }
                });
        int limit = Math.min(query.limit(), LIMIT_MAX);
        all.values().stream().limit(limit).forEach(entries::add);
        long completeTo = entries.size() < all.size() ? entries.getLast().sequence() : last;
        return answer(new LogSlice(log, firstKept, after, entries, completeTo));
    }

    @Override
    public synchronized CompletionStage<Page> read(HistoryQuery query) {
        Position from = query.after();
        long after = from != null && log.equals(from.log()) ? from.sequence() : 0;
        int limit = Math.clamp(query.limit(), 1, LIMIT_MAX);
        List<Kept> page = new ArrayList<>();
        for (Reading reading : readings.tailMap(after, false).values()) {
            Kept kept = kept(reading);
            if (isWanted(query.filter(), reading)
                    && (query.fromMicros() == null || kept.wallMicros() >= query.fromMicros())
                    && (query.toMicros() == null || kept.wallMicros() < query.toMicros())) {
                if (page.size() == limit) {
                    long last = page.getLast().reading().sequence();
                    return answer(new Page(page, new Position(self, log, last)));
                }
                page.add(kept);
            }
        }
        return answer(new Page(page, null));
    }

    @Override
    public synchronized CompletionStage<List<Kept>> newest(Filter filter) {
        return answer(
                newest.values().stream()
                        .filter(reading -> isWanted(filter, reading))
                        .map(this::kept)
                        .toList());
    }

    private Kept kept(Reading reading) {
        long wall = timeline.wallMicros(reading.at()).orElse(reading.at().monotonicMicros());
        return new Kept(self, log, wall, reading);
    }

    private boolean isWanted(Filter filter, Reading reading) {
        String id = self.toString().toLowerCase(Locale.ROOT);
        return filter.matches(id, reading.series())
                || filter.matches(names.apply(self).orElse(id), reading.series());
    }

    private static <T> CompletionStage<T> answer(T answer) {
        return CompletableFuture.completedFuture(answer);
    }

    @Override
    public synchronized Timeline timeline(NodeId origin, LogId other) {
        return origin.equals(self) && other.equals(log) ? timeline : Timeline.EMPTY;
    }

    @Override
    public synchronized long firstKept(NodeId origin, LogId other) {
        return origin.equals(self) && other.equals(log) ? firstKept : 1;
    }

    @Override
    public synchronized Optional<Reading> latest(Series series) {
        return Optional.ofNullable(newest.get(series));
    }

    @Override
    public synchronized List<Series> series() {
        return List.copyOf(newest.keySet());
    }
}
