package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

    private static Map<String, Integer> of(RunningNode node, String pattern) {
        List<String> lines = node.verb("history", pattern, "--csv").hasExit(0).lines();
        return lines.stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .collect(
                        Collectors.toMap(
                                cells ->
                                        cells[1] + "/" + cells[2] + " " + cells[5] + ":" + cells[6],
                                cells -> 1,
                                Integer::sum));
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
            List.of(house, barn, shed).forEach(RunningNode::start);
            for (RunningNode peer : List.of(house, barn)) {
                await().atMost(PATIENCE).until(() -> !of(peer, "shed/**").isEmpty());
            }
            Map<String, Integer> held = of(house, "shed/**");

            String after = shed.verb("id", "rotate").hasExit(0).text().strip();

            assertThat(after).isNotEqualTo(before);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(shed.verb("id").text().strip()).isEqualTo(after));
            for (RunningNode peer : List.of(house, barn)) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> {
                            assertThat(peer.verb("peer", "list").text())
                                    .contains(after)
                                    .doesNotContain(before);
                            assertThat(peer.verb("peers").text()).contains("shed");
                        });
                int sofar = of(peer, "shed/**").size();
                await().atMost(PATIENCE).until(() -> of(peer, "shed/**").size() > sofar + 10);
                Map<String, Integer> byName = of(peer, "shed/**");
                Map<String, Integer> byId = of(peer, after.toLowerCase(Locale.ROOT) + "/**");
                assertThat(byId.keySet()).containsAll(byName.keySet());
                assertThat(byName.values()).containsOnly(1);
                assertThat(logs(byName)).hasSize(1);
                assertThat(peer.verb("history", "--json").text())
                        .contains(after + "/")
                        .doesNotContain(before);
            }
            assertThat(of(house, "shed/**").keySet()).containsAll(held.keySet());
            assertThat(house.log()).contains("write id = \"" + after + "\"");
            assertThat(barn.log()).contains("write peer = \"" + after + "\"");

            // And after a start of everybody.
            int sofar = of(house, "shed/**").size();
            List.of(house, barn, shed).forEach(RunningNode::stop);
            List.of(house, barn, shed).forEach(RunningNode::start);
            await().atMost(PATIENCE).until(() -> of(house, "shed/**").size() > sofar);
            assertThat(logs(of(house, "shed/**"))).hasSize(1);
            assertThat(house.verb("history", "--json").text()).doesNotContain(before);
        }
    }

    @Test
    void whoWasAwayLearnsOfTheNewKeyWhenItIsBack() {
        try (RunningNode house = node(folder, "house");
                RunningNode shed = node(folder, "shed")) {
            String before = shed.id();
            house.knows(shed);
            shed.knows(house);
            List.of(house, shed).forEach(RunningNode::start);
            await().atMost(PATIENCE).until(() -> !of(house, "shed/**").isEmpty());
            house.stop();

            String after = shed.verb("id", "rotate", "--now").hasExit(0).text().strip();
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(shed.verb("id").text().strip()).isEqualTo(after));
            house.start();

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(house.verb("peer", "list").text())
                                    .contains(after)
                                    .doesNotContain(before));
            int sofar = of(house, "shed/**").size();
            await().atMost(PATIENCE).until(() -> of(house, "shed/**").size() > sofar + 10);
            assertThat(logs(of(house, "shed/**"))).hasSize(1);
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
            List.of(house, shed).forEach(RunningNode::start);
            await().atMost(PATIENCE).until(() -> !of(house, "shed/**").isEmpty());
            for (int millis : new int[] {0, 300, 700}) {
                String before = shed.id();
                String after = shed.verb("id", "rotate").hasExit(0).text().strip();
                await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
                shed.kill();

                assertThat(shed.verb("id").text().strip()).isIn(before, after);
                shed.start();

                await().atMost(PATIENCE)
                        .untilAsserted(
                                () -> assertThat(shed.verb("id").text().strip()).isEqualTo(after));
                int sofar = of(house, "shed/**").size();
                await().atMost(PATIENCE).until(() -> of(house, "shed/**").size() > sofar + 10);
                assertThat(logs(of(house, "shed/**"))).hasSize(1);
            }
        }
    }
}
