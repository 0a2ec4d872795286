package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program between two boards and mosquitto with its own clients. */
class MqttIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir private Path folder;
    private final List<Process> started = new ArrayList<>();
    private final int port = RunningNode.freePort();

    @AfterEach
    void end() {
        started.forEach(process -> process.destroyForcibly().onExit().join());
    }

    private Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    private Process broker() throws IOException {
        return broker("");
    }

    private Process broker(String settings) throws IOException {
        Path file = folder.resolve("mosquitto.conf");
        Files.writeString(
                file,
                "user root\nlistener %d 127.0.0.1\nallow_anonymous true\n%s\n"
                        .formatted(port, settings));
        Process broker = start("/usr/sbin/mosquitto", "-c", file.toString());
        await().atMost(PATIENCE)
                .until(() ->
                        start("mosquitto_pub", "-p", "" + port, "-t", "x", "-n").waitFor() == 0);
        return broker;
    }

    private List<String> subscribed() throws IOException {
        List<String> lines = new CopyOnWriteArrayList<>();
        Process client =
                start(
                        "stdbuf",
                        "-oL",
                        "mosquitto_sub",
                        "-V",
                        "5",
                        "-p",
                        "" + port,
                        "-q",
                        "1",
                        "-v",
                        "-t",
                        "#");
        Thread reader =
                new Thread(() -> {
                    try (BufferedReader out = client.inputReader(StandardCharsets.UTF_8)) {
                        out.lines().forEach(lines::add);
                    } catch (RuntimeException | IOException e) {
                        // It was ended.
                    }
                });
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    private static List<String> on(List<String> lines, String topic) {
        return lines.stream().filter(line -> line.startsWith(topic)).toList();
    }

    private static List<Long> sequences(List<String> lines) {
        return lines.stream()
                .map(line -> Long.valueOf(line.replaceFirst(".*\"sequence\":([0-9]+).*", "$1")))
                .toList();
    }

    private String mqtt() {
        return """
        [mqtt]
        broker = "mqtt://127.0.0.1:%d"
        home-assistant = true
        """
                .formatted(port);
    }

    private static final String SENSOR =
            """
            [[sensor]]
            name = "air"
            driver = "bme280"
            bus = "simulated"
            address = 0x76
            every = "100ms"
            """;

    @Test
    void readingsOfTwoBoardsReachABrokerAndFollowWhenItWasAway() throws Exception {
        Process broker = broker();
        List<String> before = subscribed();
        try (RunningNode greenhouse = new RunningNode(folder, "greenhouse").with(mqtt());
                RunningNode shed = new RunningNode(folder, "shed").with(SENSOR)) {
            greenhouse.knows(shed);
            shed.knows(greenhouse);
            greenhouse.start();
            shed.start();
            await().atMost(PATIENCE)
                    .until(() -> on(before, "pipit/shed/air/temperature").size() >= 20);
            await().atMost(PATIENCE).until(() -> !on(before, "homeassistant/device/").isEmpty());
            assertThat(on(before, "pipit/shed/status")).contains("pipit/shed/status online");
            List<Long> first = sequences(on(before, "pipit/shed/air/"));
            assertThat(first).isSorted().doesNotHaveDuplicates();

            broker.destroyForcibly().waitFor();
            await().atMost(PATIENCE)
                    .until(() ->
                            greenhouse
                                    .document("/health")
                                    .at("/parts/mqtt/reason")
                                    .asString()
                                    .contains("the broker mqtt://127.0.0.1:" + port));
            TimeUnit.SECONDS.sleep(5);
            broker();
            List<String> after = subscribed();
            await().atMost(PATIENCE).until(() -> on(after, "pipit/shed/air/").size() >= 200);
            List<Long> second = sequences(on(after, "pipit/shed/air/"));
            assertThat(second).isSorted().doesNotHaveDuplicates();
            assertThat(greenhouse.verb("doctor").text())
                    .contains("broker mqtt://127.0.0.1:" + port);

            // Taken out while it runs: gone from Home Assistant, and off in the health.
            greenhouse.without(mqtt()).reload();
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(on(after, "homeassistant/device/"))
                                    .anyMatch(line -> line.endsWith("/config (null)")));
            greenhouse.with(mqtt()).reload();
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(on(after, "pipit/greenhouse/status"))
                                    .endsWith("pipit/greenhouse/status online"));
            greenhouse.stop();
            assertThat(Files.readString(greenhouse.folder.resolve("data/mqtt.json")))
                    .contains("\"logs\"");
        }
    }

    @Test
    void healthAndDoctorSayWhatABrokerLacks() throws Exception {
        broker("max_qos 0");
        List<String> lines = subscribed();
        try (RunningNode node = new RunningNode(folder, "greenhouse").with(mqtt()).with(SENSOR)) {
            node.start();
            await().atMost(PATIENCE).until(() -> on(lines, "pipit/greenhouse/air/").size() >= 10);

            assertThat(node.document("/health").at("/parts/mqtt/reason").asString())
                    .contains("takes QoS 0 alone");
            assertThat(node.verb("doctor").text())
                    .contains(
                            "broker mqtt://127.0.0.1:" + port,
                            "doubtful",
                            "let it take QoS 1 (max_qos of mosquitto)");
        }
    }

    @Test
    void aFrozenBrokerDoesNotHoldTheStopUp() throws Exception {
        Process broker = broker();
        try (RunningNode node = new RunningNode(folder, "greenhouse").with(mqtt()).with(SENSOR)) {
            node.start();
            List<String> lines = subscribed();
            await().atMost(PATIENCE).until(() -> on(lines, "pipit/greenhouse/air/").size() >= 10);
            start("kill", "-STOP", "" + broker.pid()).waitFor();
            TimeUnit.SECONDS.sleep(2);
            long since = System.nanoTime();
            node.stop();

            assertThat(Duration.ofNanos(System.nanoTime() - since))
                    .isLessThan(Duration.ofSeconds(3));
            start("kill", "-CONT", "" + broker.pid()).waitFor();
        }
    }
}
