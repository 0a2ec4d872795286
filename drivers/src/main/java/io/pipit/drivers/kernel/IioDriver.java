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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The driver {@code iio}: a device of the kernel's industrial I/O, found by its name, with all of
 * its channels that have a unit (the kernel's Documentation/ABI/testing/sysfs-bus-iio). A channel
 * is its {@code _input}, or ({@code _raw} + {@code _offset}) × {@code _scale}.
 */
public final class IioDriver implements Driver {

    /** {@code in_voltage0-voltage1_raw}: the kind, what tells channels of it apart, the form. */
    private static final Pattern CHANNEL =
            Pattern.compile("in_([a-z]+)([0-9]*(?:-[a-z]+[0-9]*)?(?:_[a-z0-9]+)?)_(input|raw)");

    /**
     * A kind of channel.
     *
     * @param quantity what we call it
     * @param unit ours
     * @param multiplier what turns the kernel's unit into ours; 1 or more
     * @param divisor the same; a division keeps the decimals that people expect
     */
    private record Kind(
            String quantity,
            String unit,
            double multiplier,
            double divisor,
            double least,
            double most) {

        static Kind of(String quantity, String unit, double multiplier, double divisor) {
            return new Kind(
                    quantity, unit, multiplier, divisor, -Double.MAX_VALUE, Double.MAX_VALUE);
        }

        Kind between(double smallest, double largest) {
            return new Kind(quantity, unit, multiplier, divisor, smallest, largest);
        }
    }

    private static final Map<String, Kind> KINDS =
            Map.ofEntries(
                    // Milli-degrees; thermocouples go beyond what a board survives.
                    Map.entry(
                            "temp", Kind.of("temperature", "Cel", 1, 1000).between(-273.15, 2000)),
                    Map.entry("pressure", Kind.of("pressure", "Pa", 1000, 1).between(0, 1e9)),
                    Map.entry(
                            "humidityrelative",
                            Kind.of("humidity", "%RH", 1, 1000).between(0, 100)),
                    Map.entry("illuminance", Kind.of("illuminance", "lx", 1, 1).between(0, 1e6)),
                    Map.entry("voltage", Kind.of("voltage", "V", 1, 1000)),
                    Map.entry("current", Kind.of("current", "A", 1, 1000)),
                    Map.entry("power", Kind.of("power", "W", 1, 1000)),
                    Map.entry("resistance", Kind.of("resistance", "Ohm", 1, 1)),
                    Map.entry("distance", Kind.of("distance", "m", 1, 1)),
                    Map.entry("accel", Kind.of("accel", "m/s2", 1, 1)),
                    // Gauss.
                    Map.entry("magn", Kind.of("magn", "T", 1, 10_000)),
                    // Per cent.
                    Map.entry(
                            "concentration", Kind.of("concentration", "/", 1, 100).between(0, 1)));

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "iio",
                "A sensor that the kernel has a driver for (industrial I/O): all of its channels.",
                Bus.NONE,
                List.of(
                        new Quantity("temperature*", "Cel", "a channel of a thermometer"),
                        new Quantity("pressure*", "Pa", "air pressure"),
                        new Quantity("humidity*", "%RH", "relative humidity"),
                        new Quantity("illuminance*", "lx", "light"),
                        new Quantity("voltage*", "V", "a channel of a converter"),
                        new Quantity("current*", "A", "a channel of a meter"),
                        new Quantity("power*", "W", "a channel of a meter"),
                        new Quantity("resistance*", "Ohm", "a channel of a meter"),
                        new Quantity("distance*", "m", "to what is in front of it"),
                        new Quantity("accel-*", "m/s2", "acceleration by axis"),
                        new Quantity("magn-*", "T", "magnetic field by axis"),
                        new Quantity("concentration-*", "/", "of a gas, as a part of the air")),
                List.of(
                        Option.text(
                                        "device",
                                        "The device's name, as in"
                                                + " /sys/bus/iio/devices/iio:device*/name.")
                                .mustBeGiven()
                                .example("\"bme280\""),
                        HwmonDriver.location()));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        String name = settings.text("device");
        Path directory = devices(hardware.root()).only(name, settings.optionalText("location"));
        Map<String, Input> inputs = new LinkedHashMap<>();
        // "input" sorts before "raw", and is the better one where there are both.
        for (Path file :
                KernelFiles.entries(directory, entry -> CHANNEL.matcher(entry).matches())) {
            channel(directory, file)
                    .ifPresent(input -> inputs.putIfAbsent(input.quantity(), input));
        }
        if (inputs.isEmpty()) {
            throw new SensorException(
                    Category.ABSENT,
                    "the IIO device %s has no channel with a known unit in %s"
                            .formatted(name, directory));
        }
        return new Inputs(List.copyOf(inputs.values()));
    }

    static NamedDevices devices(Path root) throws SensorException, InterruptedException {
        return NamedDevices.in(
                root.resolve("sys/bus/iio/devices"), "iio:device", "name", "IIO device");
    }

    private static Optional<Input> channel(Path directory, Path file)
            throws SensorException, InterruptedException {
        Matcher name = CHANNEL.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        Kind kind = KINDS.get(name.group(1));
        if (kind == null) {
            return Optional.empty();
        }
        String quantity = KernelFiles.quantityName(kind.quantity() + name.group(2));
        double scale = 1;
        double offset = 0;
        if (name.group(3).equals("raw")) {
            Optional<Path> scaleFile = attribute(directory, name, "scale");
            if (scaleFile.isEmpty()) {
                // Without a scale a raw number has no unit.
                return Optional.empty();
            }
            scale = KernelFiles.number(scaleFile.get());
            Optional<Path> offsetFile = attribute(directory, name, "offset");
            if (offsetFile.isPresent()) {
                offset = KernelFiles.number(offsetFile.get());
            }
        }
        double steps = scale;
        double shift = offset;
        return Optional.of(
                new Input(
                        quantity,
                        kind.unit(),
                        kind.least(),
                        kind.most(),
                        () ->
                                (KernelFiles.number(file) + shift)
                                        * steps
                                        * kind.multiplier()
                                        / kind.divisor()));
    }

    /** A channel's own attribute, or the one that all channels of its kind share. */
    private static Optional<Path> attribute(Path directory, Matcher channel, String attribute) {
        String kind = "in_" + channel.group(1);
        String differential = channel.group(2).contains("-") ? "-" + channel.group(1) : "";
        return List.of(kind + channel.group(2), kind + differential, kind).stream()
                .map(prefix -> directory.resolve(prefix + "_" + attribute))
                .filter(Files::exists)
                .findFirst();
    }
}
