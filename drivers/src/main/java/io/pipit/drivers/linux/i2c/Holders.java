package io.pipit.drivers.linux.i2c;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which driver of the kernel has which address of a bus, from {@code /sys/bus/i2c/devices}
 * (Documentation/i2c/i2c-sysfs.rst).
 *
 * @param root where {@code sys} is
 * @param bus the bus' number
 */
record Holders(Path root, int bus) {

    /** The driver of the kernel that holds this address; empty where none does. */
    Optional<String> of(int address) {
        Path device =
                root.resolve("sys/bus/i2c/devices").resolve("%d-%04x".formatted(bus, address));
        try {
            Path driver = Files.readSymbolicLink(device.resolve("driver")).getFileName();
            return Optional.of(driver + nameOf(device));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String nameOf(Path device) {
        try {
            return " (chip " + Files.readString(device.resolve("name")).strip() + ")";
        } catch (IOException e) {
            return "";
        }
    }
}
