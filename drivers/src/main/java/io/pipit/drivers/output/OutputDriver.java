package io.pipit.drivers.output;

import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;

/** Knows one kind of output. Has no state of its own; may be called on any thread. */
public interface OutputDriver {

    /** What it is called, the one quantity that it sets, and how it is configured. */
    DriverDescriptor descriptor();

    /**
     * Opens one, in its safe state.
     *
     * @throws SensorException where it is not to be had; nothing is left open
     */
    Output open(SensorSettings settings, Hardware hardware) throws SensorException;
}
