package io.pipit.drivers.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.Drivers;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.FakeKernel;
import io.pipit.drivers.linux.kernel.Word;
import io.pipit.drivers.linux.scan.Finding;
import io.pipit.drivers.linux.scan.Finding.Fit;
import io.pipit.drivers.linux.scan.HardwareScan;
import io.pipit.drivers.linux.scan.HardwareScan.Configured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardwareScanTest {

    @TempDir private Path root;

    private final FakeKernel kernel = new FakeKernel(Word.BITS_64);
    private final FakeI2c bus = new FakeI2c(Word.BITS_64, FakeI2c.ALL);
    private List<SensorException> problems = List.of();

    @BeforeEach
    void plug() throws Exception {
        device("i2c-1", bus);
        file("sys/bus/i2c/devices/i2c-1/name", "bcm2835 (i2c@7e804000)\n");
    }

    @AfterEach
    void leavesNothingOpen() {
        assertThat(kernel.openCount()).isZero();
    }

    private void device(String name, FakeKernel.Device device) throws Exception {
        file("dev/" + name, "");
        kernel.plug(root + "/dev/" + name, device);
    }

    private void file(String name, String text) throws Exception {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<Finding> look(Configured configured) throws Exception {
        HardwareScan scan =
                new HardwareScan(
                        root,
                        () -> Optional.of(kernel),
                        new ManualClock(),
                        Drivers.load(getClass().getClassLoader()),
                        configured);
        List<Finding> findings = scan.look();
        problems = scan.problems();
        return findings;
    }

    private List<Finding> look() throws Exception {
        return look(new Configured(Map.of(), Set.of(), true));
    }

    private static List<String> shown(List<Finding> findings) {
        return findings.stream()
                .map(finding ->
                        finding.place()
                                + ": "
                                + finding.what()
                                + finding.fits().stream().map(Fit::driver).toList())
                .toList();
    }

    @Test
    void knowsChipsByTheirIdAndOthersByTheirAddress() throws Exception {
        bus.chip(0x76)[0xD0] = 0x60;
        bus.chip(0x18)[7] = 0x04;
        bus.chip(0x44);
        bus.chip(0x20);

        List<Finding> findings = look();

        assertThat(shown(findings))
                .containsExactly(
                        "i2c-1: bcm2835 (i2c@7e804000)[]",
                        "i2c-1 0x18: answers; register 0x07 is 0x0400[mcp9808]",
                        "i2c-1 0x20: answers[]",
                        "i2c-1 0x44: answers[ina219, sht3x, sht4x]",
                        "i2c-1 0x76: answers; register 0xd0 is 0x60[bme280]");
        assertThat(findings.getLast().fits())
                .containsExactly(
                        new Fit(
                                "bme280",
                                "the chip's ID",
                                """
                                [[sensor]]
                                name = "bme280"
                                driver = "bme280"
                                bus = "i2c-1"
                                address = 0x76
                                every = "10s"
                                """));
        assertThat(problems).isEmpty();
    }

    @Test
    void aChipWithAnotherIdIsNotTakenForOneOfOurs() throws Exception {
        bus.chip(0x76)[0xD0] = 0x12;

        assertThat(shown(look())).contains("i2c-1 0x76: answers; register 0xd0 is 0x12[]");
    }

    @Test
    void leavesAloneWhatTheKernelHoldsAndWhatIsConfigured() throws Exception {
        bus.chip(0x68);
        bus.held.add(0x68);
        Path holder = Files.createDirectories(root.resolve("sys/bus/i2c/drivers/rtc-ds1307"));
        Path chip = Files.createDirectories(root.resolve("sys/bus/i2c/devices/1-0068"));
        Files.createSymbolicLink(chip.resolve("driver"), holder);
        bus.chip(0x76)[0xD0] = 0x60;
        bus.pointers.put(0x76, 0x42);

        assertThat(
                        shown(
                                look(
                                        new Configured(
                                                Map.of("i2c-1 0x76", "air (bme280)"),
                                                Set.of("air"),
                                                true))))
                .contains(
                        "i2c-1 0x68: held by rtc-ds1307, not touched: see iio and hwmon[]",
                        "i2c-1 0x76: configured as air (bme280), left alone[]");
        assertThat(bus.pointers).isEqualTo(Map.of(0x76, 0x42));
    }

    @Test
    void proposesNothingForWhatIsConfigured() throws Exception {
        device("spidev0.1", bus);
        file("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
        file("sys/class/thermal/thermal_zone1/type", "gpu-thermal\n");

        assertThat(
                        shown(
                                look(
                                        new Configured(
                                                Map.of(
                                                        "spi-0 chip select 1", "tank (mcp3008)",
                                                        "thermal cpu-thermal", "soc (thermal)"),
                                                Set.of("tank", "soc"),
                                                true))))
                .contains(
                        "spi-0 chip select 1: configured as tank (mcp3008), left alone[]",
                        "thermal cpu-thermal: read by the kernel, configured as soc (thermal)[]",
                        "thermal gpu-thermal: read by the kernel[thermal]");
    }

    @Test
    void readsNoRegisterWhereADaemonMayBeReading() throws Exception {
        bus.chip(0x76)[0xD0] = 0x60;
        bus.pointers.put(0x76, 0x42);

        assertThat(shown(look(new Configured(Map.of(), Set.of(), false))))
                .contains("i2c-1 0x76: answers[bme280, bme680, bmp280]");
        assertThat(bus.pointers).isEqualTo(Map.of(0x76, 0x42));
    }

    @Test
    void saysWhichGroupIsMissingAndGoesOn() throws Exception {
        kernel.refuse(root + "/dev/i2c-1", Errno.EACCES);
        file("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");

        assertThat(shown(look()))
                .containsExactly("thermal cpu-thermal: read by the kernel[thermal]");
        assertThat(problems)
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.category()).isEqualTo(SensorException.Category.DENIED);
                    assertThat(problem).hasMessageContaining("group");
                });
    }

    @Test
    void givesUpABusThatHangs() throws Exception {
        bus.chip(0x10);
        bus.failure = Errno.ETIMEDOUT;

        assertThat(shown(look()))
                .containsExactly("i2c-1: bcm2835 (i2c@7e804000): nobody answers[]");
        assertThat(problems)
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem)
                                .hasMessageContaining("bus i2c-1: given up at 0x08")
                                .hasMessageContaining("check the wiring"));
    }

    @Test
    void listsLinesWithTheirNamesAndUsers() throws Exception {
        FakeGpio header = new FakeGpio(kernel, "gpiochip0", "pinctrl-bcm2711");
        header.name(4, "GPIO4");
        header.occupy(4, "spi0 CS0");
        header.occupy(5, "");
        device("gpiochip0", header);
        device("gpiochip1", new FakeGpio(kernel, "gpiochip1", "mcp23017"));

        List<Finding> findings = look();

        assertThat(shown(findings))
                .contains(
                        "gpiochip0: pinctrl-bcm2711, 58 lines[]",
                        "gpiochip0 line 3: free[gpio-input]",
                        "gpiochip0 line 4: GPIO4, in use by spi0 CS0[]",
                        "gpiochip0 line 5: in use by the kernel[]");
        assertThat(tomlOf(findings, "gpiochip0 line 3"))
                .contains("name = \"gpio-input-3\"", "line = 3")
                .doesNotContain("chip");
        assertThat(tomlOf(findings, "gpiochip1 line 3"))
                .contains("name = \"gpio-input-3-2\"", "line = 3", "chip = \"mcp23017\"");
        assertThat(header.driven()).isEmpty();
    }

    private static String tomlOf(List<Finding> findings, String place) {
        return findings.stream()
                .filter(finding -> finding.place().equals(place))
                .map(finding -> finding.fits().getFirst().toml())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void namesWhatTheKernelReadsItself() throws Exception {
        file("sys/bus/w1/devices/28-0316a2795f12/name", "");
        file("sys/bus/w1/devices/29-000000000001/name", "");
        for (int i = 0; i < 2; i++) {
            Path device = Files.createDirectories(root.resolve("sys/devices/fan-" + i));
            Path chip = Files.createDirectories(root.resolve("sys/class/hwmon/hwmon" + i));
            Files.writeString(chip.resolve("name"), "fan\n");
            Files.createSymbolicLink(chip.resolve("device"), device);
        }

        List<Finding> findings = look();

        assertThat(shown(findings))
                .contains(
                        "w1 28-0316a2795f12: read by the kernel[w1]",
                        "w1 29-000000000001: not a thermometer[]",
                        "hwmon fan: read by the kernel[hwmon]");
        assertThat(tomlOf(findings, "w1 28-0316a2795f12")).contains("id = \"28-0316a2795f12\"");
        assertThat(findings.getLast().fits().getFirst().toml())
                .contains("name = \"hwmon-2\"", "chip = \"fan\"", "location = \"fan-1\"");
    }
}
