package io.pipit.e2e.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.pipit.e2e.Program.Outcome;
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
    private static final int WIND = 6;
    private static final int GATE = 3;
    private static final int VALVE = 23;

    /** Of the header that of the rain gauge, of the expander that of the flow meter. */
    private static final int PULSES = 5;

    /**
     * The clocks of the kernel and of the shell, and the correction between two of the kernel's.
     */
    private static final Duration CLOCKS = Duration.ofMillis(5);

    /**
     * Waits without a process of its own. The simulator forgets what is undone before its next
     * interrupt, ten milliseconds later.
     */
    private static final String MOMENT =
            """
            [ -p /run/nothing ] || mkfifo /run/nothing
            exec 9<>/run/nothing
            moment() { ! read -r -t ${1:-0.025} -u 9; }
            """;

    private static final Duration SOON = Duration.ofSeconds(60);

    /** Contacts are looked after each 30 s; one that is missed is tried again ever more seldom. */
    private static final Duration LOOKED_AFTER = Duration.ofMinutes(3);

    @TempDir static Path folder;
    private static Board board;
    private static VirtualLines header;
    private static VirtualLines expander;

    @BeforeAll
    static void boot() {
        board = Board.boot(folder);
        // In this order, so that the header isn't the first chip.
        expander = VirtualLines.expander(board);
        header = VirtualLines.header(board);
        board.sh(expander.pull(GATE, true)).hasExit(0);
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

                [[sensor]]
                name = "gate"
                driver = "gpio-input"
                chip = "mcp23017"
                line = %d
                bias = "pull-down"
                debounce-ms = 1000
                every = "1h"

                [[sensor]]
                name = "rain"
                driver = "gpio-input"
                line = %d
                active-low = true
                bias = "pull-up"
                mode = "count"
                every = "500ms"

                [[sensor]]
                name = "flow"
                driver = "gpio-input"
                chip = "mcp23017"
                line = %4$d
                mode = "count"
                every = "500ms"

                [[sensor]]
                name = "wind"
                driver = "gpio-input"
                line = %d
                mode = "frequency"
                every = "500ms"

                [[actuator]]
                name = "valve"
                driver = "gpio-output"
                line = %d
                active-low = true
                """
                        .formatted(DOOR, BUTTON, GATE, PULSES, WIND, VALVE));
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
        await().atMost(SOON).until(() -> !board.history("door/state").isEmpty());
        int before = board.history("door/state").size();
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
                                                header.pull(DOOR, true), header.pull(DOOR, false)))
                        .hasExit(0)
                        .lines()
                        .stream()
                        .map(Instant::parse)
                        .toList();
        await().atMost(SOON).until(() -> board.history("door/state").size() == before + 3);
        List<String[]> readings = board.history("door/state").subList(before, before + 3);
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
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(board.value("button/state")).hasValue(0));
        board.sh(header.pull(BUTTON, false)).hasExit(0);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(board.value("button/state")).hasValue(1));
        board.sh(header.pull(BUTTON, true)).hasExit(0);
        // It was up, and nobody pulled it down since but its bias.
        assertThat(Double.parseDouble(board.history("gate/state").getFirst()[3])).isZero();
    }

    @Test
    void aContactThatBouncesIsOneEdgeOnceItIsStill() {
        await().atMost(SOON).until(() -> !board.history("gate/state").isEmpty());
        int before = board.history("gate/state").size();
        Instant last =
                Instant.parse(
                        board.sh(
                                        MOMENT
                                                + """
                                                for bounce in 1 2 3; do %1$s; moment; %2$s; moment; done
                                                date --utc +%%Y-%%m-%%dT%%H:%%M:%%S.%%NZ
                                                %1$s; moment 1.5
                                                %2$s; moment; %1$s; moment 1.5
                                                %2$s
                                                """
                                                        .formatted(
                                                                expander.pull(GATE, true),
                                                                expander.pull(GATE, false)))
                                .hasExit(0)
                                .text()
                                .strip());
        await().atMost(SOON).until(() -> board.history("gate/state").size() >= before + 2);
        List<String[]> all = board.history("gate/state");
        assertThat(all).hasSize(before + 2);
        List<String[]> edges = all.subList(before, before + 2);
        assertThat(edges.stream().map(cells -> Double.parseDouble(cells[3])))
                .containsExactly(1.0, 0.0);
        assertThat(Instant.parse(edges.get(0)[0]))
                .isBetween(last.plusMillis(1_000).minus(CLOCKS), last.plusMillis(2_500));
        assertThat(Instant.parse(edges.get(1)[0])).isAfter(last.plusMillis(4_000).minus(CLOCKS));
    }

    @Test
    void eachPulseOfAMeterIsCountedOnce() {
        double rain = count("rain");
        double flow = count("flow");
        board.sh(
                        MOMENT
                                + """
                                for pulse in $(seq 60); do
                                    %1$s; moment; %2$s; moment
                                    [ $((pulse %% 3)) != 0 ] || { %3$s; moment; %4$s; moment; }
                                done
                                """
                                        .formatted(
                                                header.pull(PULSES, false),
                                                header.pull(PULSES, true),
                                                expander.pull(PULSES, true),
                                                expander.pull(PULSES, false)))
                .hasExit(0);
        board.awaitValue("rain/count", rain + 60, within(0.0));
        board.awaitValue("flow/count", flow + 20, within(0.0));
    }

    @Test
    void pulsesThatTheKernelHadNoRoomForAreCountedToo() {
        double rain = count("rain");
        board.sh(
                        MOMENT
                                + """
                                pid=$(systemctl show --property MainPID --value pipit)
                                kill -STOP $pid
                                for pulse in $(seq 300); do %s; %s; moment 0.015; done
                                kill -CONT $pid
                                """
                                        .formatted(
                                                header.pull(PULSES, true),
                                                header.pull(PULSES, false)))
                .hasExit(0);
        board.awaitValue("rain/count", rain + 300, within(0.0));
        board.sh(header.pull(PULSES, true)).hasExit(0);
    }

    @Test
    void theFrequencyOfPulsesIsThatOfTheirOwnTimes() {
        board.awaitValue("wind/frequency", 0, within(0.0));
        // Times before and after each edge; the program stands still meanwhile.
        List<Instant> around =
                board
                        .sh(
                                MOMENT
                                        + """
                                        pid=$(systemctl show --property MainPID --value pipit)
                                        now() { date --utc +%%Y-%%m-%%dT%%H:%%M:%%S.%%NZ; }
                                        kill -STOP $pid
                                        for pulse in $(seq 10); do
                                            now; %s; now; moment; %s; moment
                                        done
                                        kill -CONT $pid
                                        """
                                                .formatted(
                                                        header.pull(WIND, true),
                                                        header.pull(WIND, false)))
                        .hasExit(0)
                        .lines()
                        .stream()
                        .map(Instant::parse)
                        .toList();
        double least = Double.MAX_VALUE;
        double most = 0;
        for (int pulse = 1; pulse < 10; pulse++) {
            least = Math.min(least, 1 / seconds(around, 2 * pulse - 2, 2 * pulse + 1));
            most = Math.max(most, 1 / seconds(around, 2 * pulse - 1, 2 * pulse));
        }
        List<Double> measured =
                await().atMost(SOON).until(LinesIT::frequencies, found -> !found.isEmpty());
        assertThat(measured.getFirst()).isBetween(least, most);
    }

    private static double seconds(List<Instant> times, int from, int to) {
        return Duration.between(times.get(from), times.get(to)).toNanos() / 1e9;
    }

    /** Those that were not zero. */
    private static List<Double> frequencies() {
        return board.history("wind/frequency").stream()
                .map(cells -> Double.parseDouble(cells[3]))
                .filter(hertz -> hertz > 0)
                .toList();
    }

    private static double count(String sensor) {
        await().atMost(SOON).until(() -> board.value(sensor + "/count").isPresent());
        return board.value(sensor + "/count").getAsDouble();
    }

    @Test
    void aChipThatIsTakenAwayIsMissedAndItsLinesAreTakenAgainWhenItIsBack() {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(expander.consumer(PULSES)).isEqualTo("pipit"));
        expander.pullOut();
        board.awaitSensorsHealth(health ->
                assertThat(health)
                        .contains("\"degraded\"")
                        .contains("flow: there are 0 GPIO chips with the label \\\"mcp23017\\\""));
        assertThat(board.sensor("rain").get("state").asString()).isEqualTo("ok");
        // It would be read in an hour, and is looked after before that.
        await().atMost(LOOKED_AFTER)
                .until(() -> !board.sensor("gate").get("state").asString().equals("ok"));
        expander.plugIn();
        board.awaitSensorsHealth(health -> assertThat(health).doesNotContain("flow: "));
        assertThat(expander.consumer(PULSES)).isEqualTo("pipit");
        await().atMost(LOOKED_AFTER)
                .until(() -> board.sensor("gate").get("state").asString().equals("ok"));
        assertThat(expander.consumer(GATE)).isEqualTo("pipit");
        int before = board.history("gate/state").size();
        board.sh(expander.pull(GATE, true)).hasExit(0);
        await().atMost(SOON).until(() -> board.history("gate/state").size() > before);
        board.sh(expander.pull(PULSES, true)).hasExit(0);
        board.awaitValue("flow/count", 1, within(0.0));
        board.sh(expander.pull(PULSES, false)).hasExit(0);
    }

    @Test
    void channelsForPulseWidthModulationAreDrivenAndLeftSafe() {
        board.sh("modprobe pwm-virtual").hasExit(0);
        assertThat(run(DriveChannel.class, "").lines())
                .containsExactly(
                        "fan opened: 12000 of 40000, 1, inversed",
                        "fan 1.0: 40000 of 40000, 1, inversed",
                        "fan 0.12345: 4938 of 40000, 1, inversed",
                        "fan 0.0: 0 of 40000, 0, inversed",
                        "fan closed: 12000 of 40000, 1, inversed",
                        "servo opened: 0 of 20000000, 0, normal",
                        "servo 0.0: 1000000 of 20000000, 1, normal",
                        "servo 0.5: 1500000 of 20000000, 1, normal",
                        "servo 1.0: 2000000 of 20000000, 1, normal",
                        "servo closed: given back");
        board.sh("echo 1 >/sys/class/pwm/pwmchip0/unexport; rmmod pwm-virtual").hasExit(0);
    }

    @Test
    void everyLineIsGivenBackAndALineThatIsInUseIsSaidSo() {
        await().atMost(SOON)
                .untilAsserted(() -> {
                    assertThat(header.consumer(DOOR)).isEqualTo("pipit");
                    assertThat(header.consumer(BUTTON)).isEqualTo("pipit");
                });
        board.sh("systemctl stop pipit").hasExit(0);
        assertThat(header.consumer(DOOR)).isEqualTo("unused");
        assertThat(header.consumer(BUTTON)).isEqualTo("unused");

        board.sh(
                        """
                        gpiomon $(%s) %d >/dev/null 2>&1 &
                        echo $! >/run/gpiomon.pid
                        until gpioinfo | grep -q gpiomon; do sleep 0.1; done
                        systemctl start pipit
                        """
                                .formatted(header.device(), BUTTON))
                .hasExit(0);
        board.awaitSensorsHealth(health ->
                assertThat(health).contains("line 27 of pinctrl-bcm2711 is in use by", "gpiomon"));
        board.sh("kill $(cat /run/gpiomon.pid)").hasExit(0);
        board.awaitSensorsHealth(health -> assertThat(health).contains("\"ok\""));
        assertThat(header.consumer(BUTTON)).isEqualTo("pipit");
    }

    @Test
    void anOutputDrivesALineAndLeavesItSafe() {
        // As a relay board does, whose relays are active while the line is low.
        board.sh(header.pull(RELAY, true)).hasExit(0);
        assertThat(
                        run(
                                        DriveLine.class,
                                        "%s %d %s"
                                                .formatted(
                                                        header.label(),
                                                        RELAY,
                                                        header.valueFile(RELAY)))
                                .lines())
                .containsExactly("safe 1", "active 0", "inactive 1", "closed 1");
        assertThat(header.consumer(RELAY)).isEqualTo("unused");
    }

    @Test
    void anActuatorsLineIsActiveForItsLeaseAndNoLonger() {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(header.consumer(VALVE)).isEqualTo("pipit"));
        assertThat(level()).isEqualTo("1");
        assertThat(
                        board.sh("pipit set valve on --for 20s; cat " + header.valueFile(VALVE))
                                .hasExit(0)
                                .lines())
                .containsExactly("valve is 1 for 20s", "0");
        await().atMost(SOON).until(() -> level().equals("1"));
        assertThat(board.history("valve/state").stream().map(cells -> Double.parseDouble(cells[3])))
                .endsWith(0.0, 1.0, 0.0);
    }

    @Test
    void anActuatorsLineIsSafeWhenTheProgramWasKilledAndIsBack() {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(header.consumer(VALVE)).isEqualTo("pipit"));
        board.sh("pipit set valve on --for 1h").hasExit(0);
        assertThat(level()).isEqualTo("0");
        board.sh("systemctl kill --signal KILL pipit").hasExit(0);
        await().atMost(SOON)
                .untilAsserted(() -> {
                    assertThat(header.consumer(VALVE)).isEqualTo("pipit");
                    assertThat(level()).isEqualTo("1");
                });
        assertThat(board.sh("pipit actuators --log").hasExit(0).text()).contains("valve", "local");
    }

    private static String level() {
        return board.sh("cat " + header.valueFile(VALVE)).hasExit(0).text().strip();
    }

    /** Runs one of these classes on the board. */
    private static Outcome run(Class<?> program, String arguments) {
        return board.sh(
                        "/opt/jdk/bin/java --enable-native-access=ALL-UNNAMED -cp '%s' %s %s"
                                .formatted(
                                        "/opt/pipit/e2e/target/test-classes:/opt/pipit/daemon/target/lib/*",
                                        program.getName(),
                                        arguments))
                .hasExit(0);
    }
}
