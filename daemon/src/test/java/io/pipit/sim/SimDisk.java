package io.pipit.sim;

import io.pipit.model.BootClock;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Timeline;
import io.pipit.port.ReadingStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What survives a power cut. */
final class SimDisk {
    /** A peer's log. */
    record Origin(NodeId node, LogId log) {}

    final LogId log;
    final NavigableMap<Long, LogEntry> own = new TreeMap<>();
    final Map<Series, Long> lastSequences = new HashMap<>();
    final Map<Origin, NavigableMap<Long, List<LogEntry>>> others = new HashMap<>();
    final Map<ReadingStore.Cursor, Long> cursors = new HashMap<>();
    long lastClock;
    long lastOwn;
    long reservedThrough;
    long firstKept = 1;
    int boot;
    @Nullable BootClock noted;
    private @Nullable Timeline timeline;

    SimDisk(LogId log) {
        this.log = log;
    }

    /** The own log grew. */
    void append(LogEntry entry) {
        own.put(entry.sequence(), entry);
        lastOwn = Math.max(lastOwn, entry.sequence());
        switch (entry) {
            case Reading reading -> lastSequences.put(reading.series(), reading.sequence());
            case BootClock clock -> {
                lastClock = clock.sequence();
                timeline = null;
            }
        }
    }

    /** What is held of a peer's log; several entries at one place are a mistake of a store. */
    NavigableMap<Long, List<LogEntry>> of(NodeId origin, LogId other) {
        return others.computeIfAbsent(new Origin(origin, other), key -> new TreeMap<>());
    }

    boolean holds(NodeId origin, LogId other, long sequence) {
        var held = others.get(new Origin(origin, other));
        return held != null && held.containsKey(sequence);
    }

    void insert(NodeId origin, LogId other, LogEntry entry) {
        of(origin, other).computeIfAbsent(entry.sequence(), key -> new ArrayList<>(1)).add(entry);
    }

    void move(ReadingStore.Cursor cursor, long to) {
        cursors.merge(cursor, to, Math::max);
    }

    /** Readings before this place go, and clocks of boots of which no reading is left. */
    void trim(long kept) {
        firstKept = Math.max(firstKept, kept);
        timeline = null;
        own.values().removeIf(entry -> entry instanceof Reading && entry.sequence() < firstKept);
        own.values()
                .removeIf(entry ->
                        entry instanceof BootClock
                                && entry.at().boot() != boot
                                && own.values().stream()
                                        .noneMatch(other ->
                                                other instanceof Reading
                                                        && other.at().boot() == entry.at().boot()));
    }

    List<BootClock> clocks() {
        List<BootClock> clocks = new ArrayList<>();
        for (LogEntry entry : own.values()) {
            if (entry instanceof BootClock clock) {
                clocks.add(clock);
            }
        }
        return clocks;
    }

    List<BootClock> clocks(NodeId origin, LogId other) {
        List<BootClock> clocks = new ArrayList<>();
        for (List<LogEntry> entries : of(origin, other).values()) {
            if (entries.getFirst() instanceof BootClock clock) {
                clocks.add(clock);
            }
        }
        return clocks;
    }

    Timeline timeline() {
        Timeline known = timeline;
        if (known == null) {
            known = new Timeline(clocks());
            timeline = known;
        }
        return known;
    }
}
