package io.pipit.drivers.output;

import io.pipit.drivers.SensorException;

/** Something that can be set. In its safe state when it is opened and again when it is closed. */
public interface Output extends AutoCloseable {

    /**
     * Sets it.
     *
     * @param value in the unit and range of its driver's quantity
     * @throws SensorException where it is out of range, or could not be set
     */
    void set(double value) throws SensorException;

    /**
     * Sets it to its safe state; it can be set again after that.
     *
     * @throws SensorException where that was not possible
     */
    void rest() throws SensorException;

    /** Sets it to its safe state, and gives back what it holds; does not fail. */
    @Override
    void close();
}
