package io.pipit.port;

import java.util.List;
import java.util.Locale;

/**
 * How a sensor is.
 *
 * @param reason what is wrong; empty where nothing is
 * @param sinceNanos monotonic time since which it has been well, or not
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
        long sinceNanos,
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
        /** The last try failed, or gave what isn't possible; it is tried again soon. */
        FAILING,
        /** It failed again and again, and is tried ever more rarely until it works. */
        QUARANTINED,
        /** A reading doesn't come back; the bus waits for it. */
        HUNG;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether it should be read and can't be. */
        public boolean isBad() {
            return compareTo(OK) > 0;
        }
    }

    /** Knows how the sensors are. Thread-safe. */
    public interface Source {
        /** All that are configured, by name. */
        List<SensorStatus> statuses();

        /** Calls this when one is better or worse, or was added or removed; it only hands over. */
        void onChange(Runnable listener);

        /** No longer. */
        void forget(Runnable listener);
    }
}
