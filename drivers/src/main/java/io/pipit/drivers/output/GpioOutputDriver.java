package io.pipit.drivers.output;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalOutput;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.gpio.LineOptions;
import io.pipit.drivers.line.OutputRequest;
import java.util.List;
import java.util.OptionalDouble;

/** The driver {@code gpio-output}: a relay, a lamp, whatever a digital line switches. */
public final class GpioOutputDriver implements OutputDriver {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "gpio-output",
                "A digital line: relays, lamps, pumps.",
                Bus.GPIO,
                List.of(new Quantity("state", "/", "1 for active, 0 for not")),
                List.of(
                        LineOptions.line(),
                        LineOptions.chip(),
                        LineOptions.activeLow(),
                        Option.flag(
                                        "safe",
                                        "Whether it is active at first, and when nobody sets it.")
                                .byDefault(false)
                                .example("false")));
    }

    @Override
    public Span span(SensorSettings settings) {
        return Span.SWITCH;
    }

    @Override
    public OptionalDouble safe(SensorSettings settings) {
        return OptionalDouble.of(settings.flag("safe") ? 1 : 0);
    }

    @Override
    public Output open(SensorSettings settings, Hardware hardware) throws SensorException {
        int number = settings.integer("line");
        DigitalOutput line =
                hardware.output(
                        new OutputRequest(
                                settings.optionalText("chip").orElse(""),
                                number,
                                settings.flag("active-low"),
                                settings.flag("safe")));
        return new Output() {
            @Override
            public void set(double value) throws SensorException {
                Span.SWITCH.check("line " + number, value);
                try {
                    if (value == 1) {
                        line.on();
                    } else {
                        line.off();
                    }
                } catch (Pi4JException e) {
                    throw new SensorException(
                            Category.IO, "line " + number + " cannot be set: " + e.getMessage(), e);
                }
            }

            @Override
            public void rest() throws SensorException {
                set(settings.flag("safe") ? 1 : 0);
            }

            @Override
            public void close() {
                line.close();
            }
        };
    }
}
