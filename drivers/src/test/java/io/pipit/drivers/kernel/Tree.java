package io.pipit.drivers.kernel;

import io.pipit.drivers.Driver;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A {@code /proc} and a {@code /sys} that a test lays out. */
record Tree(Path root) {

    Tree file(String path, String content) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A link in the way of sysfs: from a class' directory to where the device is. */
    Tree link(String from, String to) {
        try {
            Path link = root.resolve(from);
            Files.createDirectories(link.getParent());
            Files.createDirectories(root.resolve(to));
            Files.createSymbolicLink(link, root.resolve(to));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Sensor open(Driver driver, Map<String, ?> options)
            throws SensorException, InterruptedException {
        return driver.open(
                SensorSettings.of("s", driver.descriptor(), options),
                new Hardware(root, root, new ManualClock(), List.of()));
    }

    /** What one reading gives, as {@code temperature=21.5 Cel}. */
    List<String> read(Driver driver, Map<String, ?> options)
            throws SensorException, InterruptedException {
        try (Sensor sensor = open(driver, options)) {
            return shown(sensor.read());
        }
    }

    static List<String> shown(List<Measurement> measured) {
        return measured.stream()
                .map(m -> m.quantity() + "=" + m.value() + " " + m.unit())
                .collect(Collectors.toList());
    }
}
