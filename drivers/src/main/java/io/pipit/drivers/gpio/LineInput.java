package io.pipit.drivers.gpio;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalInput;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;

/** An open input whose failures are {@link SensorException}s. On the thread of its bus. */
record LineInput(DigitalInput input, String name) {

    boolean isActive() throws SensorException {
        try {
            return input.isOn();
        } catch (Pi4JException e) {
            throw new SensorException(Category.IO, name + " cannot be read: " + e.getMessage(), e);
        }
    }

    void close() {
        input.close();
    }
}
