package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that goes on with another key. */
class RotationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path folder;

    private static RunningNode node(Path folder, String name) {
        return new RunningNode(folder, name)
                .with(
                        """
                        [[sensor]]
                        name = "host"
                        driver = "host"
                        every = "200ms"
                        """);
    }

    private static Set<String> logs(Map<String, Integer> readings) {
        return readings.keySet().stream()
                .map(key -> key.replaceAll("^.* |:.*$", ""))
                .collect(Collectors.toSet());
    }

    @Test
    void whatPeersHoldGoesOnUnderTheSameNameAndTheNewKey() {
        try (RunningNode house = node(folder, "house");
                RunningNode barn = node(folder, "barn");
                RunningNode shed = node(folder, "shed")) {
            String before = shed.id();
            house.knows(shed);
            shed.knows(house).knows(barn);
            // Added by the verb, and wanted by its ID.
            barn.with("[[subscribe]]\npeer = \"%s\"\nseries = [\"**\"]".formatted(before));
            barn.verb(
                            "peer",
                            "add",
                            before,
                            "--name",
                            "shed",
                            "--address",
                            "127.0.0.1:" + shed.port)
                    .hasExit(0);
            RunningNode.startAll(house, barn, shed);
            for (RunningNode peer : List.of(house, barn)) {
                await().atMost(PATIENCE).until(() -> !peer.history("shed/**").isEmpty());
            }
            Map<String, Integer> held = house.history("shed/**");

            String after = shed.verb("id", "rotate").hasExit(0).text().strip();

            assertThat(after).isNotEqualTo(before);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(shed.presentId()).isEqualTo(after));
            assertThat(shed.verb("id").text().strip()).isEqualTo(after);
            for (RunningNode peer : List.of(house, barn)) {
                await().atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(peer.trusted()).contains(after).doesNotContain(before));
                assertThat(peer.verb("peer", "list").text()).contains(after).doesNotContain(before);
                assertThat(peer.verb("peers").text()).contains("shed");
                int sofar = peer.history("shed/**").size();
                await().atMost(PATIENCE).until(() -> peer.history("shed/**").size() > sofar + 10);
                Map<String, Integer> byName = peer.history("shed/**");
                Map<String, Integer> byId = peer.history(after.toLowerCase(Locale.ROOT) + "/**");
                assertThat(byId.keySet()).containsAll(byName.keySet());
                assertThat(byName.values()).containsOnly(1);
                assertThat(logs(byName)).hasSize(1);
                assertThat(peer.verb("history", "--json").text())
                        .contains(after + "/")
                        .doesNotContain(before);
            }
            assertThat(house.history("shed/**").keySet()).containsAll(held.keySet());
            assertThat(house.log()).contains("write id = \"" + after + "\"");
            assertThat(barn.log()).contains("write peer = \"" + after + "\"");

            // And after a start of everybody.
            int sofar = house.history("shed/**").size();
            List.of(house, barn, shed).forEach(RunningNode::stop);
            RunningNode.startAll(house, barn, shed);
            await().atMost(PATIENCE).until(() -> house.history("shed/**").size() > sofar);
            assertThat(logs(house.history("shed/**"))).hasSize(1);
            assertThat(house.verb("history", "--json").text()).doesNotContain(before);
        }
    }

    @Test
    void whoWasAwayLearnsOfTheNewKeyWhenItIsBackAndSendsWhatWaits() throws IOException {
        try (RunningNode house = node(folder, "house");
                RunningNode shed = node(folder, "shed")) {
            String before = shed.id();
            Path inbox = folder.resolve("inbox");
            house.knows(shed);
            shed.with("[files]\ninbox = \"%s\"".formatted(inbox)).knows(house, "bulk");
            RunningNode.startAll(house, shed);
            await().atMost(PATIENCE).until(() -> !house.history("shed/**").isEmpty());
            // A file for a key that the peer doesn't have any more when they meet again.
            shed.stop();
            Path file = Files.writeString(folder.resolve("plan.txt"), "water the beds");
            house.verb("send", "--no-wait", file.toString(), "shed").hasExit(0);
            house.stop();
            shed.start();

            String after = shed.verb("id", "rotate", "--now").hasExit(0).text().strip();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(shed.presentId()).isEqualTo(after));
            house.start();

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(house.trusted()).contains(after).doesNotContain(before));
            int sofar = house.history("shed/**").size();
            await().atMost(PATIENCE).until(() -> house.history("shed/**").size() > sofar + 10);
            assertThat(logs(house.history("shed/**"))).hasSize(1);
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(inbox.resolve("house/plan.txt"))
                                    .hasContent("water the beds"));
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(house.document("/transfers").at("/transfers/0/state"))
                                    .hasToString("\"delivered\""));
            // Nobody is left who knows only the key before.
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(shed.folder.resolve("data/identity/previous.pem"))
                                    .doesNotExist());
        }
    }

    @Test
    void aNodeThatIsKilledMeanwhileIsWhatItWasOrWhatItWillBe() {
        try (RunningNode house = node(folder, "house");
                RunningNode shed = node(folder, "shed")) {
            house.knows(shed);
            shed.knows(house);
            RunningNode.startAll(house, shed);
            await().atMost(PATIENCE).until(() -> !house.history("shed/**").isEmpty());
            for (int millis : new int[] {0, 300, 700}) {
                String before = shed.presentId();
                String after = shed.verb("id", "rotate").hasExit(0).text().strip();
                await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
                shed.kill();

                assertThat(shed.verb("id").text().strip()).isIn(before, after);
                shed.start();

                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(shed.presentId()).isEqualTo(after));
                int sofar = house.history("shed/**").size();
                await().atMost(PATIENCE).until(() -> house.history("shed/**").size() > sofar + 10);
                assertThat(logs(house.history("shed/**"))).hasSize(1);
            }
        }
    }
}
