package io.pipit.drivers.linux.pwm;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.line.PwmRequest;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A channel that was exported to us. Not thread-safe. */
final class PwmChannel {

    /** udev gives the files of a channel to their group a moment after they appear. */
    private static final Duration UDEV_MAX = Duration.ofSeconds(1);

    private static final Duration UDEV_POLL = Duration.ofMillis(20);

    private final Path chip;
    private final int number;
    private final Path files;
    private final long periodNanos;

    private PwmChannel(Path chip, int number, long periodNanos) {
        this.chip = chip;
        this.number = number;
        this.files = chip.resolve("pwm" + number);
        this.periodNanos = periodNanos;
    }

    long periodNanos() {
        return periodNanos;
    }

    /** Takes a channel and sets its period, without pulses yet. */
    static PwmChannel open(Path root, PwmRequest wanted, BusClock clock)
            throws SensorException, InterruptedException {
        Path chip = find(root.resolve("sys/class/pwm"), wanted.chip());
        PwmChannel channel =
                new PwmChannel(
                        chip, wanted.channel(), TimeUnit.SECONDS.toNanos(1) / wanted.hertz());
        boolean opened = false;
        try {
            if (!Files.exists(channel.files)) {
                write(chip.resolve("export"), wanted.channel());
            }
            channel.awaitUdev(clock);
            Path pulse = channel.files.resolve("duty_cycle");
            // The kernel refuses a pulse without a period, and a period shorter than the pulse.
            if (!Files.readString(pulse).strip().equals("0")) {
                write(pulse, 0);
            }
            write(channel.files.resolve("period"), channel.periodNanos);
            if (Files.exists(channel.files.resolve("polarity"))) {
                write(channel.files.resolve("polarity"), wanted.inverted() ? "inversed" : "normal");
            }
            opened = true;
            return channel;
        } catch (IOException e) {
            throw channel.failure(e);
        } finally {
            if (!opened && Files.exists(channel.files)) {
                channel.unexport();
            }
        }
    }

    private void awaitUdev(BusClock clock) throws InterruptedException {
        long begun = clock.nanoTime();
        while (!Files.isWritable(files.resolve("duty_cycle"))
                && clock.nanoTime() - begun < UDEV_MAX.toNanos()) {
            clock.pause(UDEV_POLL);
        }
    }

    private static Path find(Path folder, String name) throws SensorException {
        Map<String, Path> chips = new TreeMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "pwmchip[0-9]*")) {
            for (Path chip : found) {
                Path device = chip.resolve("device");
                chips.put(
                        Files.exists(device)
                                ? device.toRealPath().getFileName().toString()
                                : chip.getFileName().toString(),
                        chip);
            }
        } catch (IOException e) {
            // None, then.
        }
        Path wanted =
                name.isEmpty() && chips.size() == 1
                        ? chips.values().iterator().next()
                        : chips.get(name);
        if (wanted != null) {
            return wanted;
        }
        if (chips.isEmpty()) {
            throw new SensorException(
                    Category.ABSENT,
                    "there is no "
                            + folder.resolve("pwmchip0")
                            + ": switch PWM on with dtoverlay=pwm in /boot/firmware/config.txt and restart");
        }
        throw new SensorException(
                Category.CONFIGURATION,
                (name.isEmpty()
                                ? "which PWM chip is meant"
                                : "there is no PWM chip \"" + name + "\"")
                        + ": set chip to one of "
                        + String.join(", ", chips.keySet()));
    }

    /** Sends pulses of this length; none where it is zero. */
    void pulse(long nanos) throws IOException {
        write(files.resolve("duty_cycle"), Math.clamp(nanos, 0, periodNanos));
        write(files.resolve("enable"), nanos > 0 ? 1 : 0);
    }

    SensorException failure(IOException e) {
        if (e instanceof AccessDeniedException) {
            return new SensorException(
                    Category.DENIED,
                    "this user may not use "
                            + chip
                            + ": add it to the group gpio (sudo usermod -aG gpio USER) and start Pipit again",
                    e);
        }
        return new SensorException(
                e instanceof NoSuchFileException ? Category.ABSENT : Category.IO,
                "channel %d of %s cannot be set, which another program may use: %s"
                        .formatted(number, chip, e.getMessage()),
                e);
    }

    void unexport() {
        try {
            write(chip.resolve("unexport"), number);
        } catch (IOException e) {
            // It is gone, or was never ours.
        }
    }

    private static void write(Path file, Object value) throws IOException {
        // Never created: in sysfs that would hide what is really wrong.
        Files.writeString(
                file, value + "\n", StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
