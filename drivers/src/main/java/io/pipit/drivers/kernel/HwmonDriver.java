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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The driver {@code hwmon}: a chip of the kernel's hardware monitoring, found by its name, with one
 * of its inputs or all of them (the kernel's Documentation/hwmon/sysfs-interface.rst).
 */
public final class HwmonDriver implements Driver {

    private static final Pattern INPUT =
            Pattern.compile("(temp|in|curr|power|energy|humidity|fan|freq)([0-9]{1,4})_input");

    /**
     * What the kernel calls a kind of input, what we do, and what one of its steps is in our unit.
     */
    private enum Kind {
        TEMP("temperature", "Cel", 1e-3, ThermalDriver.CELSIUS_MIN, ThermalDriver.CELSIUS_MAX),
        IN("voltage", "V", 1e-3, -Double.MAX_VALUE, Double.MAX_VALUE),
        CURR("current", "A", 1e-3, -Double.MAX_VALUE, Double.MAX_VALUE),
        POWER("power", "W", 1e-6, -Double.MAX_VALUE, Double.MAX_VALUE),
        ENERGY("energy", "J", 1e-6, -Double.MAX_VALUE, Double.MAX_VALUE),
        HUMIDITY("humidity", "%RH", 1e-3, 0, 100),
        /** Revolutions a minute; the registry has no unit for these but 1/s. */
        FAN("fan", "1/s", 1.0 / 60, 0, Double.MAX_VALUE),
        FREQ("frequency", "Hz", 1, 0, Double.MAX_VALUE);

        final String quantity;
        final String unit;
        final double step;
        final double least;
        final double most;

        Kind(String quantity, String unit, double step, double least, double most) {
            this.quantity = quantity;
            this.unit = unit;
            this.step = step;
            this.least = least;
            this.most = most;
        }
    }

    /** One input of a chip: {@code temp1}, and what it is labelled, where it is. */
    private record Found(Kind kind, String name, Optional<String> label, Path directory) {

        boolean is(String wanted) {
            return name.equals(wanted) || label.map(wanted::equals).orElse(false);
        }

        Input as(String quantity) {
            return new Input(quantity, kind.unit, kind.least, kind.most, this::value);
        }

        private double value() throws SensorException, InterruptedException {
            Path fault = directory.resolve(name + "_fault");
            if (Files.exists(fault) && KernelFiles.number(fault) != 0) {
                throw new SensorException(
                        Category.IO, fault + " says that the sensor is broken or not connected");
            }
            double steps = KernelFiles.number(directory.resolve(name + "_input"));
            // A division keeps the decimals that people expect: 21.5 rather than
            // 21.500000000000004.
            return steps / Math.rint(1 / kind.step);
        }
    }

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "hwmon",
                "A chip of the kernel's hardware monitoring: all of its inputs, or one.",
                Bus.NONE,
                List.of(
                        new Quantity("temperature", "Cel", "of one input; else temp* or its label"),
                        new Quantity("voltage", "V", "of one input; else in* or its label"),
                        new Quantity("current", "A", "of one input; else curr* or its label"),
                        new Quantity("power", "W", "of one input; else power* or its label"),
                        new Quantity("energy", "J", "of one input; else energy* or its label"),
                        new Quantity("humidity", "%RH", "of one input; else humidity*"),
                        new Quantity("fan", "1/s", "of one input; else fan* or its label"),
                        new Quantity("frequency", "Hz", "of one input; else freq*"),
                        new Quantity("*", "", "of all inputs: by its label or its name")),
                List.of(
                        Option.text("chip", "The chip's name, as in /sys/class/hwmon/hwmon*/name.")
                                .mustBeGiven()
                                .example("\"nvme\""),
                        Option.text("input", "One input, by its name or its label; else all.")
                                .example("\"temp1\""),
                        location()));
    }

    static Option location() {
        return Option.text(
                        "location",
                        "The kernel's name of the device behind it, where several have the same"
                                + " name.")
                .example("\"1-0076\"");
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        String chip = settings.text("chip");
        Path directory = chips(hardware.root()).only(chip, settings.optionalText("location"));
        List<Found> found = inputs(directory);
        Optional<String> wanted = settings.optionalText("input");
        if (wanted.isPresent()) {
            Found one =
                    found.stream()
                            .filter(input -> input.is(wanted.get()))
                            .findFirst()
                            .orElseThrow(() -> absent(chip, wanted.get(), found));
            return new Inputs(List.of(one.as(one.kind().quantity)));
        }
        if (found.isEmpty()) {
            throw absent(chip, "of any kind that is known", found);
        }
        Set<String> taken = new HashSet<>();
        List<Input> inputs = new ArrayList<>();
        for (Found input : found) {
            String name = input.label().map(KernelFiles::quantityName).orElse("");
            inputs.add(input.as(!name.isEmpty() && taken.add(name) ? name : input.name()));
        }
        return new Inputs(inputs);
    }

    static NamedDevices chips(Path root) throws SensorException, InterruptedException {
        return NamedDevices.in(root.resolve("sys/class/hwmon"), "hwmon", "name", "hwmon chip");
    }

    private static List<Found> inputs(Path directory) throws SensorException, InterruptedException {
        List<Found> found = new ArrayList<>();
        for (Path file : KernelFiles.entries(directory, name -> INPUT.matcher(name).matches())) {
            Matcher name = INPUT.matcher(file.getFileName().toString());
            if (name.matches()) {
                String input = name.group(1) + name.group(2);
                Path label = directory.resolve(input + "_label");
                found.add(
                        new Found(
                                Kind.valueOf(name.group(1).toUpperCase(Locale.ROOT)),
                                input,
                                Files.exists(label)
                                        ? Optional.of(KernelFiles.text(label))
                                        : Optional.empty(),
                                directory));
            }
        }
        return found;
    }

    private static SensorException absent(String chip, String wanted, List<Found> found) {
        String names =
                found.stream()
                        .map(input ->
                                input.name() + input.label().map(l -> " (" + l + ")").orElse(""))
                        .collect(Collectors.joining(", "));
        return new SensorException(
                Category.ABSENT,
                "the hwmon chip %s has no input %s; it has %s"
                        .formatted(chip, wanted, names.isEmpty() ? "none" : names));
    }
}
