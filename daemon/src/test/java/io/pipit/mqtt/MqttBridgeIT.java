package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.config.Configuration;
import io.pipit.config.text.BrokerAddress;
import io.pipit.config.text.Secret;
import io.pipit.host.SystemTime;
import io.pipit.host.Threads;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.mqtt.Mosquitto.Subscriber;
import io.pipit.port.acting.Actuators.Actuator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bridge against a real mosquitto, over loopback. */
class MqttBridgeIT {
    private static final String TEMPERATURE = "pipit/greenhouse/air/temperature";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path folder;
    private final FakeNode node = new FakeNode();
    private final SystemTime time = new SystemTime();
    private final Counter died = new Counter();
    private final Threads threads = new Threads(died);
    private MqttBridge bridge;

    @AfterEach
    void close() {
        if (bridge != null) {
            bridge.close();
        }
        assertThat(died.count()).isZero();
    }

    private record Tls(Path ca, Path certificate, Path key) {
        static Tls of(Path folder, String name) {
            return new Tls(
                    folder.resolve("ca.pem"),
                    folder.resolve(name + ".pem"),
                    folder.resolve(name + ".key"));
        }
    }

    private void start(
            int port, String password, Tls tls, boolean homeAssistant, String... commands) {
        BrokerAddress broker = new BrokerAddress(tls != null, "127.0.0.1", port);
        Configuration.Mqtt settings =
                new Configuration.Mqtt(
                        Optional.of(broker),
                        Optional.empty(),
                        password == null ? Optional.empty() : Optional.of("greenhouse"),
                        Optional.ofNullable(password).map(Secret::new),
                        tls == null ? Optional.empty() : Optional.ofNullable(tls.ca()),
                        tls == null ? Optional.empty() : Optional.ofNullable(tls.certificate()),
                        tls == null ? Optional.empty() : Optional.ofNullable(tls.key()),
                        "pipit",
                        Duration.ofSeconds(5),
                        List.of("**"),
                        homeAssistant,
                        List.of(commands),
                        Duration.ofMinutes(10));
        bridge =
                new MqttBridge(
                        settings,
                        broker,
                        node.ports(folder.resolve("mqtt.json"), time),
                        threads.timer("mqtt"),
                        threads.named("mqtt-client"));
    }

    private void start(int port) {
        start(port, null, null, false);
    }

    private void awaitHealth(Status status, String reason) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> {
                    var mqtt = node.health.parts().get(Part.MQTT);
                    assertThat(mqtt.reason()).contains(reason);
                    assertThat(mqtt.status()).isEqualTo(status);
                });
    }

    private void measure(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> node.measure("air/temperature", i));
    }

    private static List<Integer> values(Subscriber subscriber) {
        return subscriber.on(TEMPERATURE).stream()
                .map(line -> line.replaceFirst(".*\"value\":([0-9]+)\\..*", "$1"))
                .map(Integer::valueOf)
                .toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    private static Map<String, Long> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("MQTT ") || name.startsWith("mqtt-client"))
                .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
    }

    @Test
    void publishesOverTlsToABrokerThatAsksForACertificateAndAPassword() throws Exception {
        Path pki = folder.resolve("pki");
        Mosquitto.certificates(pki);
        String settings =
                """
                allow_anonymous false
                password_file %2$s
                cafile %1$s/ca.pem
                certfile %1$s/server.pem
                keyfile %1$s/server.key
                require_certificate true
                """
                        .formatted(pki, Mosquitto.passwords(folder, "greenhouse", "right"));
        String[] client = {
            "--cafile",
            pki + "/ca.pem",
            "--cert",
            pki + "/client.pem",
            "--key",
            pki + "/client.key",
            "-u",
            "greenhouse",
            "-P",
            "right"
        };
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), settings);
                Subscriber subscriber = broker.subscribe(client)) {
            start(broker.port, "right", Tls.of(pki, "client"), false);
            awaitHealth(Status.OK, "");
            measure(1, 1_000);
            await().atMost(PATIENCE).until(() -> values(subscriber).size() >= 1_000);

            assertThat(values(subscriber)).isEqualTo(numbers(1, 1_000));
            assertThat(subscriber.on("pipit/greenhouse/status"))
                    .containsExactly("pipit/greenhouse/status|0|online");
        }
    }

    @Test
    void saysWhatIsWrongWithACertificate() throws Exception {
        Path pki = folder.resolve("pki");
        Mosquitto.certificates(pki);
        String settings =
                """
                allow_anonymous true
                certfile %1$s/other.pem
                keyfile %1$s/other.key
                """
                        .formatted(pki);
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), settings)) {
            start(broker.port, null, new Tls(pki.resolve("ca.pem"), null, null), false);
            awaitHealth(Status.DEGRADED, "write the broker in [mqtt] as its certificate has it");
            bridge.close();
            start(broker.port, null, new Tls(null, null, null), false);
            awaitHealth(Status.DEGRADED, "set ca in [mqtt] to the certificate of the authority");
            bridge.close();
            start(broker.port, null, new Tls(folder.resolve("none.pem"), null, null), false);
            awaitHealth(Status.DEGRADED, "none.pem can't be used (no such file): it has to be PEM");
        }
    }

    @Test
    void saysWhatTheBrokerHasAgainstItAndGoesOnWhenThatIsMended() throws Exception {
        String settings =
                "allow_anonymous false\npassword_file "
                        + Mosquitto.passwords(folder, "greenhouse", "right");
        String[] client = {"-u", "greenhouse", "-P", "right"};
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), settings);
                Subscriber subscriber = broker.subscribe(client)) {
            start(broker.port, "wrong", null, false);
            awaitHealth(
                    Status.DEGRADED,
                    "refused the connection (not authorised): check username and password in [mqtt]");
            measure(1, 10);
            bridge.close();
            measure(11, 20);
            start(broker.port, "right", null, false);
            await().atMost(PATIENCE).until(() -> values(subscriber).size() >= 20);

            assertThat(values(subscriber)).isEqualTo(numbers(1, 20));
        }
    }

    @Test
    void whatCameWhileTheBrokerWasKilledFollowsInOrder() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), "allow_anonymous true");
                TcpRelay relay = new TcpRelay(broker.port)) {
            start(relay.port);
            try (Subscriber before = broker.subscribe()) {
                awaitHealth(Status.OK, "");
                measure(1, 500);
                await().atMost(PATIENCE).until(() -> values(before).size() >= 500);
                assertThat(values(before)).isEqualTo(numbers(1, 500));
            }
            broker.kill();
            awaitHealth(Status.DEGRADED, "the broker mqtt://127.0.0.1:" + relay.port);
            measure(501, 5_000);
            relay.mode = TcpRelay.Mode.CLOSE;
            broker.start();
            try (Subscriber after = broker.subscribe()) {
                relay.mode = TcpRelay.Mode.PASS;
                measure(5_001, 6_000);
                await().atMost(PATIENCE)
                        .until(() -> values(after).stream().anyMatch(value -> value == 6_000));

                List<Integer> all = values(after);
                assertThat(all.getFirst()).isLessThanOrEqualTo(501);
                assertThat(all).isEqualTo(numbers(all.getFirst(), 6_000));
            }
        }
    }

    @Test
    void aBrokerThatIsFrozenHoldsNothingUp() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), "allow_anonymous true");
                Subscriber subscriber = broker.subscribe()) {
            broker.freeze();
            start(broker.port);
            measure(1, 10);
            awaitHealth(Status.DEGRADED, "doesn't answer");
            broker.thaw();
            awaitHealth(Status.OK, "");
            measure(11, 20);
            await().atMost(PATIENCE).until(() -> values(subscriber).contains(20));

            broker.freeze();
            measure(21, 40_000);
            awaitHealth(Status.DEGRADED, "doesn't answer");
            long since = time.monotonicNanos();
            bridge.close();
            assertThat(Duration.ofNanos(time.monotonicNanos() - since))
                    .isLessThan(Duration.ofSeconds(2));
            broker.thaw();
            start(broker.port);
            await().atMost(PATIENCE).until(() -> values(subscriber).contains(40_000));

            assertThat(values(subscriber).stream().distinct().sorted().toList())
                    .containsSubsequence(numbers(11, 40_000));
        }
    }

    @Test
    void closesInTimeInFrontOfABrokerThatReadsNothing() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), "allow_anonymous true")) {
            start(broker.port);
            awaitHealth(Status.OK, "");
            broker.freeze();
            measure(1, 40_000);
            Thread.sleep(1_000);
            long since = time.monotonicNanos();
            bridge.close();

            assertThat(Duration.ofNanos(time.monotonicNanos() - since))
                    .isLessThan(Duration.ofSeconds(1));
            broker.thaw();
        }
    }

    @Test
    void leavesNoThreadsBehindAtABrokerThatClosesAtOnce() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), "allow_anonymous true");
                TcpRelay relay = new TcpRelay(broker.port)) {
            relay.mode = TcpRelay.Mode.CLOSE;
            start(relay.port);
            awaitHealth(Status.DEGRADED, "closed the connection");
            await().atMost(PATIENCE).until(() -> relay.taken.get() >= 4);
            relay.mode = TcpRelay.Mode.SILENCE;
            awaitHealth(Status.DEGRADED, "doesn't answer");
            relay.mode = TcpRelay.Mode.PASS;
            awaitHealth(Status.OK, "");

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(clientThreads().values().stream().mapToLong(n -> n).sum())
                                    .as("%s", clientThreads())
                                    .isLessThanOrEqualTo(6));
        }
        bridge.close();
        await().atMost(PATIENCE).until(() -> clientThreads().isEmpty());
    }

    @Test
    void itsWillSaysThatItIsGone() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), "allow_anonymous true");
                TcpRelay relay = new TcpRelay(broker.port);
                Subscriber subscriber = broker.subscribe()) {
            start(relay.port);
            awaitHealth(Status.OK, "");
            relay.mode = TcpRelay.Mode.SILENCE;
            relay.cut();
            await().atMost(PATIENCE)
                    .until(() ->
                            subscriber
                                    .on("pipit/greenhouse/status")
                                    .contains("pipit/greenhouse/status|0|offline"));
            bridge.close();
            subscriber.lines.clear();
            start(broker.port);
            awaitHealth(Status.OK, "");
            bridge.close();

            await().atMost(PATIENCE)
                    .until(() ->
                            subscriber
                                    .on("pipit/greenhouse/status")
                                    .equals(
                                            List.of(
                                                    "pipit/greenhouse/status|0|online",
                                                    "pipit/greenhouse/status|0|offline")));
        }
    }

    @Test
    void aReadingThatTheBrokerForbidsHoldsNoOtherUp() throws Exception {
        Path acl = folder.resolve("acl");
        Files.writeString(
                acl,
                "topic read #\ntopic write probe\ntopic write pipit/greenhouse/status\n"
                        + "topic write "
                        + TEMPERATURE
                        + "\n");
        try (Mosquitto broker =
                        Mosquitto.start(
                                folder.resolve("broker"),
                                "allow_anonymous true\nmax_inflight_messages 5\nacl_file " + acl);
                Subscriber subscriber = broker.subscribe()) {
            start(broker.port);
            awaitHealth(Status.OK, "");
            for (int i = 1; i <= 300; i++) {
                node.measure("air/temperature", i);
                node.measure("air/secret", i);
            }
            await().atMost(PATIENCE).until(() -> values(subscriber).contains(300));

            assertThat(values(subscriber)).isEqualTo(numbers(1, 300));
            awaitHealth(Status.DEGRADED, "air/secret (not authorised)");
        }
    }

    @Test
    void aBrokerThatTakesQosZeroAloneIsUsedAsItIs() throws Exception {
        node.actuators.add(new Actuator(null, "fan", "on", "/", 0, 1, true, 0));
        try (Mosquitto broker =
                        Mosquitto.start(
                                folder.resolve("broker"), "allow_anonymous true\nmax_qos 0");
                TcpRelay relay = new TcpRelay(broker.port);
                Subscriber subscriber = broker.subscribe("-q", "0")) {
            start(relay.port, null, null, false, "fan");
            awaitHealth(Status.DEGRADED, "takes QoS 0 alone");
            measure(1, 5_000);
            await().atMost(PATIENCE).until(() -> values(subscriber).contains(5_000));
            assertThat(values(subscriber)).isEqualTo(numbers(1, 5_000));
            broker.publish("pipit/greenhouse/fan/set", "1", "-q", "0");
            await().atMost(PATIENCE).until(() -> node.writes.size() == 1);

            // The will, too, and what is retained.
            relay.mode = TcpRelay.Mode.SILENCE;
            relay.cut();
            await().atMost(PATIENCE)
                    .until(() ->
                            subscriber
                                    .on("pipit/greenhouse/status")
                                    .contains("pipit/greenhouse/status|0|offline"));
            relay.cut();
            relay.mode = TcpRelay.Mode.PASS;
            measure(5_001, 6_000);
            await().atMost(PATIENCE).until(() -> values(subscriber).contains(6_000));
            try (Subscriber late = broker.subscribe("-q", "0")) {
                await().atMost(PATIENCE)
                        .until(() -> late.lines.contains("pipit/greenhouse/status|1|online"));
            }
            assertThat(bridge.lacking()).contains("takes QoS 0 alone").doesNotContain("keeps no");
        }
    }

    @Test
    void aBrokerThatKeepsNothingIsUsedAsItIs() throws Exception {
        node.measure("air/temperature", 0);
        try (Mosquitto broker =
                        Mosquitto.start(
                                folder.resolve("broker"),
                                "allow_anonymous true\nretain_available false");
                Subscriber subscriber = broker.subscribe()) {
            start(broker.port, null, null, true);
            awaitHealth(Status.DEGRADED, "keeps no messages");
            measure(1, 1_000);
            await().atMost(PATIENCE).until(() -> values(subscriber).contains(1_000));
            assertThat(values(subscriber)).isEqualTo(numbers(1, 1_000));
            await().atMost(PATIENCE).until(() -> !subscriber.on("homeassistant/device/").isEmpty());

            // Home Assistant, started anew, is told, and who is there after that.
            try (Subscriber late = broker.subscribe()) {
                broker.publish("homeassistant/status", "online");
                await().atMost(PATIENCE).until(() -> !late.on("pipit/greenhouse/status").isEmpty());
                List<String> lines = List.copyOf(late.lines);
                assertThat(lines).contains("pipit/greenhouse/status|0|online");
                assertThat(lines.stream().filter(line -> line.startsWith("homeassistant/device/")))
                        .hasSize(1)
                        .allMatch(line -> line.contains("/config|0|{"));
            }
            assertThat(node.counters.connections().count()).isEqualTo(1);
            bridge.close();
            await().atMost(PATIENCE)
                    .until(() ->
                            subscriber
                                    .on("pipit/greenhouse/status")
                                    .contains("pipit/greenhouse/status|0|offline"));
        }
    }

    @Test
    void aBrokerThatHasNeitherQosOneNorRetainedMessagesIsReachedAtOnce() throws Exception {
        try (Mosquitto broker =
                Mosquitto.start(
                        folder.resolve("broker"),
                        "allow_anonymous true\nmax_qos 0\nretain_available false")) {
            long since = time.monotonicNanos();
            start(broker.port);
            awaitHealth(Status.DEGRADED, "it keeps no messages");

            assertThat(Duration.ofNanos(time.monotonicNanos() - since))
                    .isLessThan(Duration.ofSeconds(20));
            assertThat(node.counters.failures().count()).isEqualTo(2);
            assertThat(bridge.examine().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isPositive();
        }
    }

    @Test
    void takesCommandsThatAreNewAlone() throws Exception {
        node.actuators.add(new Actuator(null, "fan", "on", "/", 0, 1, true, 0));
        String set = "pipit/greenhouse/fan/set";
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), "allow_anonymous true");
                TcpRelay relay = new TcpRelay(broker.port)) {
            broker.publish(set, "1", "-r");
            start(relay.port, null, null, false, "fan");
            awaitHealth(Status.OK, "");
            broker.publish(set, "1", "-r");
            await().atMost(PATIENCE).until(() -> node.counters.commandsRefused().count() == 1);
            assertThat(node.writes).isEmpty();
            broker.publish(set, "{\"value\":1,\"for\":\"5m\"}");
            await().atMost(PATIENCE).until(() -> node.writes.size() == 1);

            // What comes while the connection is gone for a moment waits; with an expiry, so long.
            relay.mode = TcpRelay.Mode.SILENCE;
            relay.cut();
            awaitHealth(Status.DEGRADED, "");
            broker.publish(set, "0", "-D", "publish", "message-expiry-interval", "1");
            broker.publish(set, "0.5");
            TimeUnit.MILLISECONDS.sleep(1_500);
            relay.cut();
            relay.mode = TcpRelay.Mode.PASS;
            await().atMost(PATIENCE).until(() -> node.writes.size() == 2);
            assertThat(node.writes.getLast().value()).isEqualTo(0.5);

            // What comes before the start of the bridge doesn't count.
            bridge.close();
            broker.publish(set, "0");
            start(broker.port, null, null, false, "fan");
            awaitHealth(Status.OK, "");
            broker.publish(set, "1");
            await().atMost(PATIENCE).until(() -> node.writes.size() == 3);
            assertThat(node.writes.getLast().value()).isEqualTo(1);
        }
    }

    @Test
    void tellsHomeAssistantAndTakesItBack() throws Exception {
        node.measure("air/temperature", 1);
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), "allow_anonymous true");
                Subscriber subscriber = broker.subscribe()) {
            start(broker.port, null, null, true);
            await().atMost(PATIENCE).until(() -> !subscriber.on("homeassistant/device/").isEmpty());
            assertThat(subscriber.on("homeassistant/device/").getFirst())
                    .contains("\"air_temperature\"", "\"device_class\":\"temperature\"");
            try (Subscriber late = broker.subscribe()) {
                await().atMost(PATIENCE).until(() -> !late.on("homeassistant/device/").isEmpty());
                assertThat(late.on("homeassistant/device/").getFirst()).contains("/config|1|{");
            }
            broker.publish("homeassistant/status", "online");
            await().atMost(PATIENCE)
                    .until(() -> subscriber.on("homeassistant/device/").size() >= 2);
            bridge.retire();

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(subscriber.on("homeassistant/device/").getLast())
                                    .endsWith("/config|0|"));
        }
    }

    @Test
    void triesTheBrokerForReal() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder.resolve("broker"), "allow_anonymous true")) {
            start(broker.port);
            assertThat(bridge.examine().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isPositive();
            awaitHealth(Status.OK, "");
            assertThat(bridge.examine().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isPositive();
        }
    }
}
