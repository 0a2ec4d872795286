package io.pipit.drivers;

import java.time.Duration;

/**
 * Time as drivers see it: a monotonic clock and a way to wait on it. Handed in, so that tests run
 * without waiting. Used on the thread of the sensor's bus.
 */
public interface BusClock {

    /** Nanoseconds since some moment; never goes back. */
    long nanoTime();

    /** Waits at least this long. */
    void pause(Duration length) throws InterruptedException;
}
