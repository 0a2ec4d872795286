package io.pipit.drivers.hcsr04;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
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
import io.pipit.drivers.gpio.LineOptions;
import io.pipit.drivers.line.EdgeSource;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.InputRequest.Bias;
import io.pipit.drivers.line.InputRequest.Trigger;
import io.pipit.drivers.line.OutputRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The driver {@code hc-sr04}: the distance to what is in front of it, on two digital lines. */
public final class HcSr04Driver implements Driver {

    private static final int LINE_MAX = 1_023;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "hc-sr04",
                "HC-SR04: the distance to what is in front of it by ultrasound, on two digital lines.",
                Bus.OWN_LINES,
                List.of(new Quantity("distance", "m", "0.02 to 4")),
                List.of(
                        line("trigger", "The number of the line that goes to Trig.", "23"),
                        line(
                                "echo",
                                "The number of the line that Echo comes to, through a divider from 5 V to 3.3 V.",
                                "24"),
                        LineOptions.chip(),
                        Option.number(
                                        "temperature",
                                        "How warm the air is, which the speed of sound goes by, in degrees Celsius.")
                                .between(-40, 85)
                                .byDefault(20.0)
                                .example("20.0")));
    }

    private static Option line(String name, String description, String example) {
        return Option.integer(name, description)
                .between(0, LINE_MAX)
                .mustBeGiven()
                .example(example);
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        String chip = settings.optionalText("chip").orElse("");
        int trigger = settings.integer("trigger");
        int echo = settings.integer("echo");
        if (trigger == echo) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "sensor %s: trigger and echo are the same line, %d; they are two"
                            .formatted(settings.sensor(), echo));
        }
        DigitalOutput output = hardware.output(new OutputRequest(chip, trigger, false, false));
        @Nullable DigitalInput input = null;
        boolean opened = false;
        try {
            input =
                    hardware.input(
                            new InputRequest(
                                    chip,
                                    echo,
                                    false,
                                    Bias.PULL_DOWN,
                                    Duration.ZERO,
                                    Trigger.BOTH));
            EdgeSource edges = EdgeSource.of(input, false, hardware.clock()::nanoTime);
            HcSr04Sensor sensor =
                    new HcSr04Sensor(
                            output,
                            input,
                            "lines %d and %d".formatted(trigger, echo),
                            hardware.clock(),
                            settings.number("temperature"));
            edges.listen(sensor.echo());
            opened = true;
            return sensor;
        } catch (Pi4JException e) {
            throw new SensorException(
                    Category.IO,
                    "the edges of line %d are not to be had: %s".formatted(echo, e.getMessage()),
                    e);
        } finally {
            if (!opened) {
                output.close();
                if (input != null) {
                    input.close();
                }
            }
        }
    }
}
