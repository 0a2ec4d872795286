package io.pipit.store;

import io.pipit.model.BootClock;
import io.pipit.model.Timeline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A log's clocks, for many questions at once: what {@link Timeline} says, without looking it up for
 * each reading, and the other way about: where in a boot a stretch of wall-clock time lies.
 * Immutable but for the place that was asked for last, so each query has its own.
 */
final class Clocks {
    /** A stretch of one boot, or of each of several; {@code to} is exclusive. */
    record Range(int boot, int lastBoot, long from, long to) {}

    private record Segment(int boot, long from, long to, long offset, boolean synchronised) {
        boolean covers(int otherBoot, long monotonic) {
            return boot == otherBoot && from <= monotonic && monotonic < to;
        }
    }

    private final TreeMap<Integer, List<Segment>> boots = new TreeMap<>();
    private @Nullable Segment last;

    Clocks(Collection<BootClock> clocks) {
        TreeMap<Integer, TreeMap<Long, BootClock>> chosen = new TreeMap<>();
        Set<Integer> synchronised = new HashSet<>();
        for (BootClock clock : clocks) {
            if (clock.synchronised()) {
                synchronised.add(clock.at().boot());
            }
        }
        clocks.stream()
                .filter(clock -> clock.synchronised() == synchronised.contains(clock.at().boot()))
                .sorted(Comparator.comparingLong(BootClock::sequence))
                .forEach(clock ->
                        chosen.computeIfAbsent(clock.at().boot(), boot -> new TreeMap<>())
                                .put(clock.at().monotonicMicros(), clock));
        chosen.forEach((boot, byTime) -> boots.put(boot, segments(boot, byTime)));
    }

    private static List<Segment> segments(int boot, NavigableMap<Long, BootClock> byTime) {
        List<Segment> segments = new ArrayList<>();
        byTime.forEach((at, clock) -> {
            Long next = byTime.higherKey(at);
            segments.add(
                    new Segment(
                            boot,
                            segments.isEmpty() ? Long.MIN_VALUE : at,
                            next == null ? Long.MAX_VALUE : next,
                            clock.offsetMicros(),
                            clock.synchronised()));
        });
        return segments;
    }

    /** Microseconds since 1970; since that boot, where nothing is known of its clock. */
    long wallMicros(int boot, long monotonic) {
        Segment segment = segment(boot, monotonic);
        return segment == null ? monotonic : monotonic + segment.offset;
    }

    /** Whether what {@link #wallMicros} says comes from a clock that was right. */
    boolean isSynchronised(int boot, long monotonic) {
        Segment segment = segment(boot, monotonic);
        return segment != null && segment.synchronised;
    }

    /**
     * Microseconds since 1970 that it was at the latest, by clocks that were right: of a boot that
     * was never told the time, the beginning of the next one that was. {@link Long#MAX_VALUE} where
     * there is none either.
     */
    long wallMicrosAtMost(int boot, long monotonic) {
        if (isSynchronised(boot, monotonic)) {
            return wallMicros(boot, monotonic);
        }
        for (List<Segment> later : boots.tailMap(boot, false).values()) {
            if (later.getFirst().synchronised) {
                return later.getFirst().offset;
            }
        }
        return Long.MAX_VALUE;
    }

    private @Nullable Segment segment(int boot, long monotonic) {
        Segment hit = last;
        if (hit != null && hit.covers(boot, monotonic)) {
            return hit;
        }
        for (Segment segment : boots.getOrDefault(boot, List.of())) {
            if (segment.covers(boot, monotonic)) {
                last = segment;
                return segment;
            }
        }
        return null;
    }

    /**
     * Where readings of this stretch of wall-clock time can be: one range for each boot that has
     * any, the boots in order. A range may hold others too, between two corrections of a clock.
     */
    List<Range> ranges(long fromMicros, long toMicros) {
        List<Range> ranges = new ArrayList<>();
        boots.forEach((boot, segments) -> {
            long from = Long.MAX_VALUE;
            long to = Long.MIN_VALUE;
            for (Segment segment : segments) {
                long start = Math.max(segment.from, minus(fromMicros, segment.offset));
                long end = Math.min(segment.to, minus(toMicros, segment.offset));
                if (start < end) {
                    from = Math.min(from, start);
                    to = Math.max(to, end);
                }
            }
            if (from < to) {
                ranges.add(new Range(boot, boot, from, to));
            }
        });
        return ranges;
    }

    /** The ends of time stay where they are. */
    private static long minus(long time, long offset) {
        return time == Long.MIN_VALUE || time == Long.MAX_VALUE ? time : time - offset;
    }
}
