package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationIT {
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
            every = "300ms"
            """;

    @Test
    void whatOneMeasuresTheOtherHasThoughEitherIsKilledAgainAndAgain(@TempDir Path folder)
            throws InterruptedException {
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(SENSORS);
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            for (RunningNode victim : new RunningNode[] {shed, greenhouse, shed, greenhouse}) {
                Thread.sleep(Duration.ofSeconds(3));
                victim.kill();
                Thread.sleep(Duration.ofSeconds(3));
                victim.start();
            }
            hasAllOf(shed, greenhouse);
            hasAllOf(greenhouse, shed);
        }
    }

    /** All that {@code origin} holds of itself now, {@code holder} gets, each reading once. */
    private static void hasAllOf(RunningNode holder, RunningNode origin) {
        Map<String, Integer> own = of(origin.name, origin.history());
        assertThat(own)
                .hasSizeGreaterThan(50)
                .allSatisfy((key, times) -> assertThat(times).isOne());
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofSeconds(2))
                .untilAsserted(() -> {
                    Map<String, Integer> received = of(origin.name, holder.history());
                    assertThat(received)
                            .as("%s: %s", holder.name, holder.log())
                            .containsAllEntriesOf(own);
                });
        assertThat(of(origin.name, holder.history()))
                .allSatisfy((key, times) -> assertThat(times).isOne());
    }

    private static Map<String, Integer> of(String node, Map<String, Integer> history) {
        return history.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(node + "/"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
