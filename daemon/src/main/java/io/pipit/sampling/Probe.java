package io.pipit.sampling;

import io.pipit.port.Event;
import java.time.Duration;
import java.util.List;

/** An open sensor. All calls come on its bus's thread, one at a time. */
public interface Probe extends AutoCloseable {
    /**
     * Measures now.
     *
     * @return at least one value
     * @throws Exception where nothing could be measured; the message is for people
     */
    List<Event.Value> read() throws Exception;

    /**
     * Measured at a time of its own, an edge for instance.
     *
     * @param monotonicNanos when
     */
    record Happening(long monotonicNanos, List<Event.Value> values) {
        public Happening {
            values = List.copyOf(values);
        }
    }

    /**
     * What happened between two readings.
     *
     * @param lost how many more there were, of which no value can be told
     */
    record Happenings(List<Happening> happenings, long lost) {
        /** Nothing. */
        public static final Happenings NONE = new Happenings(List.of(), 0);

        public Happenings {
            happenings = List.copyOf(happenings);
        }
    }

    /**
     * Called once, when it was opened.
     *
     * @param wake to be run on any thread where something happened
     * @return whether something may happen; then a reading has the time at which it begins
     */
    default boolean onHappening(Runnable wake) {
        return false;
    }

    /**
     * How often it wants to be asked what happened, whether it woke anybody or not; zero for only
     * then.
     */
    default Duration askedEvery() {
        return Duration.ZERO;
    }

    /**
     * What happened since it was asked last; asked after a wake, and before each reading.
     *
     * @throws Exception where it can't tell any more; the message is for people
     */
    default Happenings happenings() throws Exception {
        return Happenings.NONE;
    }

    /** Gives back what it holds. */
    @Override
    void close();

    /** Opens a sensor, as often as it takes. */
    @FunctionalInterface
    interface Opener {
        /**
         * Opens it and checks that it is what was configured.
         *
         * @throws Exception where it isn't there; nothing is left open
         */
        Probe open() throws Exception;
    }
}
