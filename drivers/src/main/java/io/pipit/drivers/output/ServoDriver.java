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
import java.util.OptionalDouble;

/**
 * The driver {@code servo}: a hobby servo, whose position is the length of a pulse, fifty times a
 * second. Without pulses, which is its safe state where none is set, it holds nothing and stays
 * where it is.
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
                        micros("pulse-max-us", "The pulse at position 1, in microseconds.", 2_000),
                        Option.number(
                                        "safe",
                                        "The position at first, and when nobody sets it; without it there are no pulses then.")
                                .between(0, 1)
                                .example("0.5")));
    }

    @Override
    public Span span(SensorSettings settings) {
        return Span.LEVEL;
    }

    @Override
    public OptionalDouble safe(SensorSettings settings) {
        return settings.optionalNumber("safe");
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
        OptionalDouble safe = safe(settings);
        Output servo =
                new Output() {
                    @Override
                    public void set(double value) throws SensorException {
                        Span.LEVEL.check(pulses.name(), value);
                        pulses.send(Math.round((least + value * (most - least)) * NANOS_PER_MICRO));
                    }

                    @Override
                    public void rest() throws SensorException {
                        if (safe.isPresent()) {
                            set(safe.getAsDouble());
                        } else {
                            pulses.send(0);
                        }
                    }

                    @Override
                    public void close() {
                        try {
                            rest();
                            if (safe.isPresent()) {
                                pulses.goOn();
                            }
                        } catch (SensorException e) {
                            // Closing ends the pulses, which is what is left to be done.
                        }
                        pulses.close();
                    }
                };
        boolean safely = false;
        try {
            servo.rest();
            safely = true;
            return servo;
        } finally {
            if (!safely) {
                servo.close();
            }
        }
    }
}
