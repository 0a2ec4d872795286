package io.pipit.drivers.output;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;

/** Refuses what an output cannot be set to. */
final class Ranges {

    private Ranges() {}

    static void check(String what, double value, double least, double most) throws SensorException {
        // Not a number is in no range.
        if (!(value >= least && value <= most)) {
            throw new SensorException(
                    Category.OUT_OF_RANGE,
                    "%s can be %s to %s, not %s".formatted(what, least, most, value));
        }
    }
}
