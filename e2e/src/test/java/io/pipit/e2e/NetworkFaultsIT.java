package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.ObjectMapper;

class NetworkFaultsIT {
    /**
     * Until then all must be there after the network is well again. Usually it is within three
     * seconds; the rest is for a busy machine, since each look starts a JVM.
     */
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);

    /** UDP is tried again after 30 s, and where that was just too early, after as much again. */
    private static final Duration BACK_WITHIN = Duration.ofMinutes(2);

    @Test
    void thirtyPercentLossHoldsUpNothingForLong(@TempDir Path folder) throws InterruptedException {
        between(
                folder,
                "200ms",
                (network, greenhouse, shed) -> {
                    network.lose(30);
                    Thread.sleep(Duration.ofSeconds(5));
                    int before = count(shed, greenhouse);
                    Thread.sleep(Duration.ofSeconds(10));
                    // 20 readings a second are taken; most of them must have come despite the loss.
                    assertThat(count(shed, greenhouse) - before).isGreaterThan(100);

                    network.heal();
                    bothHaveAll(greenhouse, shed);
                });
    }

    @Test
    void aPartitionIsMended(@TempDir Path folder) throws InterruptedException {
        between(
                folder,
                "200ms",
                (network, greenhouse, shed) -> {
                    network.cut();
                    Thread.sleep(Duration.ofSeconds(20));
                    network.heal();
                    bothHaveAll(greenhouse, shed);
                });
    }

    /**
     * Blocked towards both, towards who follows, and towards who is followed alone. The feed is to
     * be back within 10 s; a look takes a JVM, so that of the 20 s that are waited the last 8
     * count.
     */
    @ParameterizedTest
    @ValueSource(strings = {"0 1", "1", "0"})
    void theFeedGoesOnOverTcpWhereUdpIsBlocked(String sides, @TempDir Path folder)
            throws InterruptedException {
        int[] blocked = Arrays.stream(sides.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
        between(
                folder,
                "200ms",
                (network, greenhouse, shed) -> {
                    assertThat(way(shed)).isEqualTo("udp");

                    network.blockUdp(blocked);
                    Thread.sleep(Duration.ofSeconds(12));
                    int before = count(shed, greenhouse);
                    Thread.sleep(Duration.ofSeconds(8));
                    assertThat(count(shed, greenhouse) - before).as(shed.log()).isGreaterThan(100);
                    assertThat(way(shed)).isEqualTo("tcp");
                    assertThat(shed.verb("peers").hasExit(0).text()).contains("UDP");

                    network.heal();
                    if (blocked.length == 2) {
                        await().atMost(BACK_WITHIN)
                                .pollInterval(Duration.ofSeconds(3))
                                .until(() -> way(shed).equals("udp"));
                    }
                    bothHaveAll(greenhouse, shed);
                });
    }

    /** Nothing is read meanwhile: heartbeats alone show that the way is gone. */
    @Test
    void aQuietFeedMovesToTcpToo(@TempDir Path folder) throws InterruptedException {
        between(
                folder,
                "10m",
                (network, greenhouse, shed) -> {
                    Thread.sleep(Duration.ofSeconds(15));
                    assertThat(way(shed)).isEqualTo("udp");

                    network.blockUdp(0, 1);
                    // The looks' own JVM has the rest.
                    Thread.sleep(Duration.ofSeconds(10));
                    assertThat(way(shed)).as(shed.log()).isEqualTo("tcp");
                    assertThat(way(greenhouse)).as(greenhouse.log()).isEqualTo("tcp");
                });
    }

    /** What the node says of how its one peer's feed comes. */
    private static String way(RunningNode node) {
        return new ObjectMapper()
                .readTree(node.verb("peers", "--json").hasExit(0).out())
                .at("/peers/0/transport")
                .asString();
    }

    /** What is done to a network between two nodes. */
    @FunctionalInterface
    private interface Faults {
        void on(Namespaces network, RunningNode greenhouse, RunningNode shed)
                throws InterruptedException;
    }

    /**
     * Does it once the shed has something of the greenhouse's.
     *
     * @param every how often each node reads
     */
    private static void between(Path folder, String every, Faults faults)
            throws InterruptedException {
        try (Namespaces network = new Namespaces();
                RunningNode greenhouse = on(network, 0, folder, "greenhouse", every);
                RunningNode shed = on(network, 1, folder, "shed", every)) {
            greenhouse.knows(shed).start();
            shed.knows(greenhouse).start();
            await().atMost(Duration.ofSeconds(15)).until(() -> count(shed, greenhouse) > 0);
            faults.on(network, greenhouse, shed);
        }
    }

    private static RunningNode on(
            Namespaces network, int side, Path folder, String name, String every) {
        return new RunningNode(folder, name, Namespaces.ADDRESSES.get(side), network.on(side))
                .with(
                        """
                        [[sensor]]
                        name = "host"
                        driver = "host"
                        every = "%s"
                        """
                                .formatted(every));
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
