package io.pipit.drivers.linux.kernel;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * A device in {@code /dev} or a file in {@code /sys}, and what to tell people who cannot open it.
 *
 * @param path where it is
 * @param group whose members may use it, as Debian and Raspberry Pi OS have it
 * @param unitClass what {@code DeviceAllow=} of systemd calls such devices
 * @param remedy what to do where there is none
 */
public record DeviceNode(Path path, String group, String unitClass, String remedy) {

    /** In words, what went wrong and what to do. */
    public SensorException failure(KernelException e) {
        Errno errno = e.errno();
        if (errno.equals(Errno.ENOENT)) {
            return because(Category.ABSENT, "there is no " + path + ": " + remedy, e);
        }
        if (errno.equals(Errno.EACCES)) {
            return because(
                    Category.DENIED,
                    "this user may not use %s: add it to the group %s (sudo usermod -aG %2$s USER) and start Pipit again"
                            .formatted(path, groupOf()),
                    e);
        }
        if (errno.equals(Errno.EPERM)) {
            return because(
                    Category.DENIED,
                    "%s is not allowed: where systemd started Pipit, the unit needs DeviceAllow=%s rw"
                            .formatted(path, unitClass),
                    e);
        }
        if (errno.equals(Errno.ENXIO) || errno.equals(Errno.ENODEV)) {
            return because(
                    Category.ABSENT,
                    "nothing is behind %s any more: plug it in or load its driver again, or restart"
                            .formatted(path),
                    e);
        }
        if (errno.equals(Errno.ENOTTY)) {
            return because(
                    Category.CONFIGURATION,
                    path + " is not a device of this kind: check the configuration",
                    e);
        }
        return because(Category.IO, path + " failed: " + e.getMessage(), e);
    }

    private static SensorException because(Category category, String words, KernelException e) {
        return new SensorException(category, words + " (" + e.errno() + ")", e);
    }

    private String groupOf() {
        try {
            String owning =
                    Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .group()
                            .getName();
            // Nobody is to be told to join the group root.
            return owning.equals("root") ? group : owning;
        } catch (IOException | UnsupportedOperationException e) {
            return group;
        }
    }
}
