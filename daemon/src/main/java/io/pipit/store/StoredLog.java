package io.pipit.store;

import io.pipit.model.BootClock;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Timeline;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What memory holds of one log: its series, its clocks, its ends. Appended to on the node loop,
 * trimmed by the writer, read by any thread.
 */
final class StoredLog {
    /** The largest sequence, and the largest number of a slot. */
    static final long SEQUENCE_MAX = (1L << 48) - 1;

    private static final long NUMBER_MAX = 32_767;

    /** More clocks of one log than that are dropped and counted: years of corrections. */
    static final int CLOCKS_MAX = 16_384;

    final int number;

    /** Another one where its node goes on with another key. */
    volatile NodeId origin;

    final LogId id;

    /** By name. */
    final Map<Series, Track> tracks = new ConcurrentHashMap<>();

    /** By sequence. */
    final NavigableMap<Long, BootClock> clocks = new ConcurrentSkipListMap<>();

    /** What is before it is given up. */
    volatile long firstKept = 1;

    /** The last sequence that was appended; all before it that is kept can be read. */
    volatile long end;

    /** What was read of it last. */
    final Reader.Ahead ahead = new Reader.Ahead();

    /** Whether its row is committed. Writer alone. */
    boolean saved;

    /** The slots of what isn't packed yet, in the order in which they were begun. */
    volatile List<Part> tail = List.of();

    /** Readings not packed yet. Writer alone. */
    long unpacked;

    private @Nullable Timeline timeline;

    StoredLog(int number, NodeId origin, LogId id) {
        this.number = number;
        this.origin = origin;
        this.id = id;
    }

    /** What a slot of this log has committed, of which boot, and between which times. */
    record Part(long place, int boot, int count, long first, long last, long from, long to) {
        /** With one more behind it. */
        Part and(Part next) {
            return new Part(
                    place,
                    boot,
                    count + next.count,
                    first,
                    next.last,
                    Math.min(from, next.from),
                    Math.max(to, next.to));
        }
    }

    /** The slots are these now. The writer's. */
    void tail(List<Part> now) {
        tail = List.copyOf(now);
        unpacked = now.stream().mapToLong(Part::count).sum();
    }

    /** The last sequence that a slot has; 0 where there is none. */
    long tailEnd() {
        long end = 0;
        for (Part part : tail) {
            end = Math.max(end, part.last);
        }
        return end;
    }

    /**
     * Where a slot of this log is among all slots, by its number; the first log, mostly the own
     * one, is behind all others.
     */
    long place(long slot) {
        return (NUMBER_MAX - number) << 48 | Math.clamp(slot, 0, SEQUENCE_MAX);
    }

    /** The log's number. */
    static int numberOf(long place) {
        return (int) (NUMBER_MAX - (place >> 48));
    }

    /** The slot's number within its log. */
    static long slotOf(long place) {
        return place & SEQUENCE_MAX;
    }

    /**
     * Takes note of a clock, before it is queued.
     *
     * @return false where there are too many
     */
    synchronized boolean saw(BootClock clock) {
        if (clocks.size() >= CLOCKS_MAX && !clocks.containsKey(clock.sequence())) {
            return false;
        }
        clocks.putIfAbsent(clock.sequence(), clock);
        timeline = null;
        return true;
    }

    /** Gives up the clocks of boots of which nothing is kept. */
    synchronized void forgetClocksBefore(int boot) {
        Collection<BootClock> all = clocks.values();
        if (all.removeIf(clock -> clock.at().boot() < boot)) {
            timeline = null;
        }
    }

    synchronized Timeline timeline() {
        Timeline known = timeline;
        if (known == null) {
            known = new Timeline(clocks.values());
            timeline = known;
        }
        return known;
    }

    /** For one thread's use. */
    Clocks clocks() {
        return new Clocks(clocks.values());
    }

    /**
     * One series of one log in one unit: what slots and blocks refer to by number. A series that
     * changed its unit has several.
     */
    static final class Column {
        final int number;
        final Track track;
        final String unit;

        /** Whether its row in the dictionary is committed. Writer alone. */
        boolean saved;

        /** Up to where it was ever packed. Writer alone. */
        long packedThrough;

        /** The last sequence that its row in the dictionary tells. Writer alone. */
        long savedSequence;

        private long blockMicros;
        private boolean blocksKnown;

        Column(int number, Track track, String unit) {
            this.number = number;
            this.track = track;
            this.unit = unit;
        }

        /** One of its blocks spans this, microseconds; before it is committed. */
        synchronized void spans(long micros) {
            blockMicros = Math.max(blockMicros, micros);
        }

        /** Whether {@link #longestBlockMicros} covers those that were there at the start. */
        synchronized boolean knowsBlocks() {
            return blocksKnown;
        }

        /** The longest of all the blocks that the file had spans this, microseconds. */
        synchronized void foundBlocks(long micros) {
            spans(micros);
            blocksKnown = true;
        }

        /** No block spans more, microseconds: says how far a search by time has to go. */
        synchronized long longestBlockMicros() {
            return blockMicros;
        }
    }

    /** One series of one log, whatever its units. */
    static final class Track {
        final Series series;
        final List<Column> columns = new CopyOnWriteArrayList<>();

        /** The newest that was seen, also where it is no longer kept. */
        volatile long lastSequence;

        /** Null where it is no longer kept. */
        volatile @Nullable Reading newest;

        Track(Series series) {
            this.series = series;
        }

        /** Its newest reading may be given up. */
        synchronized void forgetBefore(long firstKept) {
            Reading known = newest;
            if (known != null && known.sequence() < firstKept) {
                newest = null;
            }
        }

        /** Keeps it where it is the newest so far. */
        synchronized void saw(Reading reading) {
            if (reading.sequence() >= lastSequence) {
                lastSequence = reading.sequence();
                newest = reading;
            }
        }
    }
}
