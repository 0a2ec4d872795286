package io.pipit.drivers.kernel;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.guide.SensorBlock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the kernel itself measures on this machine, for people who look for it. Any thread. */
public final class KernelSources {

    private KernelSources() {}

    /**
     * Something that the kernel measures.
     *
     * @param kind of which of its interfaces it is, {@code w1}, {@code hwmon}, {@code iio} or
     *     {@code thermal}, as our driver for it is called
     * @param name what it calls itself
     * @param known whether that driver can read it
     * @param options what selects it, as it stands in TOML
     */
    public record Source(String kind, String name, boolean known, Map<String, String> options) {}

    /**
     * All that there is.
     *
     * @param root where {@code sys} is
     * @param problems gets a line for each interface that could not be looked at
     */
    public static List<Source> in(Path root, List<SensorException> problems)
            throws InterruptedException {
        List<Source> sources = new ArrayList<>();
        collect(problems, () -> thermometers(root, sources));
        collect(problems, () -> named("hwmon", "chip", HwmonDriver.chips(root), sources));
        collect(problems, () -> named("iio", "device", IioDriver.devices(root), sources));
        collect(problems, () -> zones(root, sources));
        return List.copyOf(sources);
    }

    @FunctionalInterface
    private interface Look {
        void take() throws SensorException, InterruptedException;
    }

    private static void collect(List<SensorException> problems, Look look)
            throws InterruptedException {
        try {
            look.take();
        } catch (SensorException e) {
            problems.add(e);
        }
    }

    private static void thermometers(Path root, List<Source> sources) throws SensorException {
        Path devices = root.resolve("sys/bus/w1/devices");
        for (Path device :
                KernelFiles.entries(devices, name -> name.matches("[0-9a-f]{2}-[0-9a-f]{12}"))) {
            String id = device.getFileName().toString();
            sources.add(
                    new Source(
                            "w1",
                            id,
                            W1Driver.isThermometer(id),
                            Map.of("id", SensorBlock.quoted(id))));
        }
    }

    private static void named(
            String kind, String option, NamedDevices devices, List<Source> sources) {
        for (NamedDevices.Device device : devices.all()) {
            Map<String, String> options = new LinkedHashMap<>();
            options.put(option, SensorBlock.quoted(device.name()));
            boolean twice =
                    devices.all().stream()
                                    .filter(other -> other.name().equals(device.name()))
                                    .count()
                            > 1;
            if (twice) {
                options.put("location", SensorBlock.quoted(device.location()));
            }
            sources.add(new Source(kind, device.name(), true, options));
        }
    }

    private static void zones(Path root, List<Source> sources)
            throws SensorException, InterruptedException {
        // Of several with one type the driver knows the first.
        Set<String> types = new LinkedHashSet<>();
        ThermalDriver.zones(root).all().forEach(zone -> types.add(zone.name()));
        types.forEach(type ->
                sources.add(
                        new Source(
                                "thermal", type, true, Map.of("zone", SensorBlock.quoted(type)))));
    }
}
