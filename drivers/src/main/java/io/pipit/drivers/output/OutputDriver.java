package io.pipit.drivers.output;

import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import java.util.OptionalDouble;

/** Knows one kind of output. Has no state of its own; may be called on any thread. */
public interface OutputDriver {

    /** What it is called, the one quantity that it sets, and how it is configured. */
    DriverDescriptor descriptor();

    /**
     * What it can be set to.
     *
     * @param onOff whether to the least and the most alone
     */
    record Span(double least, double most, boolean onOff) {
        /** On or off. */
        static final Span SWITCH = new Span(0, 1, true);

        /** All from off to full. */
        static final Span LEVEL = new Span(0, 1, false);

        void check(String what, double value) throws SensorException {
            // Not a number is in no range.
            if (!(value >= least && value <= most)) {
                throw new SensorException(
                        Category.OUT_OF_RANGE,
                        "%s can be %s to %s, not %s".formatted(what, least, most, value));
            }
            if (onOff && value != least && value != most) {
                throw new SensorException(
                        Category.OUT_OF_RANGE,
                        "%s can be %s or %s, not %s".formatted(what, least, most, value));
            }
        }
    }

    /** What one with these settings can be set to. */
    Span span(SensorSettings settings);

    /** The value that is its safe state; empty where that is none, as of what is let go. */
    OptionalDouble safe(SensorSettings settings);

    /**
     * Opens one, in its safe state.
     *
     * @throws SensorException where it is not to be had; nothing is left open
     */
    Output open(SensorSettings settings, Hardware hardware) throws SensorException;
}
