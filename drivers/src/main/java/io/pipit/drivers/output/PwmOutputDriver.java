package io.pipit.drivers.output;

import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.line.PwmRequest;
import java.util.List;
import java.util.OptionalDouble;

/** The driver {@code pwm-output}: a fan or a lamp that can be anything from off to full. */
public final class PwmOutputDriver implements OutputDriver {

    private static final int HERTZ_MAX = 1_000_000;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "pwm-output",
                "A channel for pulse-width modulation: fans, lamps, motors.",
                Bus.NONE,
                List.of(new Quantity("level", "/", "0 for off to 1 for full")),
                List.of(
                        channel(),
                        chip(),
                        Option.integer("frequency", "Pulses a second.")
                                .between(1, HERTZ_MAX)
                                .byDefault(1_000)
                                .example("25000"),
                        Option.flag("inverted", "Whether the pulses are low.")
                                .byDefault(false)
                                .example("true"),
                        Option.number("safe", "The level at first, and when nobody sets it.")
                                .between(0, 1)
                                .byDefault(0.0)
                                .example("0.3")));
    }

    static Option channel() {
        return Option.integer("channel", "The number of the channel on its chip.")
                .between(0, 63)
                .byDefault(0)
                .example("0");
    }

    static Option chip() {
        return Option.text(
                        "chip",
                        "The PWM chip's device, as /sys/class/pwm/pwmchip0/device links to; the only one where left out.")
                .example("\"fe20c000.pwm\"");
    }

    static Pulses open(SensorSettings settings, Hardware hardware, int hertz, boolean inverted)
            throws SensorException {
        int channel = settings.integer("channel");
        return Pulses.of(
                hardware.pwm(
                        new PwmRequest(
                                settings.optionalText("chip").orElse(""),
                                channel,
                                hertz,
                                inverted)),
                "PWM channel " + channel,
                hertz);
    }

    @Override
    public Span span(SensorSettings settings) {
        return Span.LEVEL;
    }

    @Override
    public OptionalDouble safe(SensorSettings settings) {
        return OptionalDouble.of(settings.number("safe"));
    }

    @Override
    public Output open(SensorSettings settings, Hardware hardware) throws SensorException {
        Pulses pulses =
                open(settings, hardware, settings.integer("frequency"), settings.flag("inverted"));
        Output output =
                new Output() {
                    @Override
                    public void set(double value) throws SensorException {
                        Span.LEVEL.check(pulses.name(), value);
                        pulses.send(Math.round(value * pulses.periodNanos()));
                    }

                    @Override
                    public void rest() throws SensorException {
                        set(settings.number("safe"));
                    }

                    @Override
                    public void close() {
                        try {
                            rest();
                            if (settings.number("safe") > 0) {
                                pulses.goOn();
                            }
                        } catch (SensorException e) {
                            // Closing switches it off, which is what is left to be done.
                        }
                        pulses.close();
                    }
                };
        boolean safe = false;
        try {
            output.rest();
            safe = true;
            return output;
        } finally {
            if (!safe) {
                output.close();
            }
        }
    }
}
