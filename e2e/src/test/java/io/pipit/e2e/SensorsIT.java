package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The list of sensors, while they come, fail and go. */
class SensorsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String HOST =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "500ms"
            """;
    private static final String AIR =
            """
            [[sensor]]
            name = "air"
            driver = "bme280"
            bus = "simulated"
            address = 0x76
            every = "500ms"
            """;
    private static final String BROKEN =
            """
            [[sensor]]
            name = "broken"
            driver = "hwmon"
            chip = "nobody-has-this"
            every = "1s"
            """;

    @Test
    void saysHowEachSensorIsAndForgetsThoseThatWereTakenOut(@TempDir Path folder) {
        try (RunningNode node = new RunningNode(folder, "greenhouse").with(HOST).with(BROKEN)) {
            node.start();
            await().atMost(PATIENCE).until(() -> node.verb("sensors").text().contains("failed"));
            assertThat(node.verb("sensors").hasExit(0).lines())
                    .anyMatch(line -> line.matches("host +load .* s +ok"))
                    .anyMatch(line ->
                            line.matches(
                                    "broken +- +- +- +failed .*nobody-has-this.*\\(for .*, tried again in .*\\)"));
            JsonNode rows = new ObjectMapper().readTree(node.verb("sensors", "--json").out());
            assertThat(rows)
                    .anySatisfy(row -> {
                        assertThat(row.get("sensor").asString()).isEqualTo("broken");
                        assertThat(row.get("state").asString()).isEqualTo("failed");
                        assertThat(row.get("reason").asString()).contains("nobody-has-this");
                    });

            node.without(HOST).reload();

            await().atMost(PATIENCE)
                    .until(() ->
                            node.verb("sensors").lines().stream()
                                    .noneMatch(line -> line.startsWith("host")));
            assertThat(node.verb("sensors").text()).contains("broken");
            assertThat(node.history()).as("what it measured stays").isNotEmpty();
        }
    }

    @Test
    void anObserverOfTheListHearsOfSensorsThatComeAndGo(@TempDir Path folder)
            throws IOException, InterruptedException {
        Program.needs("coap-client-notls");
        try (RunningNode node = new RunningNode(folder, "greenhouse").with(HOST)) {
            node.start();
            String uri = "coap://127.0.0.1:" + node.monitorPort + "/sensors";
            await().atMost(PATIENCE).until(() -> get(uri).contains("</sensors/host/load>;rt="));
            Path heard = folder.resolve("heard");
            Process observer =
                    new ProcessBuilder("coap-client-notls", "-m", "get", "-s", "60", uri)
                            .redirectOutput(heard.toFile())
                            .redirectErrorStream(true)
                            .start();
            try {
                await().atMost(PATIENCE)
                        .until(() -> Files.readString(heard).contains("</sensors/host/uptime>"));
                node.with(AIR).reload();
                await().atMost(PATIENCE)
                        .until(() -> Files.readString(heard).contains("</sensors/air/pressure>"));
                node.without(HOST).reload();
                await().atMost(PATIENCE)
                        .until(() -> !lastOf(Files.readString(heard)).contains("host"));
                assertThat(lastOf(Files.readString(heard))).contains("</sensors/air/temperature>");
            } finally {
                observer.destroy();
                observer.waitFor();
            }
            assertThat(get(uri)).doesNotContain("host");
        }
    }

    private static String get(String uri) {
        return Program.peer("coap-client-notls", "-m", "get", "-B", "5", uri).hasExit(0).text();
    }

    /** The newest of what the observer printed, each of which begins with the same link. */
    private static String lastOf(String heard) {
        return heard.substring(Math.max(0, heard.lastIndexOf("</sensors/air/humidity>")));
    }
}
