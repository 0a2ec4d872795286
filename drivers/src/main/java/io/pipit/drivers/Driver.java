package io.pipit.drivers;

import java.time.Duration;

/**
 * Knows one kind of sensor. Found by {@link java.util.ServiceLoader}: a class with a public
 * constructor without parameters, named in {@code META-INF/services/io.pipit.drivers.Driver}. Has
 * no state of its own; may be called on any thread.
 */
public interface Driver {

    /** What it is called, what it measures and how it is configured. Cheap, always the same. */
    DriverDescriptor descriptor();

    /**
     * Opens one sensor and checks that it is what the settings say. Called on the thread of the
     * sensor's bus.
     *
     * @throws SensorException where it is not there, or not what it should be; nothing is left open
     * @throws InterruptedException where the thread was interrupted while it waited
     */
    Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException;

    /** The longest that opening and reading a sensor take together, even where it fails. */
    default Duration readingMax() {
        return Duration.ofSeconds(5);
    }
}
