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

    /** Whether an entry can be given a place now. */
    boolean hasPlaces() {
        return next <= reservedThrough;
    }

    /** Takes in what waited for a reservation, as far as that goes. */
    List<LogEntry> takeWaiting() {
        List<LogEntry> entries = new ArrayList<>();
        while (!waiting.isEmpty() && hasRoomFor(waiting.element())) {
            entries.addAll(take(waiting.remove()));
        }
        return entries;
    }

    /** What this adds to the log; nothing where it has to wait for a reservation. */
    List<LogEntry> take(Event.Measured event) {
        if (!hasRoomFor(event)) {
            if (waiting.size() < WAITING_MAX) {
                waiting.add(event);
            } else {
                placeless.increment();
            }
            return List.of();
        }
        Stamp at = new Stamp(boot, event.monotonicMicros());
        List<LogEntry> entries = new ArrayList<>(event.values().size());
        for (Event.Value value : event.values()) {
            Optional<Series> series = Series.parse(event.sensor() + "/" + value.quantity());
            if (series.isEmpty()
                    || value.unit().isEmpty()
                    || !Double.isFinite(value.value())
                    || (lastSequences.size() >= SERIES_MAX
                            && !lastSequences.containsKey(series.get()))) {
                invalid.increment();
                continue;
            }
            Reading reading = new Reading(next, at, series.get(), value.value(), value.unit());
            lastSequences.put(reading.series(), next);
            newest.put(reading.series(), reading);
            lastSequence = next;
            next++;
            entries.add(reading);
        }
        measured.add(entries.size());
        if (!entries.isEmpty() && !store.append(entries)) {
            unstored.add(entries.size());
        }
        reserve();
        return entries;
    }

    /**
     * Adds what the wall clock is. A clock that the store has no room for isn't published either,
     * since readings could not be put right by it later.
     *
     * @return null where there was no place for it yet
     */
    @Nullable BootClock take(long monotonicMicros, long offsetMicros, boolean synchronised) {
        if (!hasPlaces()) {
            return null;
        }
        BootClock clock =
                new BootClock(next, new Stamp(boot, monotonicMicros), offsetMicros, synchronised);
        next++;
        reserve();
        if (!store.append(List.of(clock))) {
            return null;
        }
        lastClock = clock.sequence();
        lastSequence = clock.sequence();
        return clock;
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

    /** The last entry that this filter lets through; 0 where there is none. */
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

    private boolean hasRoomFor(Event.Measured event) {
        return next + event.values().size() - 1 <= reservedThrough;
    }
}
