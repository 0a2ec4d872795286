package io.pipit.drivers.output;

import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The driver {@code simulated}: an output without hardware. Where it has a file it writes its value
 * there, a line; a file that can't be written is a failure, as of any other output.
 */
public final class SimulatedOutputDriver implements OutputDriver {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "simulated",
                "An output without hardware, to try things out.",
                Bus.NONE,
                List.of(new Quantity("level", "/", "0 for off to 1 for full")),
                List.of(
                        Option.number("safe", "The level at first, and when nobody sets it.")
                                .between(0, 1)
                                .byDefault(0.0)
                                .example("0.3"),
                        Option.text("file", "A file that its value is written to, too.")
                                .example("\"/tmp/fan\"")));
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
        Optional<Path> file = file(settings);
        Output output =
                new Output() {
                    @Override
                    public void set(double value) throws SensorException {
                        Span.LEVEL.check("a simulated output", value);
                        if (file.isPresent()) {
                            write(file.get(), value);
                        }
                    }

                    @Override
                    public void rest() throws SensorException {
                        set(settings.number("safe"));
                    }

                    @Override
                    public void close() {
                        try {
                            rest();
                        } catch (SensorException e) {
                            // Nobody looks at a file that can't be written.
                        }
                    }
                };
        output.rest();
        return output;
    }

    private static Optional<Path> file(SensorSettings settings) throws SensorException {
        try {
            return settings.optionalText("file").map(Path::of);
        } catch (InvalidPathException e) {
            throw new SensorException(
                    Category.CONFIGURATION, "file is no path: " + e.getMessage(), e);
        }
    }

    private static void write(Path file, double value) throws SensorException {
        try {
            Files.writeString(file, value + "\n");
        } catch (IOException e) {
            throw new SensorException(
                    Category.IO, file + " can't be written (" + e + "): see its folder", e);
        }
    }
}
