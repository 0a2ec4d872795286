package io.pipit.store.format;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the readings of a slot so far let expect of the next: the same for who writes and who reads
 * it. For one thread at a time.
 */
final class Course {
    /** One series' part. */
    static final class Lane {
        final int column;

        /** By which its last whole number is meant; 0 where it has none yet. */
        int scale;

        long scaled;
        private long monotonic;
        private long interval;
        private boolean seen;
        private boolean paced;
        private @Nullable Lane next;

        private Lane(int column) {
            this.column = column;
        }
    }

    private final Map<Integer, Lane> lanes = new HashMap<>();
    private @Nullable Lane last;
    private long sequence;
    private long monotonic;
    private long interval;

    /** The lane that followed the last one the last time; null where none did yet. */
    @Nullable Lane expected() {
        return last == null ? null : last.next;
    }

    Lane lane(int column) {
        return lanes.computeIfAbsent(column, Lane::new);
    }

    /** Of the last reading; 0 before the first. */
    long sequence() {
        return sequence;
    }

    /** When a reading of this lane is expected: as long after its last one as that was before. */
    long expectedAt(Lane lane) {
        if (!lane.seen) {
            return monotonic;
        }
        return lane.monotonic + (lane.paced ? lane.interval : interval);
    }

    /** A reading was there; its value is noted by who knows it. */
    void passed(Lane lane, long atSequence, long at) {
        if (lane.seen) {
            lane.interval = at - lane.monotonic;
            lane.paced = true;
            interval = lane.interval;
        }
        lane.seen = true;
        lane.monotonic = at;
        if (last != null) {
            last.next = lane;
        }
        last = lane;
        sequence = atSequence;
        monotonic = at;
    }
}
