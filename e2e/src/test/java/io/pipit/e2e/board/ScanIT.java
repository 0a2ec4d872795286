package io.pipit.e2e.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pipit.e2e.Program.Outcome;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A board that nobody has configured yet: what is found on it, and read when it is copied. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ScanIT {
    private static final String SCAN = "/opt/pipit/pipit sensors --scan";

    /** What stands above the sensors that can be copied. */
    private static final String FIRST_BLOCK = "\n# ";

    @TempDir static Path folder;
    private static Board board;
    private static String header;
    private static String expander;

    @BeforeAll
    static void boot() {
        board = Board.boot(folder);
        VirtualChip.makeBus(board, Map.of(0x18, 2, 0x49, 2, 0x60, 1, 0x76, 1, 0x77, 1));
        new VirtualChip(board, 0x18).becomesMcp9808(19.5);
        new VirtualChip(board, 0x49).becomesTmp102(-7.25).giveToKernel("tmp102");
        new VirtualChip(board, 0x76).becomesBme280();
        new VirtualChip(board, 0x77).becomesBme280().giveToKernel("bme280");
        board.sh(
                        """
                        modprobe thermal-virtual temp=45678
                        modprobe spi-virtual channel=512,0,1023
                        modprobe i2c-stub chip_addr=0x23
                        """)
                .hasExit(0);
        VirtualLines lines = VirtualLines.expander(board);
        expander = board.sh(lines.device()).hasExit(0).text().strip();
        header = board.sh(VirtualLines.header(board).device()).hasExit(0).text().strip();
        board.sh(
                        """
                        gpiomon %s 0 >/dev/null 2>&1 &
                        until gpioinfo | grep -q gpiomon; do sleep 0.1; done
                        """
                                .formatted(header))
                .hasExit(0);
    }

    @AfterAll
    static void switchOff() {
        if (board != null) {
            board.close();
        }
    }

    /** What was found, by its place: what it is, and the drivers that fit, likeliest first. */
    private static Map<String, String> found(JsonNode scan) {
        Map<String, String> found = new LinkedHashMap<>();
        for (JsonNode finding : scan.get("findings")) {
            String drivers =
                    finding.get("fits")
                            .valueStream()
                            .map(fit -> fit.get("driver").asString())
                            .collect(Collectors.joining(", "));
            found.put(
                    finding.get("place").asString(),
                    finding.get("what").asString() + " [" + drivers + "]");
        }
        return found;
    }

    private static JsonNode scan() {
        return new ObjectMapper().readTree(board.sh(SCAN + " --json").hasExit(0).text());
    }

    @Test
    @Order(1)
    void findsWhatIsThereAndWhichDriverFits() {
        JsonNode scan = scan();
        assertThat(scan.get("problems")).isEmpty();
        assertThat(found(scan))
                .containsEntry("i2c-0", "virtual I2C []")
                .containsEntry("i2c-0 0x18", "answers; register 0x07 is 0x0400 [mcp9808]")
                .containsEntry(
                        "i2c-0 0x49",
                        "held by tmp102 (chip tmp102), not touched: see iio and hwmon []")
                .containsEntry("i2c-0 0x60", "answers []")
                .containsEntry("i2c-0 0x76", "answers; register 0xd0 is 0x60 [bme280]")
                .containsEntry(
                        "i2c-0 0x77",
                        "held by bmp280 (chip bme280), not touched: see iio and hwmon []")
                .containsEntry("i2c-1 0x23", "answers [bh1750]")
                .containsEntry(
                        "spi-0 chip select 0", "there is no asking over SPI who is there [mcp3008]")
                .containsEntry(expander, "mcp23017, 16 lines []")
                .containsEntry(header, "pinctrl-bcm2711, 58 lines []")
                .containsEntry(header + " line 0", "in use by gpiomon []")
                .containsEntry("hwmon tmp102", "read by the kernel [hwmon]")
                .containsEntry("hwmon cpu_thermal", "read by the kernel [hwmon]")
                .containsEntry("iio bme280", "read by the kernel [iio]")
                .containsEntry("thermal cpu-thermal", "read by the kernel [thermal]");
        assertThat(found(scan).get(header + " line 17")).startsWith("free [gpio-input");
        assertThat(found(scan).keySet().stream().filter(place -> place.startsWith("i2c-0 ")))
                .hasSize(5);
    }

    @Test
    @Order(2)
    void saysWhichGroupsAreMissingAndShowsTheRest() {
        Outcome scan = board.sh("runuser -u nobody -- " + SCAN).hasExit(77);
        assertThat(scan.err())
                .contains("may not use /dev/i2c-0", "add it to the group i2c")
                .contains("may not use /dev/" + expander, "add it to the group gpio");
        assertThat(scan.text()).contains("spi-0 chip select 0", "thermal cpu-thermal");
    }

    @Test
    @Order(3)
    void whatItPrintsIsAConfigurationThatWorks() {
        String printed = board.sh(SCAN).hasExit(0).text();
        // Not the light sensor: that is only an address that answers.
        String blocks =
                List.of(printed.substring(printed.indexOf(FIRST_BLOCK)).split("\n\n")).stream()
                        .filter(block -> !block.contains("bh1750"))
                        .collect(Collectors.joining("\n\n"));
        board.runPipit(blocks);
        board.sh("pipit check").hasExit(0);
        board.awaitSensorsHealth(health -> assertThat(health).contains("\"ok\""));
        board.awaitValue("mcp9808/temperature", 19.5, within(0.0));
        board.awaitValue("bme280/temperature", 25.08, within(0.005));
        board.awaitValue("iio/temperature", 25.08, within(0.005));
        board.awaitValue("mcp3008/voltage-0", 1.65, within(1e-9));
        board.awaitValue("thermal/temperature", 45.678, within(0.0005));
        assertThat(List.of(value("hwmon/temp1"), value("hwmon-2/temp1")))
                .containsExactlyInAnyOrder(-7.25, 45.678);
        board.awaitValue("gpio-input-0/state", 0, within(0.0));
        // Line 1 of the header, of which line 0 is in use; that of the expander has the name.
        board.awaitValue("gpio-input-1-2/state", 0, within(0.0));
    }

    private static double value(String series) {
        return board.value(series).orElseThrow();
    }

    @Test
    @Order(4)
    void leavesAloneWhatIsConfiguredAndRead() {
        assertThat(found(scan()))
                .containsEntry("i2c-0 0x18", "configured as mcp9808 (mcp9808), left alone []")
                .containsEntry("i2c-0 0x76", "configured as bme280 (bme280), left alone []")
                .containsEntry(
                        "spi-0 chip select 0", "configured as mcp3008 (mcp3008), left alone []")
                .containsEntry("iio bme280", "read by the kernel, configured as iio (iio) []")
                .containsEntry(
                        "thermal cpu-thermal",
                        "read by the kernel, configured as thermal (thermal) []")
                .containsEntry(expander + " line 0", "in use by pipit []");
        board.awaitSensorsHealth(health -> assertThat(health).contains("\"ok\""));
    }
}
