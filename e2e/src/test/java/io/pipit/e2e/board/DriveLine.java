package io.pipit.e2e.board;

import com.pi4j.io.gpio.digital.DigitalOutput;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.linux.LinuxBuses;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs on the board: takes a line as an output, drives it, gives it back, and prints at each step
 * the level that the line has.
 */
final class DriveLine {
    private DriveLine() {}

    /** Arguments: the chip's label, the line, the file that shows its level. */
    public static void main(String[] arguments) throws Exception {
        Path level = Path.of(arguments[2]);
        OutputRequest request =
                new OutputRequest(arguments[0], Integer.parseInt(arguments[1]), true, false);
        LinuxBuses buses =
                new LinuxBuses(
                        Path.of("/"), new SystemClock(), Thread.ofPlatform().daemon().factory());
        DigitalOutput output = buses.output(request);
        System.out.println("safe " + Files.readString(level).strip());
        output.low();
        System.out.println("active " + Files.readString(level).strip());
        output.high();
        System.out.println("inactive " + Files.readString(level).strip());
        output.low();
        output.close();
        System.out.println("closed " + Files.readString(level).strip());
        buses.close();
    }
}
