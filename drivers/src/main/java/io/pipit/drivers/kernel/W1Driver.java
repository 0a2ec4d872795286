package io.pipit.drivers.kernel;

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
import io.pipit.drivers.kernel.Inputs.Input;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The driver {@code w1}: a 1-wire thermometer, DS18B20 or a relative, through the kernel's w1_therm
 * (Documentation/w1/slaves/w1_therm.rst). A reading takes 0.75 s, in which the kernel holds the bus
 * and the thread.
 */
public final class W1Driver implements Driver {

    /** Families with a thermometer: DS18S20, DS1822, DS18B20, DS1825, DS28EA00. */
    private static final Pattern THERMOMETER = Pattern.compile("(?:10|22|28|3b|42)-[0-9a-f]{12}");

    private static final Pattern SCRATCHPAD =
            Pattern.compile(
                    "((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (YES|NO)\\s+(?:[0-9a-f]{2} ){9}t=(-?[0-9]{1,6})");

    /** Nine zeros have a right checksum: the wire is shorted to ground. */
    private static final String SHORTED = "00 ".repeat(9);

    /**
     * DS18B20 datasheet, "Temperature/Data Relationship": what it holds before its first
     * conversion.
     */
    private static final double POWER_ON_MILLICELSIUS = 85_000;

    private static final double CELSIUS_MIN = -55;
    private static final double CELSIUS_MAX = 125;

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "w1",
                "A 1-wire thermometer, DS18B20 or a relative, read by the kernel.",
                Bus.ONE_WIRE,
                List.of(new Quantity("temperature", "Cel", "-55 to 125")),
                List.of(
                        Option.text(
                                        "id",
                                        "The thermometer's ID, as in /sys/bus/w1/devices; may be"
                                                + " left out where there is only one.")
                                .example("\"28-0316a2795f12\"")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        Path devices = hardware.root().resolve("sys/bus/w1/devices");
        List<Path> found =
                KernelFiles.entries(devices, name -> THERMOMETER.matcher(name).matches());
        String names =
                found.stream()
                        .map(path -> "\"" + path.getFileName() + "\"")
                        .collect(Collectors.joining(", "));
        Optional<String> id = settings.optionalText("id");
        List<Path> wanted =
                found.stream()
                        .filter(path -> id.map(path.getFileName().toString()::equals).orElse(true))
                        .toList();
        if (wanted.isEmpty()) {
            throw new SensorException(
                    Category.ABSENT,
                    found.isEmpty()
                            ? "there is no 1-wire thermometer in "
                                    + devices
                                    + ": check the wiring and the overlay (dtoverlay=w1-gpio)"
                            : "there is no 1-wire thermometer \"%s\"; the kernel has %s"
                                    .formatted(id.orElse(""), names));
        }
        if (wanted.size() > 1) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "there are several 1-wire thermometers; say which one with id = one of "
                            + names);
        }
        Path device = wanted.getFirst();
        return new Inputs(
                List.of(
                        new Input(
                                "temperature",
                                "Cel",
                                CELSIUS_MIN,
                                CELSIUS_MAX,
                                () -> celsius(device))));
    }

    /** Whether a 1-wire device is of a family with a thermometer. */
    static boolean isThermometer(String id) {
        return THERMOMETER.matcher(id).matches();
    }

    private static double celsius(Path device) throws SensorException, InterruptedException {
        // The older file has the checksum beside the value; some kernels have only the newer.
        Path scratchpad = device.resolve("w1_slave");
        double milliCelsius =
                Files.exists(scratchpad)
                        ? checked(KernelFiles.text(scratchpad), scratchpad)
                        : KernelFiles.number(device.resolve("temperature"));
        if (milliCelsius == POWER_ON_MILLICELSIUS) {
            throw new SensorException(
                    Category.IO,
                    device.getFileName()
                            + " gives 85.0, the value that it wakes up with, and has not measured:"
                            + " check its power and the pull-up resistor");
        }
        return milliCelsius / 1000;
    }

    private static double checked(String text, Path file) throws SensorException {
        Matcher parts = SCRATCHPAD.matcher(text);
        if (!parts.matches()) {
            throw new SensorException(
                    Category.IO, file + " holds no measurement: the thermometer does not answer");
        }
        if (parts.group(2).equals("NO") || parts.group(1).equals(SHORTED)) {
            throw new SensorException(
                    Category.IO,
                    file
                            + " holds a measurement with a wrong checksum: check the wiring and the"
                            + " pull-up resistor");
        }
        return KernelFiles.number(parts.group(3), file);
    }
}
