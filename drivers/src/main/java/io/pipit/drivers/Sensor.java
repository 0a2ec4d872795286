package io.pipit.drivers;

import java.util.List;

/**
 * An open source of measurements. All its methods are called on the thread of its bus, one call at
 * a time, so it needs no locks and may wait, on the {@link BusClock} that it was given.
 */
public interface Sensor extends AutoCloseable {

    /**
     * Measures now. A quantity that cannot be read just now is left out where others can be; a
     * value that may be wrong is never returned.
     *
     * <p>After a failure the sensor stays usable: its next reading starts from the beginning,
     * checking the chip again. Closing it and opening another does the same.
     *
     * @return at least one measurement
     * @throws SensorException where nothing could be measured: why, where, and what to do
     * @throws InterruptedException where the thread was interrupted while it waited
     */
    List<Measurement> read() throws SensorException, InterruptedException;

    /** Gives back what it holds; does not fail. */
    @Override
    void close();
}
