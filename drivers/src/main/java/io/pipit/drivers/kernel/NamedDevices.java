package io.pipit.drivers.kernel;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Devices of one class of the kernel, looked up by what they are called: their numbers change from
 * boot to boot. A snapshot of the moment at which it was taken.
 *
 * @param what what they are, for messages: {@code hwmon chip}
 * @param all in the order of their numbers
 */
record NamedDevices(String what, List<Device> all) {

    /**
     * One of them.
     *
     * @param name what it calls itself
     * @param location the name of the device behind it, {@code 1-0076}; empty where there is none
     * @param directory its files
     */
    record Device(String name, String location, Path directory) {}

    /**
     * Those in a directory of {@code /sys} whose entries begin with a prefix; one that has no name
     * (any more) is left out.
     *
     * @param file the file in each that holds its name
     */
    static NamedDevices in(Path directory, String prefix, String file, String what)
            throws SensorException, InterruptedException {
        List<Device> devices = new ArrayList<>();
        for (Path entry : KernelFiles.entries(directory, name -> name.startsWith(prefix))) {
            try {
                devices.add(
                        new Device(KernelFiles.text(entry.resolve(file)), location(entry), entry));
            } catch (SensorException e) {
                if (e.category() == Category.DENIED) {
                    throw e;
                }
            }
        }
        return new NamedDevices(what, List.copyOf(devices));
    }

    private static String location(Path entry) throws SensorException {
        Path link = entry.resolve("device");
        // An IIO device has no such link: it lies in the directory of what is behind it.
        Path device =
                Files.exists(link)
                        ? KernelFiles.real(link)
                        : KernelFiles.real(entry).resolveSibling("");
        Path name = device.getFileName();
        return name == null ? "" : name.toString();
    }

    /** The files of the first one with this name. */
    Optional<Path> first(String name) {
        return all.stream()
                .filter(device -> device.name().equals(name))
                .map(Device::directory)
                .findFirst();
    }

    /**
     * The files of the only one with this name and, where given, at this location.
     *
     * @throws SensorException where there is none, or more than one
     */
    Path only(String name, Optional<String> location) throws SensorException {
        List<Device> found =
                all.stream()
                        .filter(device -> device.name().equals(name))
                        .filter(device -> location.map(device.location()::equals).orElse(true))
                        .toList();
        if (found.isEmpty()) {
            throw absent("\"" + name + "\"" + location.map(at -> " at \"" + at + "\"").orElse(""));
        }
        if (found.size() > 1) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "%d %ss are called \"%s\"; say which one with location = one of %s"
                            .formatted(
                                    found.size(),
                                    what,
                                    name,
                                    found.stream()
                                            .map(device -> "\"" + device.location() + "\"")
                                            .collect(Collectors.joining(", "))));
        }
        return found.getFirst().directory();
    }

    /** Says that one is not there, and which ones are. */
    SensorException absent(String wanted) {
        String present =
                all.stream()
                        .map(device -> "\"" + device.name() + "\"")
                        .distinct()
                        .collect(Collectors.joining(", "));
        return new SensorException(
                Category.ABSENT,
                "there is no %s %s: %s"
                        .formatted(
                                what,
                                wanted,
                                present.isEmpty()
                                        ? "the kernel has none; load the driver or the device-tree"
                                                + " overlay for it"
                                        : "the kernel has " + present));
    }
}
