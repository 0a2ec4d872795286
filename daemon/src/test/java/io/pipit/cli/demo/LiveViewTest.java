package io.pipit.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.PeerState;
import io.pipit.cli.context.Surroundings;
import io.pipit.config.ConfigurationLoader;
import io.pipit.drivers.Drivers;
import io.pipit.model.NodeId;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveViewTest {
    private static final NodeId ID = NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();
    private static final List<String> SERIES =
            List.of(
                    "air/humidity",
                    "air/pressure",
                    "air/temperature",
                    "host/cpu-temperature",
                    "host/disk-free",
                    "host/load",
                    "host/memory-available",
                    "host/uptime");

    @Test
    void showsSomethingOfEachNodeAndSensorOnASmallTerminal() {
        List<String> lines = painted(3, true, 24, 80);

        assertThat(lines).hasSize(23);
        for (String node : Fleet.NAMES.subList(0, 3)) {
            assertThat(lines)
                    .as(node)
                    .anyMatch(line -> line.matches(node + " +air/humidity +20.50 .*"))
                    .anyMatch(line -> line.matches(node + " +host/cpu-temperature .*"))
                    .anyMatch(line -> line.matches(node + " +... 4 more series"));
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 35, 80", "3, 200, 200", "16, 200, 40"})
    void showsEverythingWhereThereIsRoom(int nodes, int rows, int columns) {
        assertThat(painted(nodes, true, rows, columns))
                .hasSize(5 + nodes + 8 * nodes)
                .noneMatch(line -> line.contains("more"));
    }

    @ParameterizedTest
    @CsvSource({"3, 24, 80", "3, 10, 40", "2, 8, 60", "16, 24, 80", "16, 45, 80", "16, 8, 40"})
    void neverPaintsMoreThanFits(int nodes, int rows, int columns) {
        assertThat(painted(nodes, true, rows, columns))
                .hasSizeLessThan(rows)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
    }

    @Test
    void printsEverythingWhereItIsNoTerminal() {
        assertThat(painted(16, false, 24, 80)).hasSize(5 + 16 + 8 * 16 + 1);
    }

    /** What one frame shows, without the escape sequences. */
    private static List<String> painted(int nodes, boolean terminal, int rows, int columns) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Surroundings surroundings =
                new Surroundings(
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
                        terminal,
                        Map.of("LINES", "" + rows, "COLUMNS", "" + columns),
                        InstantSource.fixed(Instant.EPOCH),
                        () -> 0,
                        Thread.ofPlatform().factory(),
                        path -> 0,
                        new ConfigurationLoader(List.of()),
                        Drivers.of(),
                        List.of("false"));
        List<Fleet.Node> fleet = new ArrayList<>();
        List<Arrival> newest = new ArrayList<>();
        List<PeerState> peers = new ArrayList<>();
        for (String name : Fleet.NAMES.subList(0, nodes)) {
            fleet.add(new Fleet.Node(name, ID, Path.of("/"), null));
            SERIES.forEach(
                    series -> newest.add(new Arrival(name, name, series, 20.5, "Cel", 0, "", 1)));
            peers.add(new PeerState(name, name, true, 1, 2, true, false, 0));
        }
        LiveView view = new LiveView(surroundings, fleet);
        view.open(false);
        view.take(0, newest, peers);
        view.show(Duration.ofSeconds(1), null);
        return out.toString(UTF_8).replaceAll("\033\\[[0-9;?]*[A-Za-z]", "").lines().toList();
    }
}
