package io.pipit.drivers.output;

import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import java.util.List;

/**
 * The driver {@code servo}: a hobby servo, whose position is the length of a pulse, fifty times a
 * second. Without pulses, which is its safe state, it holds nothing and stays where it is.
 */
public final class ServoDriver implements OutputDriver {

    private static final int HERTZ = 50;
    private static final int NANOS_PER_MICRO = 1_000;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "servo",
                "A hobby servo on a channel for pulse-width modulation.",
                Bus.NONE,
                List.of(new Quantity("position", "/", "0 for one end to 1 for the other")),
                List.of(
                        PwmOutputDriver.channel(),
                        PwmOutputDriver.chip(),
                        micros("pulse-min-us", "The pulse at position 0, in microseconds.", 1_000),
                        micros(
                                "pulse-max-us",
                                "The pulse at position 1, in microseconds.",
                                2_000)));
    }

    private static Option micros(String name, String description, int fallback) {
        return Option.integer(name, description)
                .between(400, 2_600)
                .byDefault(fallback)
                .example(Integer.toString(fallback));
    }

    @Override
    public Output open(SensorSettings settings, Hardware hardware) throws SensorException {
        int least = settings.integer("pulse-min-us");
        int most = settings.integer("pulse-max-us");
        Pulses pulses = PwmOutputDriver.open(settings, hardware, HERTZ, false);
        if (!pulses.isFine()) {
            pulses.close();
            throw new SensorException(
                    Category.CONFIGURATION,
                    "a servo needs pulses finer than this provider's whole percents");
        }
        return new Output() {
            @Override
            public void set(double value) throws SensorException {
                Ranges.check(pulses.name(), value, 0, 1);
                pulses.send(Math.round((least + value * (most - least)) * NANOS_PER_MICRO));
            }

            @Override
            public void close() {
                pulses.close();
            }
        };
    }
}
