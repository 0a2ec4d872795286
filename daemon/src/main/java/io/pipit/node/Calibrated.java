package io.pipit.node;

import io.pipit.config.Configuration;
import io.pipit.config.DriverDescriptor;
import io.pipit.config.text.Units;
import io.pipit.sampling.Rule;
import io.pipit.sampling.Rule.Calibration;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the configuration says of a sensor's quantities, in the words of the sampler. */
final class Calibrated {
    private Calibrated() {}

    /** What becomes of what the sensor measures. */
    static Rule.Set rules(Configuration.Sensor sensor, DriverDescriptor driver) {
        Map<String, Rule> byQuantity = new HashMap<>();
        sensor.quantity()
                .forEach((name, quantity) -> {
                    String measured =
                            driver.quantity(name).map(DriverDescriptor.Quantity::unit).orElse("");
                    byQuantity.put(
                            name,
                            new Rule(
                                    calibration(quantity, measured),
                                    quantity.range()
                                            .map(Configuration.Range::least)
                                            .orElse(Rule.NONE.least()),
                                    quantity.range()
                                            .map(Configuration.Range::most)
                                            .orElse(Rule.NONE.most()),
                                    deadband(
                                            quantity.deadband(),
                                            quantity.onChange().orElse(sensor.onChange())),
                                    averageOver(quantity, sensor).orElse(Duration.ZERO),
                                    quantity.atLeastEvery().orElse(sensor.atLeastEvery()),
                                    quantity.every().orElse(Duration.ZERO)));
                });
        Rule others =
                new Rule(
                        Calibration.NONE,
                        Rule.NONE.least(),
                        Rule.NONE.most(),
                        deadband(OptionalDouble.empty(), sensor.onChange()),
                        sensor.averageOver().orElse(Duration.ZERO),
                        sensor.onChange() ? sensor.atLeastEvery() : Duration.ZERO);
        return new Rule.Set(byQuantity, others);
    }

    private static Optional<Duration> averageOver(
            Configuration.Quantity quantity, Configuration.Sensor sensor) {
        return quantity.every().isPresent()
                ? quantity.averageOver()
                : quantity.averageOver().or(sensor::averageOver);
    }

    private static double deadband(OptionalDouble set, boolean onChange) {
        return set.orElse(onChange ? 0 : Rule.NONE.deadband());
    }

    /**
     * @param measured the unit that the driver measures in; empty where that isn't known
     */
    private static Calibration calibration(Configuration.Quantity quantity, String measured) {
        Optional<String> unit = quantity.unit();
        // Without a conversion it is a raw value, of which the scale makes the unit.
        Units.Conversion conversion =
                unit.flatMap(to -> Units.conversion(measured, to)).orElse(Units.Conversion.NONE);
        return new Calibration(
                unit.isPresent() ? measured : "",
                unit.orElse(""),
                conversion.multiplier(),
                conversion.divisor(),
                conversion.shift(),
                quantity.scale(),
                quantity.offset());
    }
}
