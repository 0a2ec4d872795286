package io.pipit.drivers.gpio;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalInput;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.line.EdgeSource;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.InputRequest.Bias;
import io.pipit.drivers.line.InputRequest.Trigger;
import java.time.Duration;
import java.util.List;

/**
 * The driver {@code gpio-input}: a contact, or the pulses of a meter, on a digital line. The state
 * is measured at each of its edges, at the kernel's time, besides the usual readings.
 */
public final class GpioInputDriver implements Driver {

    private static final int DEBOUNCE_MS_MAX = 10_000;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "gpio-input",
                "A digital line: motion detectors, reed contacts, buttons; pulses of rain gauges, flow and energy meters.",
                Bus.GPIO,
                List.of(
                        new Quantity("state", "/", "1 while active, else 0; mode \"state\""),
                        new Quantity("count", "count", "pulses since the start; mode \"count\""),
                        new Quantity("frequency", "Hz", "of pulses; mode \"frequency\"")),
                List.of(
                        LineOptions.line(),
                        LineOptions.chip(),
                        LineOptions.activeLow(),
                        Option.text("bias", "What holds the line where nothing drives it.")
                                .oneOf("as-is", "none", "pull-up", "pull-down")
                                .byDefault("as-is")
                                .example("\"pull-up\""),
                        Option.integer(
                                        "debounce-ms",
                                        "How long the line has to be still before a change counts, in milliseconds.")
                                .between(0, DEBOUNCE_MS_MAX)
                                .byDefault(0)
                                .example("5"),
                        Option.text(
                                        "mode",
                                        "Whether the line's state is measured, or its pulses are counted.")
                                .oneOf("state", "count", "frequency")
                                .byDefault("state")
                                .example("\"count\"")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware) throws SensorException {
        boolean activeLow = settings.flag("active-low");
        String mode = settings.text("mode");
        DigitalInput input =
                hardware.input(
                        new InputRequest(
                                settings.optionalText("chip").orElse(""),
                                settings.integer("line"),
                                activeLow,
                                bias(settings.text("bias")),
                                Duration.ofMillis(settings.integer("debounce-ms")),
                                mode.equals("state") ? Trigger.BOTH : Trigger.ACTIVE));
        LineInput line = new LineInput(input, "line " + settings.integer("line"));
        boolean opened = false;
        try {
            EdgeSource edges = EdgeSource.of(input, activeLow, hardware.clock()::nanoTime);
            Sensor sensor =
                    switch (mode) {
                        case "count" -> new PulseSensor(line, edges, hardware.clock(), false);
                        case "frequency" -> new PulseSensor(line, edges, hardware.clock(), true);
                        default -> new StateSensor(line, edges);
                    };
            opened = true;
            return sensor;
        } catch (Pi4JException e) {
            throw new SensorException(
                    Category.IO,
                    "the edges of " + line.name() + " are not to be had: " + e.getMessage(),
                    e);
        } finally {
            if (!opened) {
                line.close();
            }
        }
    }

    private static Bias bias(String name) {
        return switch (name) {
            case "none" -> Bias.NONE;
            case "pull-up" -> Bias.PULL_UP;
            case "pull-down" -> Bias.PULL_DOWN;
            default -> Bias.AS_IS;
        };
    }
}
