package io.pipit.sampling;

import java.util.Locale;

/**
 * How a sensor is.
 *
 * @param reason what is wrong; empty where nothing is
 * @param lastReadingNanos monotonic time of the last reading; {@link Long#MIN_VALUE} where there
 *     was none
 * @param readings since the sensor was configured
 * @param failures since the sensor was configured
 * @param failuresInARow since the last reading
 * @param missed ticks that passed while the bus was busy; they aren't made up for
 * @param nextNanos monotonic time of the next try
 */
public record SensorStatus(
        String sensor,
        String bus,
        State state,
        String reason,
        long lastReadingNanos,
        long readings,
        long failures,
        int failuresInARow,
        long missed,
        long nextNanos) {
    /** From good to bad. */
    public enum State {
        /** Not read yet. */
        WAITING,
        OK,
        /** The last try failed; it is tried again soon. */
        FAILING,
        /** It failed again and again, and is tried ever more rarely until it works. */
        QUARANTINED,
        /** A reading doesn't come back; the bus waits for it. */
        HUNG;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean isBad() {
            return compareTo(OK) > 0;
        }
    }
}
