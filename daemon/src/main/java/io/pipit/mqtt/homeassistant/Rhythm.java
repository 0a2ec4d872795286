package io.pipit.mqtt.homeassistant;

import io.pipit.model.LogId;
import io.pipit.model.Stamp;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How often readings of a peer's series come, learned from their own times, since only the peer
 * knows how it is configured. It goes by the second longest distance of the last day or two, so
 * that one pause counts for nothing, and in coarse steps, since Home Assistant shows a series as
 * unavailable until its next reading when it is told something else of it. For one thread.
 */
public final class Rhythm {
    /** Distances between readings that it takes at the least to say something. */
    static final int DISTANCES_MIN = 8;

    /** How much time they cover together: some of what goes out though nothing changes, too. */
    static final Duration WATCHED_MIN = Duration.ofHours(1);

    /** What was learned is forgotten after one to two of these. */
    static final Duration WINDOW = Duration.ofDays(1);

    /** What is said: the first that isn't less than what was learned; nothing beyond the last. */
    static final List<Duration> STEPS =
            List.of(
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(20),
                    Duration.ofHours(1),
                    Duration.ofHours(4),
                    Duration.ofHours(16),
                    Duration.ofDays(2));

    private static final long NANOS_PER_MICRO = 1_000;

    /** The two longest distances of this window, then of the one before, microseconds. */
    private final long[] longest = new long[4];

    private int distances;
    private long watchedMicros;
    private long windowMicros;
    private @Nullable LogId log;
    private Stamp last = new Stamp(0, 0);
    private @Nullable Duration every;

    /**
     * Knows nothing else.
     *
     * @param every what was said before the restart; null where that was nothing
     */
    public Rhythm(@Nullable Duration every) {
        this.every = every;
    }

    /** How often a reading comes at the least; nothing where that isn't known. */
    public Optional<Duration> every() {
        return Optional.ofNullable(every);
    }

    /** A reading, in its log's order; whether something else is said since. */
    public boolean saw(LogId of, Stamp at) {
        boolean goesOn =
                of.equals(log)
                        && at.boot() == last.boot()
                        && at.monotonicMicros() > last.monotonicMicros();
        long distance = at.monotonicMicros() - last.monotonicMicros();
        log = of;
        last = at;
        return goesOn && learn(distance);
    }

    private boolean learn(long distance) {
        longest[1] = Math.max(longest[1], Math.min(longest[0], distance));
        longest[0] = Math.max(longest[0], distance);
        distances = Math.min(distances + 1, DISTANCES_MIN);
        watchedMicros += distance;
        windowMicros += distance;
        boolean enough = distances == DISTANCES_MIN && isAtLeast(watchedMicros, WATCHED_MIN);
        boolean over = isAtLeast(windowMicros, WINDOW);
        Duration before = every;
        Duration now = step();
        if (before == null ? enough : now == null || over || now.compareTo(before) > 0) {
            every = now;
        }
        if (over) {
            longest[2] = longest[0];
            longest[3] = longest[1];
            longest[0] = 0;
            longest[1] = 0;
            windowMicros = 0;
        }
        return before == null ? every != null : !before.equals(every);
    }

    private @Nullable Duration step() {
        long[] sorted = longest.clone();
        Arrays.sort(sorted);
        long usual = sorted[2] == 0 ? sorted[3] : sorted[2];
        for (Duration step : STEPS) {
            if (micros(step) >= usual) {
                return step;
            }
        }
        return null;
    }

    private static boolean isAtLeast(long micros, Duration least) {
        return micros >= micros(least);
    }

    private static long micros(Duration time) {
        return time.toNanos() / NANOS_PER_MICRO;
    }
}
