package io.pipit.e2e.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chips on buses of the kernel, read through Pipit's own providers by the packaged program. */
class BusesIT {
    private static final String SMBUS_CHIP = "i2cset -y 1 0x18 0x%02x 0x%04x w%n";

    @TempDir static Path folder;
    private static Board board;
    private static VirtualChip air;
    private static VirtualChip twin;

    @BeforeAll
    static void boot() {
        board = Board.boot(folder);
        air = new VirtualChip(board, 0x76);
        twin = new VirtualChip(board, 0x77);
        makeBus();
        // An MCP9808; SMBus sends the lower byte of a word first, and that chip the upper one.
        board.sh(
                        """
                        modprobe thermal-virtual
                        modprobe spi-virtual channel=512,0,1023
                        modprobe i2c-stub chip_addr=0x18
                        """
                                + SMBUS_CHIP.formatted(5, 0x9101)
                                + SMBUS_CHIP.formatted(6, 0x5400)
                                + SMBUS_CHIP.formatted(7, 0x0004))
                .hasExit(0);
        board.runPipit(
                """
                [[sensor]]
                name = "air"
                driver = "bme280"
                bus = "i2c-0"
                address = 0x76
                every = "500ms"

                [[sensor]]
                name = "shed"
                driver = "mcp9808"
                bus = "i2c-1"
                address = 0x18
                every = "500ms"

                [[sensor]]
                name = "tank"
                driver = "mcp3008"
                bus = "spi-0"
                every = "500ms"
                inputs-6-7 = "off"

                [[sensor]]
                name = "twin"
                driver = "iio"
                device = "bme280"
                every = "500ms"

                [[sensor]]
                name = "soc"
                driver = "thermal"
                every = "500ms"
                """);
    }

    private static void makeBus() {
        VirtualChip.makeBus(board, 0x76, 0x77);
        air.becomesBme280();
        twin.becomesBme280().giveToKernel("bme280");
    }

    @AfterAll
    static void switchOff() {
        if (board != null) {
            board.close();
        }
    }

    @BeforeEach
    void isWell() {
        air.delays(0).fails(0).becomesBme280();
        twin.becomesBme280();
        board.awaitSensorsHealth(health -> assertThat(health).contains("\"ok\""));
    }

    @Test
    void readsAChipAsTheKernelsOwnDriverDoes() {
        board.awaitValue("air/temperature", 25.08, within(0.005));
        board.awaitValue("air/pressure", 100653.27, within(0.05));
        board.awaitValue("air/humidity", board.value("twin/humidity").orElseThrow(), within(0.02));
        // 25.90 °C at the same pressure: a conversion that was seen, not a register that stood.
        air.measures(415148, 522500, 30281);
        twin.measures(415148, 522500, 30281);
        board.awaitValue("air/temperature", 25.90, within(0.01));
        board.awaitValue("twin/temperature", 25.90, within(0.01));
        board.awaitValue("air/pressure", board.value("twin/pressure").orElseThrow(), within(1.0));
    }

    @Test
    void readsAChipOnAnAdapterThatKnowsSmbusAlone() {
        board.awaitValue("shed/temperature", 25.0625, within(0.0));
        board.sh(SMBUS_CHIP.formatted(5, 0xD81F)).hasExit(0);
        board.awaitValue("shed/temperature", -2.5, within(0.0));
        board.sh(SMBUS_CHIP.formatted(5, 0x9101)).hasExit(0);
    }

    @Test
    void readsAConverterOverSpi() {
        board.awaitValue("tank/voltage-0", 512 * 3.3 / 1024, within(1e-9));
        board.awaitValue("tank/voltage-1", 0, within(0.0));
        board.awaitValue("tank/voltage-2", 1023 * 3.3 / 1024, within(1e-9));
        board.sh("echo 100,200,300,400,500,600,700,800 >/sys/module/spi_virtual/parameters/channel")
                .hasExit(0);
        board.awaitValue("tank/voltage-5", 600 * 3.3 / 1024, within(1e-9));
        assertThat(board.value("tank/voltage-6")).as("switched off").isEmpty();
        board.sh("echo 512,0,1023 >/sys/module/spi_virtual/parameters/channel").hasExit(0);
    }

    @Test
    void aChipThatIsTakenAwayIsMissedAndReadAgainWhenItIsBack() {
        air.fails(VirtualChip.ENXIO);
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("\"degraded\"", "air: nothing answers at 0x76 on bus i2c-0")
                        .contains("these addresses answer: 0x77 (held by"));
        // It is tried more and more rarely.
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() ->
                        assertThat(board.sensor("air").get("retry-in-seconds").asDouble())
                                .isGreaterThan(2));
        assertThat(board.sensor("twin").get("state").asString()).isEqualTo("ok");
        // It was without power meanwhile.
        air.becomesBme280().measures(415148, 522500, 30281).fails(0);
        board.awaitValue("air/temperature", 25.90, within(0.01));
        assertThat(board.sensor("air").get("state").asString()).isEqualTo("ok");
    }

    @Test
    void aBusThatIsTakenAwayIsMissedAndReadAgainWhenItIsBack() {
        air.fails(VirtualChip.ENXIO);
        // As an adapter at USB. It is in use for as long as a try takes.
        board.sh("until rmmod i2c-virtual 2>/dev/null; do sleep 0.1; done").hasExit(0);
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("air: there is no /dev/i2c-0", "there are i2c-1")
                        .contains("twin: "));
        assertThat(board.sensor("shed").get("state").asString()).isEqualTo("ok");
        makeBus();
        air.measures(415148, 522500, 30281);
        board.awaitValue("air/temperature", 25.90, within(0.01));
        board.awaitValue("twin/temperature", 25.08, within(0.01));
    }

    @Test
    void brokenWiresAndAClockThatIsHeldAreToldApart() {
        air.fails(VirtualChip.EIO);
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("\"degraded\"", "a transfer with 0x76 on bus i2c-0")
                        .contains("EIO"));
        air.fails(VirtualChip.ETIMEDOUT);
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("\"degraded\"", "bus i2c-0 is wedged")
                        .contains("0x76 on bus i2c-0 (ETIMEDOUT, timed out) took too long")
                        .contains("switch the power of the chips on it off and on"));
    }

    @Test
    void aBusThatHangsIsSaidSoAndCostsOthersNothing() {
        // Twice that for each transfer: the address, and then the answer.
        air.delays(8_000);
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("\"degraded\"", "air: no answer for more than 5 s")
                        .contains("bus i2c-0 waits for it"));
        board.sh("echo 61234 >/sys/module/thermal_virtual/parameters/temp").hasExit(0);
        board.awaitValue("soc/temperature", 61.234, within(0.0005));
        assertThat(board.readingsWithin(Duration.ofSeconds(4), "shed/temperature"))
                .isGreaterThanOrEqualTo(5);
        assertThat(board.readingsWithin(Duration.ofSeconds(4), "tank/voltage-0"))
                .isGreaterThanOrEqualTo(5);
        assertThat(board.sensor("air").get("reason").asString()).contains("more than");
        air.delays(0).measures(415148, 522500, 30281);
        board.awaitValue("air/temperature", 25.90, within(0.01));
        assertThat(board.sensor("air").get("state").asString()).isEqualTo("ok");
    }

    @Test
    void anAddressThatADriverOfTheKernelHoldsIsLeftToIt() {
        air.giveToKernel("bme280");
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("0x76 on bus i2c-0 is held by the kernel's own driver"));
        air.takeFromKernel();
    }

    @Test
    void aUserWithoutTheGroupsIsToldWhichOnesAreMissing() {
        board.sh("usermod --groups '' pipit").hasExit(0);
        board.restartPipit();
        try {
            board.awaitSensorsHealth(health ->
                    assertThat(health)
                            .contains("air: this user may not use /dev/i2c-0")
                            .contains("add it to the group i2c (sudo usermod -aG i2c USER)")
                            .contains("tank: this user may not use /dev/spidev0.0")
                            .contains("add it to the group spi (sudo usermod -aG spi USER)"));
            assertThat(board.sensor("soc").get("state").asString()).isEqualTo("ok");
        } finally {
            board.sh("usermod --groups i2c,gpio,spi pipit").hasExit(0);
            board.restartPipit();
        }
    }
}
