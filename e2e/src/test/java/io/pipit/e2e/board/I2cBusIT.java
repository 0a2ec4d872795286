package io.pipit.e2e.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chips on a bus of the kernel, read through Pipit's own provider by the packaged program. */
class I2cBusIT {
    @TempDir static Path folder;
    private static Board board;
    private static VirtualChip air;
    private static VirtualChip twin;

    @BeforeAll
    static void boot() {
        board = Board.boot(folder);
        board.sh("modprobe thermal-virtual").hasExit(0);
        VirtualChip.makeBus(board, 0x76, 0x77);
        air = new VirtualChip(board, 0x76).becomesBme280();
        twin = new VirtualChip(board, 0x77).becomesBme280();
        twin.giveToKernel("bme280");
        board.runPipit(
                """
                [[sensor]]
                name = "air"
                driver = "bme280"
                bus = "i2c-0"
                address = 0x76
                every = "500ms"

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
    void aChipThatIsTakenAwayIsMissedAndReadAgainWhenItIsBack() {
        air.fails(VirtualChip.ENXIO);
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("\"degraded\"", "nothing answers at 0x76 on bus i2c-0"));
        // It was without power meanwhile.
        air.becomesBme280().measures(415148, 522500, 30281).fails(0);
        board.awaitValue("air/temperature", 25.90, within(0.01));
    }

    @Test
    void brokenWiresAreToldByTheirErrno() {
        air.fails(VirtualChip.EIO);
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("\"degraded\"", "a transfer with 0x76 on bus i2c-0")
                        .contains("EIO"));
        air.fails(0);
    }

    @Test
    void aBusThatHangsIsSaidSoAndCostsOthersNothing() {
        // Twice that for each transfer: the address, and then the answer.
        air.delays(8_000);
        board.awaitSensorsHealth(
                health -> assertThat(health).contains("\"degraded\"", "no answer for more than"));
        board.sh("echo 61234 >/sys/module/thermal_virtual/parameters/temp").hasExit(0);
        board.awaitValue("soc/temperature", 61.234, within(0.0005));
        assertThat(board.sensorsHealth().toString()).contains("no answer for more than");
    }

    @Test
    void anAddressThatADriverOfTheKernelHoldsIsLeftToIt() {
        air.giveToKernel("bme280");
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("0x76 on bus i2c-0 is held by the kernel's own driver"));
        air.takeFromKernel();
    }
}
