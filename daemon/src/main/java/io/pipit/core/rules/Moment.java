package io.pipit.core.rules;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * A point in time as rules see it.
 *
 * @param nanos monotonic: what durations are told by
 * @param wallMicros since 1970: what times of day are told by, where it is right
 * @param synchronised whether it is
 */
record Moment(long nanos, long wallMicros, boolean synchronised) {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MICROS_PER_SECOND = 1_000_000;

    /** An earlier or later one, by the same clocks. */
    Moment at(long otherNanos) {
        return new Moment(
                otherNanos,
                wallMicros + Math.floorDiv(otherNanos - nanos, NANOS_PER_MICRO),
                synchronised);
    }

    ZonedDateTime in(ZoneId zone) {
        return Instant.ofEpochSecond(
                        Math.floorDiv(wallMicros, MICROS_PER_SECOND),
                        Math.floorMod(wallMicros, MICROS_PER_SECOND) * NANOS_PER_MICRO)
                .atZone(zone);
    }
}
