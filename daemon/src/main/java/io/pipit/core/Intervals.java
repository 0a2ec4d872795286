package io.pipit.core;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which places of a log are held: everything up to the cursor, and stretches above it that came
 * before what lies between. A stretch {@code (from, to]} says that nothing that the filter lets
 * through is missing in it. Node loop.
 */
final class Intervals {
    /** Stretches above the cursor; what would make one more is left to the repair. */
    static final int STRETCHES_MAX = 1_024;

    private final TreeMap<Long, Long> above = new TreeMap<>();
    private long cursor;

    /** Holds everything up to {@code cursor} and nothing above it. */
    Intervals(long cursor) {
        this.cursor = cursor;
    }

    /** Up to where nothing is missing. */
    long cursor() {
        return cursor;
    }

    /** Whether this place is held. */
    boolean contains(long sequence) {
        if (sequence <= cursor) {
            return true;
        }
        Map.Entry<Long, Long> stretch = above.lowerEntry(sequence);
        return stretch != null && sequence <= stretch.getValue();
    }

    /** Whether all of {@code (from, to]} is held. */
    boolean covers(long from, long to) {
        if (to <= cursor) {
            return true;
        }
        Map.Entry<Long, Long> stretch = above.floorEntry(Math.max(from, cursor));
        return from >= to || (stretch != null && to <= stretch.getValue());
    }

    /** Up to where all is held that follows this place; the place itself where nothing is. */
    long heldFrom(long place) {
        Map.Entry<Long, Long> stretch = above.floorEntry(place);
        long end = stretch == null ? cursor : Math.max(cursor, stretch.getValue());
        return Math.max(place, end);
    }

    /** Where the next stretch above this place begins that is held; otherwise where none is. */
    long nextHeld(long place, long otherwise) {
        Long start = above.higherKey(place);
        return start == null ? otherwise : start;
    }

    /** Whether {@link #add} of this stretch stays within {@link #STRETCHES_MAX}. */
    boolean hasRoomFor(long from) {
        return from <= cursor
                || above.size() < STRETCHES_MAX
                || contains(from)
                || above.containsKey(from);
    }

    /** Where the cursor would stand after {@link #add}. */
    long cursorWith(long from, long to) {
        if (from > cursor) {
            return cursor;
        }
        long reached = Math.max(cursor, to);
        for (Map.Entry<Long, Long> stretch : above.entrySet()) {
            if (stretch.getKey() > reached) {
                break;
            }
            reached = Math.max(reached, stretch.getValue());
        }
        return reached;
    }

    /** From now on {@code (from, to]} is held too. */
    void add(long from, long to) {
        if (from <= cursor) {
            cursor = cursorWith(from, to);
            while (!above.isEmpty() && above.firstKey() <= cursor) {
                above.pollFirstEntry();
            }
        } else if (from < to) {
            long start = from;
            long end = to;
            Map.Entry<Long, Long> before = above.floorEntry(from);
            if (before != null && before.getValue() >= from) {
                start = before.getKey();
            }
            for (Map.Entry<Long, Long> stretch = above.ceilingEntry(start);
                    stretch != null && stretch.getKey() <= end;
                    stretch = above.ceilingEntry(start)) {
                end = Math.max(end, stretch.getValue());
                above.remove(stretch.getKey());
            }
            above.put(start, end);
        }
    }

    /** How many places of {@code (from, to]} are not held. */
    long missing(long from, long to) {
        long at = Math.max(from, cursor);
        long missing = Math.max(0, to - at);
        Map.Entry<Long, Long> first = above.floorEntry(at);
        for (Map.Entry<Long, Long> stretch :
                above.tailMap(first == null ? at : first.getKey(), true).entrySet()) {
            if (stretch.getKey() >= to) {
                break;
            }
            missing -=
                    Math.max(0, Math.min(to, stretch.getValue()) - Math.max(at, stretch.getKey()));
        }
        return missing;
    }

    /** Stretches above the cursor. */
    int stretches() {
        return above.size();
    }
}
