package io.pipit.sampling;

import io.pipit.port.Event;
import java.util.List;

/** What happens on a bus. Called on its thread, or on the watcher's, without its lock. */
interface BusListener {
    /**
     * It was read.
     *
     * @param values what goes out; may be none
     * @param missed ticks that passed meanwhile
     * @param news whether the sensor wasn't known to be well
     */
    void read(
            String sensor,
            long monotonicNanos,
            List<Event.Value> values,
            long missed,
            boolean news);

    /**
     * Something happened between its readings.
     *
     * @param lost how much more could not be kept
     */
    void happened(String sensor, List<Probe.Happening> happenings, long lost);

    /**
     * Some of what it measured isn't possible, or all is again.
     *
     * @param complaint what is wrong; empty where nothing is
     */
    void judged(String sensor, String complaint);

    /** What didn't go out as it was measured. */
    void sifted(Sieve.Tally tally);

    void failed(String sensor, String reason);

    void hung(String sensor, String reason);

    /** The thread that reads it was left behind in that. */
    void left(String sensor, String reason);

    /**
     * None of its sensors can be read since something holds the bus.
     *
     * @param again whether that was so before: another try to get it back failed
     */
    void wedged(String trouble, boolean again);

    /** It works again. */
    void freed();
}
