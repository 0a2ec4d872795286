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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The driver {@code host}: the machine that the node runs on. The first four quantities are there
 * on any Linux, in containers too; the temperature where the kernel knows one of the processor.
 */
public final class HostDriver implements Driver {

    /** proc_meminfo(5): always in KiB, though it says kB. */
    private static final Pattern AVAILABLE =
            Pattern.compile("^MemAvailable:\\s+([0-9]+) kB$", Pattern.MULTILINE);

    private static final int BYTES_PER_KIB = 1024;

    /** Thermal zones of processors, by their type: Raspberry Pi, other boards, Intel. */
    private static final List<String> ZONES =
            List.of("cpu-thermal", "cpu_thermal", "soc-thermal", "soc_thermal", "x86_pkg_temp");

    /** hwmon chips in processors: Intel, AMD. */
    private static final List<String> CHIPS = List.of("coretemp", "k10temp", "zenpower");

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "host",
                "The machine itself: load, memory, disk, uptime and the processor's temperature.",
                Bus.NONE,
                List.of(
                        new Quantity(
                                "load",
                                "/",
                                "tasks that run or wait for a processor, averaged over a minute,"
                                        + " as uptime(1) shows it"),
                        new Quantity("memory-available", "B", "memory that programs could get"),
                        new Quantity("disk-free", "B", "space that is left for this user"),
                        new Quantity("uptime", "s", "since the machine was started"),
                        new Quantity("cpu-temperature", "Cel", "where the kernel knows it")),
                List.of(
                        Option.text(
                                        "disk",
                                        "A path on the disk to measure; that of data-dir where left"
                                                + " out.")
                                .example("\"/\"")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        Path proc = hardware.root().resolve("proc");
        Path disk = settings.optionalText("disk").map(Path::of).orElse(hardware.dataDirectory());
        double unbounded = Double.MAX_VALUE;
        List<Input> inputs = new ArrayList<>();
        inputs.add(
                new Input("load", "/", 0, unbounded, () -> firstNumber(proc.resolve("loadavg"))));
        inputs.add(
                new Input(
                        "memory-available",
                        "B",
                        0,
                        unbounded,
                        () -> memoryAvailable(proc.resolve("meminfo"))));
        inputs.add(new Input("disk-free", "B", 0, unbounded, () -> diskFree(disk)));
        inputs.add(
                new Input("uptime", "s", 0, unbounded, () -> firstNumber(proc.resolve("uptime"))));
        cpuTemperature(hardware.root())
                .ifPresent(file ->
                        inputs.add(
                                new Input(
                                        "cpu-temperature",
                                        "Cel",
                                        ThermalDriver.CELSIUS_MIN,
                                        ThermalDriver.CELSIUS_MAX,
                                        () -> KernelFiles.number(file) / 1000)));
        return new Inputs(inputs);
    }

    private static double firstNumber(Path file) throws SensorException, InterruptedException {
        String text = KernelFiles.text(file);
        int end = text.indexOf(' ');
        return KernelFiles.number(end < 0 ? text : text.substring(0, end), file);
    }

    private static double memoryAvailable(Path file) throws SensorException, InterruptedException {
        Matcher line = AVAILABLE.matcher(KernelFiles.text(file));
        if (!line.find()) {
            throw new SensorException(
                    Category.IO, file + " has no line MemAvailable; the kernel is too old");
        }
        return KernelFiles.number(line.group(1), file) * BYTES_PER_KIB;
    }

    private static double diskFree(Path path) throws SensorException {
        try {
            return Files.getFileStore(path).getUsableSpace();
        } catch (IOException e) {
            throw new SensorException(
                    Category.IO,
                    "the free space of the disk with %s is not known: %s"
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    private static Optional<Path> cpuTemperature(Path root) throws InterruptedException {
        try {
            for (String zone : ZONES) {
                Optional<Path> found = ThermalDriver.zones(root).first(zone);
                if (found.isPresent()) {
                    return found.map(directory -> directory.resolve("temp"));
                }
            }
            for (NamedDevices.Device chip : HwmonDriver.chips(root).all()) {
                Path input = chip.directory().resolve("temp1_input");
                if (CHIPS.contains(chip.name().toLowerCase(Locale.ROOT)) && Files.exists(input)) {
                    return Optional.of(input);
                }
            }
        } catch (SensorException e) {
            // A machine may hide all of that; the other quantities do not depend on it.
            return Optional.empty();
        }
        return Optional.empty();
    }
}
