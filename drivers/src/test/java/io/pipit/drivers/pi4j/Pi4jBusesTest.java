package io.pipit.drivers.pi4j;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.pi4j.extension.Plugin;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.pwm.Pwm;
import io.pipit.drivers.Drivers;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.gpio.GpioInputDriver;
import io.pipit.drivers.i2c.I2cDevice;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.InputRequest.Bias;
import io.pipit.drivers.line.InputRequest.Trigger;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.line.PwmRequest;
import io.pipit.drivers.outside.DriverFolders;
import io.pipit.drivers.spi.SpiDevice;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pi4J's plugin in the folder for drivers, with a fake one of the same name in its jar. */
class Pi4jBusesTest {

    @TempDir private Path scratch;

    private Path folder;
    private Pi4jBuses buses;
    private Hardware hardware;

    @BeforeEach
    void bringThePluginAlong() throws IOException {
        FakePlugin.TOLD.clear();
        folder = Files.createDirectory(scratch.resolve("drivers"));
        jar("com.pi4j.plugin.ffm.FFMPlugin");
        plug();
    }

    private void plug() {
        buses = new Pi4jBuses(Pi4jPlugin.FFM, drivers().loaders());
        hardware = new Hardware(scratch, scratch, new ManualClock(), List.of(buses));
    }

    @AfterEach
    void unplug() {
        FakePlugin.refusal = null;
        FakePlugin.input = null;
        buses.close();
    }

    private Drivers drivers() {
        DriverFolders folders = DriverFolders.of(List.of(folder));
        return Drivers.load(
                getClass().getClassLoader(),
                folders.jars(),
                folders.problems(),
                driver -> Optional.empty());
    }

    private void jar(String named) throws IOException {
        Path sources = Files.createDirectories(scratch.resolve("src/com/pi4j/plugin/ffm"));
        Path file =
                Files.writeString(
                        sources.resolve("FFMPlugin.java"),
                        """
                        package com.pi4j.plugin.ffm;
                        public class FFMPlugin extends io.pipit.drivers.pi4j.FakePlugin {}
                        """);
        String classPath =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        Path out = Files.createDirectories(scratch.resolve("out"));
        int failed =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-cp", classPath, "-d", "" + out, "" + file);
        assertThat(failed).isZero();
        try (OutputStream target =
                        Files.newOutputStream(folder.resolve("pi4j-plugin-ffm-4.0.2.jar"));
                JarOutputStream jar = new JarOutputStream(target)) {
            jar.putNextEntry(new JarEntry("com/pi4j/plugin/ffm/FFMPlugin.class"));
            jar.write(Files.readAllBytes(out.resolve("com/pi4j/plugin/ffm/FFMPlugin.class")));
            jar.putNextEntry(new JarEntry("META-INF/services/" + Plugin.class.getName()));
            jar.write((named + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private SensorException refusal() {
        return catchThrowableOfType(SensorException.class, () -> buses.i2c("i2c-1", 0x76));
    }

    @Test
    void aJarWithAPluginIsNoProblemAmongDrivers() {
        assertThat(drivers().problems()).isEmpty();
        assertThat(Pi4jPlugin.FFM.problem(drivers().loaders())).isEmpty();
    }

    @Test
    void saysWhereTheJarBelongsThatIsNotThere() throws Exception {
        Files.delete(folder.resolve("pi4j-plugin-ffm-4.0.2.jar"));
        plug();
        SensorException missing = refusal();
        assertThat(missing.category()).isEqualTo(Category.CONFIGURATION);
        assertThat(missing)
                .hasMessageContaining("pi4j-plugin-ffm is not there")
                .hasMessageContaining("/usr/lib/pipit/drivers")
                .hasMessageContaining("PIPIT_DRIVERS");
        assertThat(Pi4jPlugin.FFM.problem(drivers().loaders())).contains(missing.getMessage());
    }

    @Test
    void aJarThatIsBrokenSaysSo() throws Exception {
        jar("com.pi4j.plugin.ffm.Missing");
        plug();
        assertThat(refusal())
                .hasMessageContaining("pi4j-plugin-ffm is broken")
                .hasMessageContaining("com.pi4j.plugin.ffm.Missing")
                .hasMessageContaining("provider = \"linux\"");
    }

    @Test
    void whatThePluginRefusesIsSaidWithAWayOut() {
        FakePlugin.refusal = "Current user 'pipit' is not member of groups [i2c]";
        assertThat(refusal())
                .hasMessageContaining("Current user 'pipit' is not member of groups [i2c]")
                .hasMessageContaining("provider = \"linux\"");
        FakePlugin.refusal = null;
        assertThat(catchThrowableOfType(SensorException.class, () -> buses.i2c("i2c-1", 0x76)))
                .isNull();
    }

    @Test
    void readsAChipOverI2cAndGivesItsAddressBack() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (I2cDevice device = I2cDevice.open(hardware, "i2c-1", 0x76)) {
                assertThat(device.read(0x10, 3)).containsExactly(0x11, 0x12, 0x13);
                device.write(0x10, 0x60);
                assertThat(device.read(0x10)).isEqualTo(0x60);
                assertThat(refusal()).hasMessageContaining("0x76 on bus i2c-1 is in use already");
            }
        }
        try (I2cDevice other = I2cDevice.open(hardware, "i2c-3", 0x76)) {
            assertThat(other.read(0)).isEqualTo(3);
        }
    }

    @Test
    void exchangesBytesOverSpi() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (SpiDevice device = SpiDevice.open(hardware, "spi-0", 1, 3, 1_000_000)) {
                assertThat(device.exchange((byte) 1, (byte) 2)).containsExactly(1, 2);
            }
        }
        assertThat(FakePlugin.TOLD.get("spi")).isEqualTo("MODE_3 1000000");
        assertThat(
                        catchThrowableOfType(
                                SensorException.class, () -> buses.spi("i2c-1", 0, 0, 1_000_000)))
                .hasMessageContaining("not an SPI bus");
    }

    @Test
    void readsALineAndHearsOfItsEdges() throws Exception {
        GpioInputDriver driver = new GpioInputDriver();
        SensorSettings settings =
                SensorSettings.of(
                        "door",
                        driver.descriptor(),
                        Map.of("line", 17, "active-low", true, "bias", "pull-up", "mode", "count"));
        for (int i = 0; i < 2; i++) {
            try (Sensor sensor = driver.open(settings, hardware)) {
                assertThat(sensor.read()).containsExactly(new Measurement("count", 0, "count"));
                FakePlugin.In line = requireNonNull(FakePlugin.input);
                line.set(DigitalState.HIGH);
                line.set(DigitalState.LOW);
                line.set(DigitalState.HIGH);
                assertThat(sensor.read()).containsExactly(new Measurement("count", 1, "count"));
            }
        }
        assertThat(FakePlugin.TOLD.get("input")).startsWith("UP 0");
    }

    @Test
    void anOutputIsSafeAtFirstAndWhenItIsClosed() throws Exception {
        DigitalOutput relay = buses.output(new OutputRequest("", 4, true, false));
        assertThat(FakePlugin.TOLD).containsEntry("line 4", "HIGH");
        relay.on();
        assertThat(relay.isOn()).isTrue();
        relay.close();
        assertThat(FakePlugin.TOLD).containsEntry("line 4", "HIGH");
        buses.output(new OutputRequest("", 4, false, true));
        assertThat(FakePlugin.TOLD).containsEntry("line 4", "HIGH");
    }

    @Test
    void aChannelIsTheFirstChipsAndOffWhenAllIsClosed() throws Exception {
        Pwm fan = buses.pwm(new PwmRequest("", 1, 50, false));
        assertThat(FakePlugin.TOLD).containsEntry("pwm", "0 1 50");
        fan.on(30);
        buses.close();
        assertThat(FakePlugin.TOLD).containsEntry("PWM channel 1", "off");
        assertThat(refusal()).hasMessageContaining("shut down");
    }

    @Test
    void chipsOfLinesCannotBeChosen() {
        InputRequest wanted =
                new InputRequest("mcp23017", 3, false, Bias.NONE, Duration.ZERO, Trigger.BOTH);
        assertThat(catchThrowableOfType(SensorException.class, () -> buses.input(wanted)))
                .hasMessageContaining("mcp23017")
                .hasMessageContaining("leave chip out");
    }

    @Test
    void servesWhatTheKernelCallsItsBuses() {
        assertThat(List.of("i2c-0", "i2c-22", "spi-0")).allMatch(buses::serves);
        assertThat(List.of("simulated", "i2c-01", "spi-7")).noneMatch(buses::serves);
        assertThat(buses.hasSerialPorts()).isFalse();
    }
}
