package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Rules on a node, over its own readings and a peer's. */
class RulesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"
            """;
    private static final String RULES =
            """
            [[actuator]]
            name = "fan"
            driver = "simulated"
            [[rule]]
            name = "own"
            when = "host/uptime > 1 for 2s"
            set = { fan = true, for = "10m" }
            [[rule]]
            name = "peers"
            when = "shed/host/uptime > 1"
            set = { fan = true, for = "10m" }
            [[rule]]
            name = "silent"
            when = "shed/host/uptime stale after 2s"
            set = { fan = true, for = "10m" }
            """;

    private static Map<String, String> states(RunningNode node) {
        Map<String, String> states = new TreeMap<>();
        for (JsonNode rule : node.document("/rules").get("rules")) {
            states.put(rule.get("name").asString(), rule.get("state").asString());
        }
        return states;
    }

    @Test
    void knowWhatThePeerMeasuresAndThatTheyKnowNothingWhenItIsGone(@TempDir Path folder)
            throws IOException {
        try (RunningNode greenhouse =
                        new RunningNode(folder, "greenhouse").with(SENSORS).with(RULES);
                RunningNode shed = new RunningNode(folder, "shed").with(SENSORS)) {
            shed.knows(greenhouse).start();
            greenhouse.knows(shed).start();
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(states(greenhouse))
                                    .isEqualTo(
                                            Map.of(
                                                    "own", "true",
                                                    "peers", "true",
                                                    "silent", "false")));

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(greenhouse.verb("actuators").text())
                                    .containsPattern("fan .* rule (own|peers)"));

            shed.kill();

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(states(greenhouse))
                                    .isEqualTo(
                                            Map.of(
                                                    "own", "true",
                                                    "peers", "unknown",
                                                    "silent", "true")));
            assertThat(greenhouse.verb("rules").text()).contains("shed isn't heard");

            Path tried = folder.resolve("tried.toml");
            Files.writeString(tried, SENSORS + RULES);
            assertThat(greenhouse.verb("rule", "test", tried.toString(), "--from", "1m").text())
                    .containsPattern("peers {3}true {5}fan = 1 for 10m")
                    .containsPattern("silent {2}true {5}fan = 1 for 10m")
                    .contains("silent became true 1 times");
        }
    }

    @Test
    void thoseThatDidNotChangeGoOnOverAReload(@TempDir Path folder) {
        try (RunningNode node = new RunningNode(folder, "greenhouse").with(SENSORS).with(RULES)) {
            node.start();
            await().atMost(PATIENCE).until(() -> states(node).get("own").equals("true"));
            double since = since(node);

            node.without("name = \"silent\"").reload();
            await().atMost(PATIENCE).until(() -> states(node).containsKey("rule-3"));

            assertThat(since(node)).isGreaterThan(since);
            assertThat(states(node)).containsEntry("own", "true");
        }
    }

    private static double since(RunningNode node) {
        return node.document("/rules").get("rules").get(0).get("since-seconds-ago").asDouble();
    }
}
