package io.pipit.drivers;

import java.time.Duration;
import java.util.List;

/**
 * A sensor to which something happens between its readings, edges of a line for instance, or
 * samples that a chip takes by itself: each is a reading at its own time. Its methods are called on
 * the thread of its bus as those of every sensor; what it is told from elsewhere it keeps, within a
 * limit, until it is asked.
 */
public interface EventSensor extends Sensor {

    /**
     * Measured at a time of its own.
     *
     * @param nanos on the clock of {@link BusClock#nanoTime()}
     */
    record Happening(long nanos, List<Measurement> measured) {
        public Happening {
            measured = List.copyOf(measured);
        }
    }

    /**
     * What happened.
     *
     * @param happenings in their order; may be none
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
     * Called once, before anything else.
     *
     * @param wake to be run where something happened, on any thread; it is quick, and {@link
     *     #happenings} is called soon after
     */
    void onHappening(Runnable wake);

    /**
     * How often it wants to be asked what happened, whether it woke anybody or not: before a chip
     * that keeps its samples has no more room for them. Zero where a wake tells.
     */
    default Duration askedEvery() {
        return Duration.ZERO;
    }

    /**
     * What happened since it was asked last. Called after a wake, and before each reading.
     *
     * @throws SensorException where it cannot tell any more; it is closed and opened again then
     */
    Happenings happenings() throws SensorException;

    /**
     * Measures now; the time of the reading is the one at which this was called, so that what
     * happens meanwhile is later.
     */
    @Override
    List<Measurement> read() throws SensorException, InterruptedException;
}
