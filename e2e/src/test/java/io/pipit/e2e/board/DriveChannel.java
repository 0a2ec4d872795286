package io.pipit.e2e.board;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.linux.LinuxBuses;
import io.pipit.drivers.output.Output;
import io.pipit.drivers.output.OutputDriver;
import io.pipit.drivers.output.PwmOutputDriver;
import io.pipit.drivers.output.ServoDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs on the board: takes channels for pulse-width modulation, drives them, gives them back, and
 * prints at each step what the kernel says of them.
 */
final class DriveChannel {
    private static final Path CHIP = Path.of("/sys/class/pwm/pwmchip0");

    private DriveChannel() {}

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of("/");
        var clock = new SystemClock();
        LinuxBuses buses = new LinuxBuses(root, clock, Thread.ofPlatform().daemon().factory());
        Hardware hardware = new Hardware(root, root, clock, List.of(buses));
        drive(
                hardware,
                "fan",
                new PwmOutputDriver(),
                Map.of("channel", 1L, "frequency", 25_000L, "inverted", true, "safe", 0.3),
                1.0,
                0.123_45,
                0.0);
        drive(hardware, "servo", new ServoDriver(), Map.of("channel", 0L), 0.0, 0.5, 1.0);
        buses.close();
    }

    private static void drive(
            Hardware hardware,
            String name,
            OutputDriver driver,
            Map<String, ?> options,
            double... levels)
            throws Exception {
        Path channel = CHIP.resolve("pwm" + options.get("channel"));
        Output output =
                driver.open(SensorSettings.of(name, driver.descriptor(), options), hardware);
        System.out.println(name + " opened: " + state(channel));
        for (double level : levels) {
            output.set(level);
            System.out.println("%s %s: %s".formatted(name, level, state(channel)));
        }
        output.set(levels[1]);
        output.close();
        System.out.println(
                "%s closed: %s"
                        .formatted(name, Files.exists(channel) ? state(channel) : "given back"));
    }

    /** Pulse and period in nanoseconds, whether pulses are sent, and which way round. */
    private static String state(Path channel) throws Exception {
        return "%s of %s, %s, %s"
                .formatted(
                        said(channel, "duty_cycle"),
                        said(channel, "period"),
                        said(channel, "enable"),
                        said(channel, "polarity"));
    }

    private static String said(Path channel, String file) throws Exception {
        return Files.readString(channel.resolve(file)).strip();
    }
}
