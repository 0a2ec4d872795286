package io.pipit.drivers.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.linux.kernel.FakeKernel;
import io.pipit.drivers.linux.kernel.Word;
import io.pipit.drivers.output.GpioOutputDriver;
import io.pipit.drivers.output.Output;
import io.pipit.drivers.output.OutputDriver;
import io.pipit.drivers.output.PwmOutputDriver;
import io.pipit.drivers.output.ServoDriver;
import io.pipit.drivers.output.SimulatedOutputDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drivers of outputs, down to what the kernel is told. */
class OutputsTest {

    @TempDir private Path root;

    private final FakeKernel kernel = new FakeKernel(Word.BITS_64);
    private final ManualClock clock = new ManualClock();
    private final FakeGpio header = new FakeGpio(kernel, "gpiochip0", "pinctrl-rp1");
    private LinuxBuses linux;
    private Path chip;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectories(root.resolve("dev"));
        Files.createFile(root.resolve("dev/gpiochip0"));
        kernel.plug(root + "/dev/gpiochip0", header);
        linux = new LinuxBuses(root, clock, Thread::new, () -> Optional.of(kernel));
        chip = plug("pwmchip0", "fe20c000.pwm");
    }

    private Path plug(String name, String device) throws IOException {
        Path found = Files.createDirectories(root.resolve("sys/class/pwm/" + name));
        Path real = Files.createDirectories(root.resolve("sys/devices/" + device));
        Files.createSymbolicLink(found.resolve("device"), real);
        Path channel = Files.createDirectories(found.resolve("pwm1"));
        for (String file : List.of("duty_cycle", "period", "polarity", "enable")) {
            Files.writeString(channel.resolve(file), "0");
        }
        Files.createFile(found.resolve("export"));
        Files.createFile(found.resolve("unexport"));
        return found;
    }

    @AfterEach
    void givesEverythingBack() {
        linux.close();
        assertThat(kernel.openCount()).isZero();
    }

    private Output open(OutputDriver driver, Map<String, ?> options) throws SensorException {
        return driver.open(
                SensorSettings.of("fan", driver.descriptor(), options),
                new Hardware(root, root, clock, List.of(linux)));
    }

    private String said(String file) throws IOException {
        return Files.readString(chip.resolve(file)).strip();
    }

    @Test
    void switchesALine() throws Exception {
        try (Output fan = open(new GpioOutputDriver(), Map.of("line", 17, "active-low", true))) {
            fan.set(1);
            fan.set(0);
            fan.set(1);
            assertThat(catchThrowableOfType(SensorException.class, () -> fan.set(0.5)).category())
                    .isEqualTo(Category.OUT_OF_RANGE);
            assertThat(catchThrowableOfType(SensorException.class, () -> fan.set(Double.NaN)))
                    .hasMessage("line 17 can be 0.0 to 1.0, not NaN");
        }
        assertThat(header.driven()).containsExactly("17=1", "17=0", "17=1", "17=0", "17=1");
    }

    @Test
    void dimsAChannel() throws Exception {
        try (Output lamp =
                open(
                        new PwmOutputDriver(),
                        Map.of("channel", 1, "frequency", 25_000, "safe", 0.25))) {
            assertThat(said("pwm1/period")).isEqualTo("40000");
            assertThat(said("pwm1/polarity")).isEqualTo("normal");
            assertThat(said("pwm1/duty_cycle")).isEqualTo("10000");
            assertThat(said("pwm1/enable")).isEqualTo("1");
            lamp.set(1);
            assertThat(said("pwm1/duty_cycle")).isEqualTo("40000");
            assertThat(catchThrowableOfType(SensorException.class, () -> lamp.set(1.01)))
                    .hasMessageContaining("PWM channel 1 can be 0.0 to 1.0, not 1.01");
        }
        assertThat(said("pwm1/duty_cycle")).as("safe is not off").isEqualTo("10000");
        assertThat(said("pwm1/enable")).isEqualTo("1");
        assertThat(said("unexport")).as("which would end its pulses").isEmpty();
        // It can be had again, and where off is safe it is given back.
        Output lamp = open(new PwmOutputDriver(), Map.of("channel", 1));
        lamp.set(1);
        lamp.rest();
        assertThat(said("pwm1/duty_cycle")).isEqualTo("0");
        lamp.set(1);
        lamp.close();
        assertThat(said("pwm1/duty_cycle")).isEqualTo("0");
        assertThat(said("pwm1/enable")).isEqualTo("0");
        assertThat(said("unexport")).isEqualTo("1");
    }

    @Test
    void turnsAServoByMicroseconds() throws Exception {
        try (Output servo =
                open(
                        new ServoDriver(),
                        Map.of("channel", 1, "chip", "fe20c000.pwm", "pulse-max-us", 2_100))) {
            assertThat(said("pwm1/period")).isEqualTo("20000000");
            assertThat(said("pwm1/enable")).as("nothing moves at first").isEqualTo("0");
            servo.set(0.5);
            assertThat(said("pwm1/duty_cycle")).isEqualTo("1550000");
            servo.set(0);
            assertThat(said("pwm1/duty_cycle")).isEqualTo("1000000");
            assertThat(said("pwm1/enable")).isEqualTo("1");
            servo.rest();
            assertThat(said("pwm1/enable")).as("let go").isEqualTo("0");
            servo.set(1);
        }
        assertThat(said("pwm1/enable")).isEqualTo("0");
    }

    @Test
    void holdsAServoAtItsSafePositionWhereItHasOne() throws Exception {
        ServoDriver driver = new ServoDriver();
        Map<String, ?> options = Map.of("channel", 1, "safe", 0.5);
        try (Output servo = open(driver, options)) {
            assertThat(said("pwm1/duty_cycle")).isEqualTo("1500000");
            servo.set(0);
            servo.rest();
            assertThat(said("pwm1/duty_cycle")).isEqualTo("1500000");
            servo.set(1);
        }
        assertThat(said("pwm1/duty_cycle")).isEqualTo("1500000");
        assertThat(said("pwm1/enable")).isEqualTo("1");
        assertThat(driver.safe(SensorSettings.of("vent", driver.descriptor(), options)))
                .hasValue(0.5);
        assertThat(driver.safe(SensorSettings.of("vent", driver.descriptor(), Map.of()))).isEmpty();
    }

    @Test
    void writesASimulatedOutputIntoAFile() throws Exception {
        Path file = root.resolve("fan");
        SimulatedOutputDriver driver = new SimulatedOutputDriver();
        Output fan = open(driver, Map.of("safe", 0.3, "file", file.toString()));
        assertThat(Files.readString(file)).isEqualTo("0.3\n");
        fan.set(1);
        assertThat(Files.readString(file)).isEqualTo("1.0\n");
        fan.close();
        assertThat(Files.readString(file)).isEqualTo("0.3\n");

        assertThat(refusal(driver, Map.of("file", root.resolve("no/fan").toString())))
                .hasMessageContaining("no/fan can't be written");
    }

    @Test
    void saysWhatToDoAboutPwm() throws Exception {
        plug("pwmchip2", "1f00098000.pwm");
        PwmOutputDriver driver = new PwmOutputDriver();
        assertThat(refusal(driver, Map.of("channel", 1)))
                .hasMessage(
                        "which PWM chip is meant: set chip to one of 1f00098000.pwm, fe20c000.pwm");
        assertThat(refusal(driver, Map.of("channel", 1, "chip", "x")))
                .hasMessageContaining("there is no PWM chip \"x\"");
        // A channel that does not appear when it is asked for.
        SensorException absent = refusal(driver, Map.of("channel", 0, "chip", "fe20c000.pwm"));
        assertThat(absent.category()).isEqualTo(Category.ABSENT);
        assertThat(said("export")).isEqualTo("0");
        open(driver, Map.of("channel", 1, "chip", "fe20c000.pwm"));
        assertThat(refusal(driver, Map.of("channel", 1, "chip", "fe20c000.pwm")))
                .hasMessageContaining("in the configuration twice");
        linux.close();
        linux = new LinuxBuses(root.resolve("dev"), clock, Thread::new, () -> Optional.of(kernel));
        assertThat(refusal(driver, Map.of("channel", 1)))
                .hasMessageContaining("dtoverlay=pwm in /boot/firmware/config.txt");
    }

    private SensorException refusal(OutputDriver driver, Map<String, ?> options) {
        return catchThrowableOfType(SensorException.class, () -> open(driver, options));
    }
}
