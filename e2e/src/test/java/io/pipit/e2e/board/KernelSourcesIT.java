package io.pipit.e2e.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel's own drivers measure, read by the packaged program under systemd. */
class KernelSourcesIT {
    @TempDir static Path folder;
    private static Board board;

    @BeforeAll
    static void boot() {
        board = Board.boot(folder);
        // Nobody keeps this machine's clock, so the kernel is told that somebody does.
        board.sh(
                        "perl -e '$t = pack \"L x4 q q q x180\", 4, 0, 0, 1000; syscall(159, $t) >= 0"
                                + " or die'")
                .hasExit(0);
        board.sh("modprobe thermal-virtual temp=45678").hasExit(0);
        VirtualChip.makeBus(board, 0x76);
        new VirtualChip(board, 0x76).becomesBme280().giveToKernel("bme280");
        board.runPipit(
                """
                [[sensor]]
                name = "host"
                driver = "host"
                every = "500ms"

                [[sensor]]
                name = "soc"
                driver = "thermal"
                every = "500ms"

                [[sensor]]
                name = "monitor"
                driver = "hwmon"
                chip = "cpu_thermal"
                every = "500ms"

                [[sensor]]
                name = "air"
                driver = "iio"
                device = "bme280"
                every = "500ms"
                """);
    }

    @AfterAll
    static void switchOff() {
        if (board != null) {
            board.close();
        }
    }

    @Test
    void theServiceIsUpOnceSystemdSaysSo() {
        assertThat(board.sh("systemctl is-active pipit").text()).isEqualTo("active\n");
        assertThat(board.sh("systemctl list-units --failed --plain --no-legend").text()).isEmpty();
        assertThat(board.sh("pipit status").hasExit(0).text()).contains("sensors");
    }

    @Test
    void hearsFromSystemdThatTheClockIsRight() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(
                                        board.get("/health", Board.PLAIN_JSON)
                                                .orElseThrow()
                                                .at("/parts/clock/status")
                                                .asString())
                                .isEqualTo("ok"));
    }

    @Test
    void readsTheMachineItself() {
        board.awaitValue("host/uptime", 60, within(120.0));
        board.awaitValue("host/cpu-temperature", 45.678, within(0.0005));
    }

    @Test
    void readsAThermalZoneAndFollowsIt() {
        board.awaitValue("soc/temperature", 45.678, within(0.0005));
        board.sh("echo 61234 >/sys/module/thermal_virtual/parameters/temp").hasExit(0);
        board.awaitValue("soc/temperature", 61.234, within(0.0005));
        board.sh("echo 45678 >/sys/module/thermal_virtual/parameters/temp").hasExit(0);
    }

    @Test
    void readsAChipThroughTheKernelsIndustrialIo() {
        board.awaitValue("air/temperature", 25.08, within(0.005));
        board.awaitValue("air/pressure", 100653.27, within(0.05));
        assertThat(board.sensorsHealth().get("status").asString()).isEqualTo("ok");
    }
}
