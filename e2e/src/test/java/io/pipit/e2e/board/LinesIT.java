package io.pipit.e2e.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPIO lines of the kernel, read and driven through Pipit's own provider. */
class LinesIT {
    private static final int DOOR = 17;
    private static final int BUTTON = 27;
    private static final int RELAY = 22;

    /**
     * The clocks of the kernel and of the shell, and the correction between two of the kernel's.
     */
    private static final Duration CLOCKS = Duration.ofMillis(5);

    @TempDir static Path folder;
    private static Board board;
    private static VirtualLines lines;

    @BeforeAll
    static void boot() {
        board = Board.boot(folder);
        lines = VirtualLines.make(board);
        board.runPipit(
                """
                [[sensor]]
                name = "door"
                driver = "gpio-input"
                line = %d
                every = "1h"

                [[sensor]]
                name = "button"
                driver = "gpio-input"
                line = %d
                active-low = true
                bias = "pull-up"
                every = "500ms"
                """
                        .formatted(DOOR, BUTTON));
    }

    @AfterAll
    static void switchOff() {
        if (board != null) {
            board.close();
        }
    }

    @Test
    void anEdgeIsAReadingAtTheKernelsTimeAlsoWhereTheProgramWasBusy() {
        // One each time it was started.
        await().atMost(Duration.ofSeconds(20)).until(() -> !history("door/state").isEmpty());
        int before = history("door/state").size();
        // Times before and after each edge; the program stands still meanwhile.
        List<Instant> around =
                board
                        .sh(
                                """
                                pid=$(systemctl show --property MainPID --value pipit)
                                now() { date --utc +%%Y-%%m-%%dT%%H:%%M:%%S.%%NZ; }
                                kill -STOP $pid
                                now; %1$s; now; sleep 0.3
                                now; %2$s; now; sleep 0.3
                                now; %1$s; now; sleep 0.3
                                kill -CONT $pid
                                """
                                        .formatted(
                                                VirtualLines.pull(DOOR, true),
                                                VirtualLines.pull(DOOR, false)))
                        .hasExit(0)
                        .lines()
                        .stream()
                        .map(Instant::parse)
                        .toList();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> history("door/state").size() == before + 3);
        List<String[]> readings = history("door/state").subList(before, before + 3);
        assertThat(readings.stream().map(cells -> Double.parseDouble(cells[3])))
                .containsExactly(1.0, 0.0, 1.0);
        for (int edge = 0; edge < 3; edge++) {
            assertThat(Instant.parse(readings.get(edge)[0]))
                    .as("edge %d", edge)
                    .isBetween(
                            around.get(2 * edge).minus(CLOCKS),
                            around.get(2 * edge + 1).plus(CLOCKS));
        }
    }

    @Test
    void biasAndActiveLowAreTheKernels() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(board.value("button/state")).hasValue(0));
        board.sh(VirtualLines.pull(BUTTON, false)).hasExit(0);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(board.value("button/state")).hasValue(1));
        board.sh(VirtualLines.pull(BUTTON, true)).hasExit(0);
    }

    @Test
    void everyLineIsGivenBackAndALineThatIsInUseIsSaidSo() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> {
                    assertThat(lines.consumer(DOOR)).isEqualTo("pipit");
                    assertThat(lines.consumer(BUTTON)).isEqualTo("pipit");
                });
        board.sh("systemctl stop pipit").hasExit(0);
        assertThat(lines.consumer(DOOR)).isEqualTo("unused");
        assertThat(lines.consumer(BUTTON)).isEqualTo("unused");

        board.sh(
                        """
                        gpiomon $(basename $(readlink /run/header)) %d >/dev/null 2>&1 &
                        echo $! >/run/gpiomon.pid
                        until gpioinfo | grep -q gpiomon; do sleep 0.1; done
                        systemctl start pipit
                        """
                                .formatted(BUTTON))
                .hasExit(0);
        board.awaitSensorsHealth(health ->
                assertThat(health).contains("line 27 of pinctrl-bcm2711 is in use by", "gpiomon"));
        board.sh("kill $(cat /run/gpiomon.pid)").hasExit(0);
        board.awaitSensorsHealth(health -> assertThat(health).contains("\"ok\""));
        assertThat(lines.consumer(BUTTON)).isEqualTo("pipit");
    }

    @Test
    void anOutputDrivesALineAndLeavesItSafe() {
        // As a relay board does, whose relays are active while the line is low.
        board.sh(VirtualLines.pull(RELAY, true)).hasExit(0);
        assertThat(
                        board.sh(
                                        "/opt/jdk/bin/java --enable-native-access=ALL-UNNAMED -cp '%s' %s %s %d %s"
                                                .formatted(
                                                        "/opt/pipit/e2e/target/test-classes:/opt/pipit/daemon/target/lib/*",
                                                        DriveLine.class.getName(),
                                                        VirtualLines.LABEL,
                                                        RELAY,
                                                        VirtualLines.valueFile(RELAY)))
                                .hasExit(0)
                                .lines())
                .containsExactly("safe 1", "active 0", "inactive 1", "closed 1");
        assertThat(lines.consumer(RELAY)).isEqualTo("unused");
    }

    /** The readings of a series of this node, oldest first: time, node, series, value, unit. */
    private static List<String[]> history(String series) {
        return board.sh("pipit history --csv " + series).hasExit(0).lines().stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .toList();
    }
}
