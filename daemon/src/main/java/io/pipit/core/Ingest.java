package io.pipit.core;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.ReadingStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The own log: gives what was measured its place and its time, and hands it to the store. Places
 * come from blocks that the store reserved durably, so that a crash never makes one be used twice.
 * Node loop.
 */
final class Ingest {
    /** Places reserved at once; the next block is asked for when half of one is used. */
    static final long BLOCK = 65_536;

    /** Measurements that wait for a reservation: at the start, and while the store hangs. */
    static final int WAITING_MAX = 1_000;

    /** Own series; more than a board has sensors for. */
    static final int SERIES_MAX = 10_000;

    /** Hears of each growth of the log. */
    @FunctionalInterface
    interface Growth {
        /**
         * The log has these too.
         *
         * @param stored false where the store had no room: then nobody can ask for them later
         */
        void grew(List<LogEntry> entries, boolean stored);
    }

    private final ReadingStore store;
    private final int boot;
    private final Map<Series, Long> lastSequences;
    private final Map<Series, Reading> newest = new HashMap<>();
    private final ArrayDeque<Event.Measured> waiting = new ArrayDeque<>();
    private final Counter measured;
    private final Counter invalid;
    private final Counter placeless;
    private final Counter unstored;
    private long lastClock;
    private long lastSequence;
    private long firstKept;
    private long next;
    private long reservedThrough;
    private long askedThrough;

    Ingest(ReadingStore store, ReadingStore.Recovered recovered, Metrics metrics) {
        this.store = store;
        boot = recovered.boot();
        lastSequences = new HashMap<>(recovered.lastSequences());
        lastClock = recovered.lastClock();
        lastSequence =
                lastSequences.values().stream()
                        .mapToLong(Long::longValue)
                        .reduce(lastClock, Math::max);
        firstKept = recovered.firstKept();
        next = recovered.nextSequence();
        reservedThrough = next - 1;
        askedThrough = reservedThrough;
        measured = metrics.counter("pipit_readings_measured", "Own readings taken into the log");
        invalid =
                metrics.counter(
                        "pipit_readings_invalid",
                        "Values without a valid name, unit or number, or of one series too many");
        placeless =
                metrics.counter(
                        "pipit_measurements_dropped",
                        "Measurements dropped because the store reserved no places for them");
        unstored =
                metrics.counter(
                        "pipit_entries_unstored",
                        "Own log entries that the store had no room for; they went out live only");
    }

    /** Asks the store for places where they run short. */
    void reserve() {
        if (askedThrough == reservedThrough && reservedThrough - next < BLOCK / 2) {
            askedThrough = Math.max(reservedThrough, next - 1) + BLOCK;
            store.reserve(askedThrough);
        }
    }

    /** Places up to this one may be used. */
    void reserved(long through) {
        reservedThrough = Math.max(reservedThrough, through);
        askedThrough = Math.max(askedThrough, reservedThrough);
    }

    /** Takes in what waited for a reservation, as far as that goes. */
    void takeWaiting(Growth growth) {
        while (!waiting.isEmpty() && hasRoomFor(waiting.element())) {
            take(waiting.remove(), growth);
        }
    }

    /** Takes in what was measured, or lets it wait for a reservation. */
    void take(Event.Measured event, Growth growth) {
        if (!hasRoomFor(event)) {
            if (waiting.size() < WAITING_MAX) {
                waiting.add(event);
            } else {
                placeless.increment();
            }
            return;
        }
        List<LogEntry> entries = new ArrayList<>(event.values().size());
        place(event, entries);
        append(entries, growth);
    }

    /** Takes in many at once, which the store and the feeds then have as one. */
    void take(Event.Sampled event, Growth growth) {
        int values = event.measured().stream().mapToInt(one -> one.values().size()).sum();
        if (!waiting.isEmpty() || next + values - 1 > reservedThrough) {
            event.measured().forEach(one -> take(one, growth));
            return;
        }
        List<LogEntry> entries = new ArrayList<>(values);
        event.measured().forEach(one -> place(one, entries));
        append(entries, growth);
    }

    private void place(Event.Measured event, List<LogEntry> entries) {
        Stamp at = new Stamp(boot, event.monotonicMicros());
        for (Event.Value value : event.values()) {
            Optional<Series> series = Series.parse(event.sensor() + "/" + value.quantity());
            if (series.isEmpty()
                    || value.unit().isEmpty()
                    || !Double.isFinite(value.value())
                    || (newest.size() >= SERIES_MAX && !newest.containsKey(series.get()))) {
                invalid.increment();
                continue;
            }
            Reading reading = new Reading(next++, at, series.get(), value.value(), value.unit());
            newest.put(reading.series(), reading);
            entries.add(reading);
        }
    }

    private void append(List<LogEntry> entries, Growth growth) {
        if (!entries.isEmpty()) {
            measured.add(entries.size());
            boolean stored = store.append(entries);
            if (!stored) {
                unstored.add(entries.size());
            }
            grew(entries, stored, growth);
        }
        reserve();
    }

    /**
     * Gives a clock its place. One that the store has no room for isn't published either, since
     * readings could not be put right by it later.
     *
     * @return its place; 0 where that has to be tried again
     */
    long take(BootClock clock, Growth growth) {
        if (next > reservedThrough) {
            return 0;
        }
        long place = next++;
        List<LogEntry> placed =
                List.of(
                        new BootClock(
                                place, clock.at(), clock.offsetMicros(), clock.synchronised()));
        boolean stored = store.append(placed);
        if (stored) {
            grew(placed, true, growth);
        }
        reserve();
        return stored ? place : 0;
    }

    /** Retention moved the start of the log. */
    void trimmed(long kept) {
        firstKept = Math.max(firstKept, kept);
    }

    /** The first place that is still kept. */
    long firstKept() {
        return firstKept;
    }

    /** The last place that was used. */
    long lastSequence() {
        return lastSequence;
    }

    /** The last stored entry that this filter lets through; 0 where there is none. */
    long lastOf(Filter filter) {
        long last = lastClock;
        for (Map.Entry<Series, Long> series : lastSequences.entrySet()) {
            if (series.getValue() > last && filter.matches(series.getKey())) {
                last = series.getValue();
            }
        }
        return last;
    }

    /** The newest reading of a series since the start. */
    @Nullable Reading newest(Series series) {
        return newest.get(series);
    }

    private void grew(List<LogEntry> entries, boolean stored, Growth growth) {
        for (LogEntry entry : entries) {
            lastSequence = entry.sequence();
            if (stored) {
                switch (entry) {
                    case Reading reading -> lastSequences.put(reading.series(), reading.sequence());
                    case BootClock clock -> lastClock = clock.sequence();
                }
            }
        }
        growth.grew(entries, stored);
    }

    private boolean hasRoomFor(Event.Measured event) {
        return next + event.values().size() - 1 <= reservedThrough;
    }
}
