package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class DemoIT {
    @Test
    void everyNodeEndsWithEveryReadingOfTheOthersOnce() {
        Program.Outcome demo =
                Program.run(
                                Program.command("demo", "--nodes", "3", "--for", "20s", "--json"),
                                Duration.ofMinutes(3))
                        .hasExit(0);
        JsonNode last = new ObjectMapper().readTree(demo.lines().getLast());
        assertThat(last.get("ok").asBoolean()).isTrue();
        assertThat(last.get("nodes")).hasSize(3);
        for (JsonNode node : last.get("nodes")) {
            assertThat(node.at("/own/series").asInt()).isGreaterThanOrEqualTo(7);
            assertThat(node.at("/own/readings").asInt()).isGreaterThan(50);
            assertThat(node.at("/received/series").asInt()).isGreaterThanOrEqualTo(14);
            assertThat(node.at("/received/readings").asInt()).isGreaterThan(100);
            assertThat(node.at("/received/missing").asInt()).isZero();
            assertThat(node.at("/received/duplicates").asInt()).isZero();
        }
    }
}
