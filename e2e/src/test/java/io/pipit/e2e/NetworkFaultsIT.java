package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkFaultsIT {
    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"
            """;

    /**
     * Until then all must be there after the network is well again. Usually it is within three
     * seconds; the rest is for a busy machine, since each look starts a JVM.
     */
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);

    @Test
    void thirtyPercentLossHoldsUpNothingForLong(@TempDir Path folder) throws InterruptedException {
        try (Namespaces network = new Namespaces();
                RunningNode greenhouse = on(network, 0, folder, "greenhouse");
                RunningNode shed = on(network, 1, folder, "shed")) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(Duration.ofSeconds(15)).until(() -> count(shed, greenhouse) > 0);

            network.lose(30);
            Thread.sleep(Duration.ofSeconds(5));
            int before = count(shed, greenhouse);
            Thread.sleep(Duration.ofSeconds(10));
            // 20 readings a second are taken; most of them must have come despite the loss.
            assertThat(count(shed, greenhouse) - before).isGreaterThan(100);

            network.heal();
            bothHaveAll(greenhouse, shed);
        }
    }

    @Test
    void aPartitionIsMended(@TempDir Path folder) throws InterruptedException {
        try (Namespaces network = new Namespaces();
                RunningNode greenhouse = on(network, 0, folder, "greenhouse");
                RunningNode shed = on(network, 1, folder, "shed")) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(Duration.ofSeconds(15)).until(() -> count(shed, greenhouse) > 0);

            network.cut();
            Thread.sleep(Duration.ofSeconds(20));
            network.heal();
            bothHaveAll(greenhouse, shed);
        }
    }

    private static RunningNode on(Namespaces network, int side, Path folder, String name) {
        return new RunningNode(folder, name, Namespaces.ADDRESSES.get(side), network.on(side))
                .with(SENSORS);
    }

    private static void bothHaveAll(RunningNode one, RunningNode other) {
        Map<String, Integer> ofOne = readingsOf(one, one);
        Map<String, Integer> ofOther = readingsOf(other, other);
        await().atMost(HEALED_WITHIN)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    assertThat(readingsOf(one, other)).as(other.log()).containsAllEntriesOf(ofOne);
                    assertThat(readingsOf(other, one)).as(one.log()).containsAllEntriesOf(ofOther);
                });
    }

    private static int count(RunningNode at, RunningNode origin) {
        return readingsOf(origin, at).size();
    }

    /** What {@code at} has of {@code origin}, with how often it has it. */
    private static Map<String, Integer> readingsOf(RunningNode origin, RunningNode at) {
        Map<String, Integer> readings =
                at.history().entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith(origin.name + "/"))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(readings).allSatisfy((key, times) -> assertThat(times).isOne());
        return readings;
    }
}
