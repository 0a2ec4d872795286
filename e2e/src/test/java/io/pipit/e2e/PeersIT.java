package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of which one moves, or wants more than it may have. */
class PeersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"

            [[sensor]]
            name = "air"
            driver = "bme280"
            bus = "simulated"
            address = 0x76
            every = "200ms"
            """;

    @Test
    void aPeerThatComesBackElsewhereIsFound(@TempDir Path folder) {
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(PATIENCE).until(() -> from(greenhouse, shed) > 0);

            greenhouse.stop();
            int before = from(greenhouse, shed);
            greenhouse.moves().start();

            await().atMost(PATIENCE).until(() -> from(greenhouse, shed) > before + 20);
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(shed.verb("peers").text()).contains(":" + greenhouse.port));
            assertThat(shed.history()).allSatisfy((key, times) -> assertThat(times).isOne());
        }
    }

    @Test
    void whatIsWantedOfAPeerChangesWithoutARestart(@TempDir Path folder) {
        String all = "series = [\"**\"]";
        String air = "series = [\"air/*\"]";
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed")) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).without(all).with(air).start();
            await().atMost(PATIENCE).until(() -> from(greenhouse, shed) > 0);
            assertThat(shed.history().keySet()).noneMatch(key -> key.contains("/host/"));

            shed.without(air).with(all).reload();
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(shed.history().keySet())
                                    .anyMatch(key -> key.contains("/host/")));
            assertThat(shed.history()).allSatisfy((key, times) -> assertThat(times).isOne());
        }
    }

    @Test
    void whoWantsMoreThanItMayHaveGetsNoMoreAndIsTold(@TempDir Path folder) {
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed");
                RunningNode barn = new RunningNode(folder, "barn")) {
            for (RunningNode peer : new RunningNode[] {shed, barn}) {
                greenhouse.with(
                        """
                        [[peer]]
                        name = "%s"
                        id = "%s"
                        roles = ["monitor", "read:air/*"]
                        """
                                .formatted(peer.name, peer.firstId()));
            }
            shed.knows(greenhouse);
            barn.knows(greenhouse).without("series = [\"**\"]\n").with("series = [\"air/*\"]");
            greenhouse.start();
            shed.start();
            barn.start();

            await().atMost(PATIENCE).until(() -> from(greenhouse, barn) > 0);
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(List.of("peers", "status"))
                                    .allSatisfy(verb ->
                                            assertThat(shed.verb(verb).text())
                                                    .contains(
                                                            "not granted: **; it takes the role read,",
                                                            "'pipit peer add " + shed.firstId())));
            assertThat(shed.history().keySet()).noneMatch(key -> key.contains("/host/"));
            assertThat(barn.history().keySet())
                    .noneMatch(key -> key.contains("/host/"))
                    .anyMatch(key -> key.startsWith("greenhouse/air/temperature "));
        }
    }

    private static int from(RunningNode origin, RunningNode at) {
        return (int)
                at.history().keySet().stream()
                        .filter(key -> key.startsWith(origin.name + "/"))
                        .count();
    }
}
