package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.Configuration;
import io.pipit.config.text.BrokerAddress;
import io.pipit.host.ManualTime;
import io.pipit.host.ManualTimer;
import io.pipit.model.LogId;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.mqtt.broker.Reason;
import io.pipit.mqtt.broker.Trouble;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Outcome;
import io.pipit.wire.Document;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BridgeTest {
    private static final String TEMPERATURE = "pipit/greenhouse/air/temperature";
    private static final BrokerAddress BROKER = new BrokerAddress(true, "broker.example", 8_883);
    private static final Actuator FAN = new Actuator(null, "fan", "on", "/", 0, 1, true, 0);
    private static final Actuator SHED_VALVE =
            new Actuator("shed", "valve", "opening", "%", 0, 100, false, 0);

    @TempDir private Path folder;
    private final ManualTime time = new ManualTime();
    private ManualTimer timer = new ManualTimer(time);
    private final FakeNode node = new FakeNode();
    private final FakeBroker broker = new FakeBroker();
    private Path file;
    private Bridge bridge;

    @BeforeEach
    void place() {
        file = folder.resolve("mqtt.json");
    }

    private static Configuration.Mqtt settings(
            List<String> series, boolean homeAssistant, List<String> commands) {
        return new Configuration.Mqtt(
                Optional.of(BROKER),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "pipit",
                Duration.ofSeconds(60),
                series,
                homeAssistant,
                commands,
                Duration.ofMinutes(10));
    }

    private void start(Configuration.Mqtt settings) {
        bridge =
                new Bridge(
                        settings,
                        MqttBridge.identity(
                                settings, BROKER, FakeNode.peer(FakeNode.SELF, "greenhouse")),
                        node.ports(file, time),
                        timer,
                        broker);
        bridge.start();
        timer.advanceMillis(0);
    }

    private void start() {
        start(settings(List.of("**"), false, List.of()));
    }

    private void connect() {
        broker.listener.connected(FakeBroker.ROOMY);
        timer.advanceMillis(0);
    }

    private void startConnected() {
        start();
        connect();
    }

    /** Another run of the program. */
    private void restart() {
        bridge.stop();
        timer.advanceMillis(0);
        broker.published.clear();
        startConnected();
    }

    /** All that is to be published, and its acknowledgements. */
    private void settle() {
        do {
            timer.advanceMillis(Bridge.LOOK_MILLIS);
        } while (broker.acknowledge() > 0);
        timer.advanceMillis(0);
    }

    private Status status() {
        return node.health.parts().get(Part.MQTT).status();
    }

    private String reason() {
        return node.health.parts().get(Part.MQTT).reason();
    }

    private static List<Double> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Double::valueOf).toList();
    }

    @Test
    void publishesAReadingWithValueUnitTimeAndItsPlace() {
        startConnected();
        long sequence = node.measure("air/temperature", 21.5);
        settle();

        Message message = broker.last(TEMPERATURE);
        assertThat(FakeBroker.text(message))
                .isEqualTo(
                        "{\"value\":21.5,\"unit\":\"Cel\",\"time\":\"2026-11-29T00:00:01.000000Z\","
                                + "\"log\":\"0000000000000011\",\"sequence\":"
                                + sequence
                                + "}");
        assertThat(message.retained()).isFalse();
        assertThat(node.counters.published().count()).isEqualTo(1);
        assertThat(status()).isEqualTo(Status.OK);
    }

    @Test
    void saysWhereAReadingsTimeComesFromAClockThatWasNotSet() {
        node.synchronised = false;
        startConnected();
        node.measure("air/temperature", 21.5);
        settle();

        Document body = FakeBroker.json(broker.last(TEMPERATURE));
        assertThat(body.get("synchronised").flag(true)).isFalse();
    }

    @Test
    void beginsWithWhatIsNew() {
        node.measure("air/temperature", 1);
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        node.begin(FakeNode.SHED, FakeNode.SHED_LOG);
        node.arrive(FakeNode.SHED_LOG, 0, "air/temperature", 2, "Cel");
        node.hasMore(FakeNode.SHED_LOG, 90);
        startConnected();
        settle();
        node.arrive(FakeNode.SHED_LOG, 50, "air/temperature", 3, "Cel");
        node.arrive(FakeNode.SHED_LOG, 91, "air/temperature", 4, "Cel");
        node.measure("air/temperature", 5);
        settle();

        assertThat(broker.values("pipit/")).containsExactlyInAnyOrder(4.0, 5.0);
    }

    @Test
    void beginsWhereItWasConfiguredThoughTheBrokerIsAway() {
        node.measure("air/temperature", 1);
        start();
        timer.advanceMillis(1_000);
        node.measure("air/temperature", 2);
        timer.advanceMillis(1_000);
        connect();
        settle();

        assertThat(broker.values(TEMPERATURE)).containsExactly(2.0);
    }

    @Test
    void whatWasMissedFollowsInOrder() {
        startConnected();
        node.measure("air/temperature", 1);
        settle();
        broker.lose();
        timer.advanceMillis(0);
        IntStream.rangeClosed(2, 2_000).forEach(i -> node.measure("air/temperature", i));
        assertThat(status()).isEqualTo(Status.DEGRADED);

        timer.advanceMillis(2_000);
        connect();
        settle();

        assertThat(broker.values(TEMPERATURE)).isEqualTo(numbers(1, 2_000));
        assertThat(status()).isEqualTo(Status.OK);
    }

    @Test
    void publishesAgainWhatWasNotAcknowledged() {
        startConnected();
        IntStream.rangeClosed(1, 3).forEach(i -> node.measure("air/temperature", i));
        timer.advanceMillis(Bridge.LOOK_MILLIS);
        assertThat(broker.values(TEMPERATURE)).isEqualTo(numbers(1, 3));
        long first = broker.waiting.keySet().stream().sorted().skip(1).findFirst().orElseThrow();
        broker.listener.acknowledged(first, Reason.SUCCESS);
        broker.lose();
        broker.published.clear();
        timer.advanceMillis(2_000);
        connect();
        settle();

        assertThat(broker.values(TEMPERATURE)).isEqualTo(numbers(2, 3));
        assertThat(node.counters.again().count()).isEqualTo(2);
    }

    @Test
    void keepsAFewMessagesInFlightAlone() {
        startConnected();
        settle();
        IntStream.rangeClosed(1, 1_000).forEach(i -> node.measure("air/temperature", i));
        timer.advanceMillis(5_000);

        assertThat(broker.waiting).hasSize(Publishing.IN_FLIGHT_MAX);
        assertThat(bridge.inFlight()).isEqualTo(Publishing.IN_FLIGHT_MAX);
        assertThat(bridge.waiting()).isEqualTo(1_000);
    }

    @Test
    void heedsHowManyTheBrokerTakes() {
        start();
        broker.listener.connected(new Limits(2, 256 * 1024, true, true));
        timer.advanceMillis(0);
        IntStream.rangeClosed(1, 9).forEach(i -> node.measure("air/temperature", i));
        timer.advanceMillis(1_000);
        assertThat(broker.waiting).hasSize(2);
        settle();

        assertThat(broker.values(TEMPERATURE)).isEqualTo(numbers(1, 9));
    }

    @Test
    void goesOnAfterARestartWhereItStopped() {
        startConnected();
        node.measure("air/temperature", 1);
        settle();
        bridge.stop();
        node.measure("air/temperature", 2);
        broker.published.clear();
        startConnected();
        settle();

        assertThat(broker.values(TEMPERATURE)).containsExactly(2.0);
        assertThat(broker.closedWithin).containsExactly(Bridge.GOODBYE_MILLIS_MAX);
    }

    @Test
    void writesItsPlaceDownOnceAMinute() {
        startConnected();
        settle();
        for (int i = 0; i < 600; i++) {
            node.measure("air/temperature", i);
            timer.advanceMillis(1_000);
            broker.acknowledge();
        }

        assertThat(node.counters.saves().count()).isBetween(9L, 11L);
    }

    @Test
    void aCrashRepeatsAMinuteAtTheMost() {
        startConnected();
        settle();
        for (int i = 0; i < 200; i++) {
            node.measure("air/temperature", i);
            timer.advanceMillis(1_000);
            broker.acknowledge();
        }
        broker.published.clear();
        // No stop: the process is gone.
        timer.shutdownNow();
        timer = new ManualTimer(time);
        node.measure("air/temperature", 200);
        start();
        connect();
        settle();

        List<Double> again = broker.values(TEMPERATURE);
        assertThat(again).endsWith(199.0, 200.0);
        assertThat(again.size()).isLessThanOrEqualTo(62);
        assertThat(again).isSorted();
    }

    @Test
    void beginsAnewWhereItsFileIsDamaged() throws IOException {
        Files.writeString(file, "{\"logs\":[{");
        node.measure("air/temperature", 1);
        startConnected();
        settle();
        node.measure("air/temperature", 2);
        settle();

        assertThat(broker.values(TEMPERATURE)).containsExactly(2.0);
    }

    @Test
    void followsAPeersLogAsFarAsNothingOfItIsMissing() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        node.begin(FakeNode.SHED, FakeNode.SHED_LOG);
        startConnected();
        settle();
        node.arrive(FakeNode.SHED_LOG, 1, "air/temperature", 1, "Cel", true);
        node.arrive(FakeNode.SHED_LOG, 3, "air/temperature", 3, "Cel", false);
        settle();
        assertThat(broker.values("pipit/shed")).containsExactly(1.0);

        node.arrive(FakeNode.SHED_LOG, 2, "air/temperature", 2, "Cel", true);
        settle();
        assertThat(broker.values("pipit/shed")).containsExactly(1.0, 2.0, 3.0);
    }

    @Test
    void aPeersNewLogIsPublishedFromItsStart() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        node.begin(FakeNode.SHED, FakeNode.SHED_LOG);
        startConnected();
        settle();
        node.arrive(FakeNode.SHED_LOG, 0, "air/temperature", 1, "Cel");
        settle();
        LogId other = new LogId(0x33);
        node.begin(FakeNode.SHED, other);
        node.arrive(other, 0, "air/temperature", 2, "Cel");
        node.arrive(other, 0, "air/temperature", 3, "Cel");
        settle();

        assertThat(broker.values("pipit/shed")).containsExactly(1.0, 2.0, 3.0);
    }

    @Test
    void publishesWhatThePatternsSayAlone() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        node.begin(FakeNode.SHED, FakeNode.SHED_LOG);
        start(settings(List.of("air/*", "shed/*/humidity"), false, List.of()));
        connect();
        settle();
        node.measure("air/temperature", 1);
        node.measure("host/load", 2);
        node.arrive(FakeNode.SHED_LOG, 0, "air/temperature", 3, "Cel");
        node.arrive(FakeNode.SHED_LOG, 0, "air/humidity", 4, "%RH");
        settle();

        assertThat(broker.values("pipit/")).containsExactlyInAnyOrder(1.0, 4.0);
        assertThat(bridge.waiting()).isZero();
    }

    @Test
    void aPeerThatIsRevokedIsNotPublishedAnyMore() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        node.begin(FakeNode.SHED, FakeNode.SHED_LOG);
        startConnected();
        settle();
        node.peers.clear();
        node.arrive(FakeNode.SHED_LOG, 0, "air/temperature", 3, "Cel");
        node.measure("air/temperature", 1);
        settle();

        assertThat(broker.values("pipit/")).containsExactly(1.0);
        assertThat(broker.values("pipit/shed/air")).isEmpty();
    }

    @Test
    void triesAgainForEverAndEverMoreRarely() {
        start();
        int tries = 0;
        for (int i = 0; i < 600; i++) {
            if (broker.logins.size() > tries) {
                tries = broker.logins.size();
                broker.lose();
            }
            timer.advanceMillis(1_000);
        }

        // Half of 1, 2, 4, 8, 16, 32 s, then of a minute; the clock looks once a second.
        assertThat(tries).isBetween(20, 30);
        assertThat(broker.logins.getLast().clean()).isTrue();
    }

    @Test
    void givesABrokerUpThatDoesNotAnswerTheConnection() {
        start();
        timer.advanceMillis(21_000);
        assertThat(broker.closedWithin).containsExactly(0L);
        assertThat(reason())
                .startsWith("the broker mqtts://broker.example:8883 doesn't answer: is it over");
        timer.advanceMillis(2_000);

        assertThat(broker.logins).hasSize(2);
    }

    @Test
    void givesABrokerUpThatAcknowledgesNothing() {
        startConnected();
        settle();
        node.measure("air/temperature", 1);
        timer.advanceMillis(29_000);
        assertThat(broker.closedWithin).isEmpty();
        timer.advanceMillis(4_000);

        assertThat(broker.closedWithin).containsExactly(0L);
        assertThat(broker.logins).hasSize(2);
    }

    @Test
    void waitsWhileFormerConnectionsDoNotEnd() {
        broker.crowded = true;
        start();
        assertThat(broker.logins).isEmpty();
        assertThat(reason()).contains("keeps former connections waiting");
        broker.crowded = false;
        timer.advanceMillis(61_000);

        assertThat(broker.logins).hasSize(1);
    }

    @Test
    void saysWhatTheBrokerRefuses() {
        start();
        Reason refused = new Reason(0x87);
        broker.listener.lost(
                new Trouble(
                        "refused the connection (" + refused + ")",
                        "check username and password in [mqtt]",
                        Optional.of(refused)));
        timer.advanceMillis(0);

        assertThat(reason())
                .isEqualTo(
                        "the broker mqtts://broker.example:8883 refused the connection (not"
                                + " authorised): check username and password in [mqtt]");
    }

    @Test
    void comesBackToItsSessionSoonAndBeginsAnotherLater() {
        startConnected();
        broker.lose();
        timer.advanceMillis(2_000);
        connect();
        broker.lose();
        timer.advanceMillis(0);
        broker.crowded = true;
        timer.advanceMillis(61_000);
        broker.crowded = false;
        timer.advanceMillis(61_000);

        assertThat(broker.logins.stream().map(login -> login.clean()))
                .containsExactly(true, false, true);
    }

    @Test
    void doesWithoutWhatTheBrokerDoesNotTakeInAWill() {
        start();
        broker.listener.lost(new Trouble("", "", Optional.of(new Reason(0x9A))));
        timer.advanceMillis(2_000);
        broker.listener.lost(new Trouble("", "", Optional.of(new Reason(0x9B))));
        timer.advanceMillis(3_000);

        assertThat(broker.logins.stream().map(login -> login.will().retained()))
                .containsExactly(true, false, false);
        assertThat(broker.logins.stream().map(login -> login.willAcknowledged()))
                .containsExactly(true, true, false);
    }

    @Test
    void aReadingThatIsRefusedIsGivenUpOnceALaterOneIsTaken() {
        startConnected();
        settle();
        node.measure("air/temperature", 1);
        node.measure("secret/value", 2);
        node.measure("air/temperature", 3);
        timer.advanceMillis(Bridge.LOOK_MILLIS);
        broker.refuse("pipit/greenhouse/secret/value", 0x87);
        timer.advanceMillis(0);

        assertThat(node.counters.refused().count()).isEqualTo(1);
        assertThat(reason())
                .contains("refuses messages on pipit/greenhouse/secret/value (not authorised)");
        assertThat(bridge.waiting()).isZero();
        restart();
        settle();
        assertThat(broker.values("pipit/")).isEmpty();
    }

    @Test
    void whereAllIsRefusedNothingIsGivenUp() {
        startConnected();
        settle();
        IntStream.rangeClosed(1, 100).forEach(i -> node.measure("air/temperature", i));
        timer.advanceMillis(Bridge.LOOK_MILLIS);
        broker.answer(new Reason(0x87));
        timer.advanceMillis(0);
        assertThat(broker.waiting).isEmpty();
        broker.published.clear();
        timer.advanceMillis(3_000);
        assertThat(broker.waiting).hasSize(Publishing.IN_FLIGHT_MAX);
        settle();

        assertThat(broker.values(TEMPERATURE)).isEqualTo(numbers(1, 100));
        assertThat(node.counters.refused().count()).isZero();
    }

    @Test
    void aQuotaThatIsExceededPasses() {
        startConnected();
        settle();
        node.measure("air/temperature", 1);
        node.measure("air/temperature", 2);
        timer.advanceMillis(Bridge.LOOK_MILLIS);
        long first = broker.waiting.keySet().iterator().next();
        broker.listener.acknowledged(first, new Reason(0x97));
        timer.advanceMillis(0);
        broker.published.clear();
        timer.advanceMillis(3_000);
        settle();

        assertThat(broker.values(TEMPERATURE)).containsExactly(1.0, 2.0);
    }

    @Test
    void whatIsTooLargeForTheBrokerHoldsNothingUp() {
        start();
        broker.listener.connected(new Limits(10, 190, true, true));
        timer.advanceMillis(0);
        settle();
        node.measure("air/a-quantity-that-has-a-long-name", 1);
        node.measure("a/b", 2);
        settle();

        assertThat(broker.values("pipit/")).containsExactly(2.0);
        assertThat(reason()).contains("packet too large");
        assertThat(bridge.waiting()).isZero();
    }

    @Test
    void goesOnWhenTheStoreCanBeReadAgain() {
        startConnected();
        settle();
        node.storeFails = true;
        node.measure("air/temperature", 1);
        timer.advanceMillis(3_000);
        assertThat(broker.values(TEMPERATURE)).isEmpty();
        node.storeFails = false;
        timer.advanceMillis(1_000);

        assertThat(broker.values(TEMPERATURE)).containsExactly(1.0);
    }

    @Test
    void saysThatItIsThereAndLeavesAWill() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        startConnected();
        settle();

        assertThat(FakeBroker.text(broker.last("pipit/greenhouse/status"))).isEqualTo("online");
        assertThat(broker.last("pipit/greenhouse/status").retained()).isTrue();
        assertThat(FakeBroker.text(broker.logins.getFirst().will())).isEqualTo("offline");
        assertThat(broker.logins.getFirst().will().topic()).isEqualTo("pipit/greenhouse/status");
        assertThat(FakeBroker.text(broker.last("pipit/shed/status"))).isEqualTo("online");

        node.shedLive = false;
        timer.advanceMillis(6_000);
        settle();
        assertThat(FakeBroker.text(broker.last("pipit/shed/status"))).isEqualTo("offline");
    }

    @Test
    void doesNotDisturbTheStoreWhereNothingIsNew() {
        startConnected();
        settle();
        int before = node.queries;
        timer.advanceMillis(600_000);

        assertThat(node.queries).isEqualTo(before);
    }

    private void arrive(String topic, String payload, boolean retained) {
        broker.listener.arrived(
                new Message(topic, payload.getBytes(StandardCharsets.UTF_8), retained));
        timer.advanceMillis(0);
    }

    @Test
    void setsActuatorsThatItMay() {
        node.actuators.add(FAN);
        start(settings(List.of("**"), false, List.of("fan", "shed/*")));
        connect();
        assertThat(broker.subscribed).containsExactly("pipit/+/+/set");
        arrive("pipit/greenhouse/fan/set", "1", false);
        arrive("pipit/greenhouse/fan/set", "OFF", false);
        arrive("pipit/shed/valve/set", "{\"value\": 40.5, \"for\": \"30s\"}", false);

        assertThat(node.writes)
                .extracting(write -> write.node() + " " + write.actuator() + " " + write.value())
                .containsExactly("null fan 1.0", "null fan 0.0", "shed valve 40.5");
        assertThat(node.writes)
                .extracting(write -> write.lease())
                .containsExactly(
                        Duration.ofMinutes(10), Duration.ofMinutes(10), Duration.ofSeconds(30));
        assertThat(node.counters.commands().count()).isEqualTo(3);
    }

    @Test
    void refusesCommandsThatAreKeptForbiddenOrNonsense() {
        start(settings(List.of("**"), false, List.of("fan")));
        connect();
        arrive("pipit/greenhouse/fan/set", "1", true);
        arrive("pipit/greenhouse/heater/set", "1", false);
        arrive("pipit/shed/fan/set", "1", false);
        for (String payload :
                List.of("", "hot", "[1]", "{\"value\":\"1\"}", "{\"value\":1,\"for\":\"soon\"}")) {
            arrive("pipit/greenhouse/fan/set", payload, false);
        }
        assertThat(node.writes).isEmpty();

        node.outcome = new Outcome.Refused("it is out of range");
        arrive("pipit/greenhouse/fan/set", "1", false);
        assertThat(node.counters.commands().count()).isZero();
        assertThat(node.counters.commandsRefused().count()).isEqualTo(9);
    }

    @Test
    void takesNoCommandsWhereNoneAreAllowed() {
        startConnected();
        arrive("pipit/greenhouse/fan/set", "1", false);

        assertThat(broker.subscribed).isEmpty();
        assertThat(node.writes).isEmpty();
    }

    private static String config(io.pipit.model.NodeId id) {
        return "homeassistant/device/pipit_" + id.toString().toLowerCase(Locale.ROOT) + "/config";
    }

    private void startWithHomeAssistant(String... series) {
        start(settings(List.of(series), true, List.of("**")));
        connect();
        settle();
        timer.advanceMillis(4_000);
        settle();
    }

    @Test
    void tellsHomeAssistantWhatThereIs() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        node.begin(FakeNode.SHED, FakeNode.SHED_LOG);
        node.measure("air/temperature", 1);
        node.measure("gone/temperature", 1);
        node.arrive(FakeNode.SHED_LOG, 0, "air/humidity", 4, "%RH");
        node.actuators.add(FAN);
        node.actuators.add(SHED_VALVE);
        startWithHomeAssistant("**");

        assertThat(broker.subscribed).contains("homeassistant/status", "pipit/+/+/set");
        Document own = FakeBroker.json(broker.last(config(FakeNode.SELF)));
        assertThat(own.get("cmps").fields().keySet())
                .containsExactlyInAnyOrder("air_temperature", "fan_on");
        assertThat(own.get("availability").items())
                .extracting(one -> one.get("topic").text(""))
                .containsExactly("pipit/greenhouse/status");
        Document shed = FakeBroker.json(broker.last(config(FakeNode.SHED)));
        assertThat(shed.get("cmps").fields().keySet())
                .containsExactlyInAnyOrder("air_humidity", "valve_opening");
        assertThat(shed.get("availability").items())
                .extracting(one -> one.get("topic").text(""))
                .containsExactly("pipit/greenhouse/status", "pipit/shed/status");
        assertThat(broker.last(config(FakeNode.SHED)).retained()).isTrue();
    }

    private long told(io.pipit.model.NodeId id) {
        return broker.published.stream()
                .filter(message -> message.topic().equals(config(id)))
                .count();
    }

    @Test
    void tellsHomeAssistantAgainWhenItStartsAndWhenSeriesAppear() {
        node.measure("air/temperature", 1);
        startWithHomeAssistant("**");
        long before = told(FakeNode.SELF);
        node.measure("air/temperature", 2);
        settle();
        timer.advanceMillis(4_000);
        settle();
        assertThat(told(FakeNode.SELF)).isEqualTo(before);

        arrive("homeassistant/status", "online", false);
        timer.advanceMillis(4_000);
        settle();
        assertThat(told(FakeNode.SELF)).isEqualTo(before + 1);

        node.measure("air/pressure", 100_000);
        settle();
        timer.advanceMillis(4_000);
        settle();
        assertThat(told(FakeNode.SELF)).isEqualTo(before + 2);
        assertThat(FakeBroker.json(broker.last(config(FakeNode.SELF))).get("cmps").fields())
                .containsKey("air_pressure");
    }

    @Test
    void takesARevokedPeerOffHomeAssistant() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        node.begin(FakeNode.SHED, FakeNode.SHED_LOG);
        node.arrive(FakeNode.SHED_LOG, 0, "air/humidity", 4, "%RH");
        startWithHomeAssistant("**");
        node.peers.clear();
        timer.advanceMillis(9_000);
        settle();

        assertThat(broker.last(config(FakeNode.SHED)).payload()).isEmpty();
        assertThat(broker.last(config(FakeNode.SHED)).retained()).isTrue();
        assertThat(broker.last("pipit/shed/status").payload()).isEmpty();
    }

    @Test
    void takesAllOffHomeAssistantWhereItIsSwitchedOff() throws IOException {
        node.measure("air/temperature", 1);
        startWithHomeAssistant("**");
        bridge.stop();
        assertThat(Files.readString(file)).contains("air_temperature");
        start(settings(List.of("**"), false, List.of()));
        connect();
        settle();
        timer.advanceMillis(4_000);
        settle();
        bridge.stop();

        assertThat(broker.last(config(FakeNode.SELF)).payload()).isEmpty();
        assertThat(Files.readString(file)).doesNotContain("air_temperature");
    }

    @Test
    void saysWhatIsGoneFromANode() {
        node.measure("air/temperature", 1);
        node.measure("air/humidity", 1);
        startWithHomeAssistant("**");
        bridge.stop();
        startWithHomeAssistant("air/temperature");

        Document gone =
                FakeBroker.json(broker.last(config(FakeNode.SELF))).get("cmps").get("air_humidity");
        assertThat(gone.toString()).isEqualTo("{\"p\":\"sensor\"}");
    }

    @Test
    void withdrawsWhenTheBridgeIsTakenOut() {
        node.measure("air/temperature", 1);
        startWithHomeAssistant("**");
        CompletableFuture<Void> done = new CompletableFuture<>();
        timer.execute(() -> bridge.withdraw(done));
        timer.advanceMillis(10);
        assertThat(done).isNotDone();
        broker.acknowledge();
        timer.advanceMillis(1_000);

        assertThat(done).isCompleted();
        assertThat(broker.last(config(FakeNode.SELF)).payload()).isEmpty();
    }

    @Test
    void triesTheBrokerForWhoAsks() {
        startConnected();
        settle();
        CompletableFuture<Long> well = new CompletableFuture<>();
        bridge.examine(well);
        timer.advanceMillis(3);
        broker.acknowledge();
        timer.advanceMillis(0);
        assertThat(well).isCompletedWithValue(3_000_000L);

        broker.lose();
        timer.advanceMillis(0);
        CompletableFuture<Long> badly = new CompletableFuture<>();
        bridge.examine(badly);
        broker.lose();
        timer.advanceMillis(0);
        assertThat(badly).isCompletedExceptionally();
    }

    @Test
    void aMistakeCostsTheConnectionAlone() {
        startConnected();
        settle();
        node.inboxFull = true;
        timer.advanceMillis(10_000);
        node.inboxFull = false;
        node.measure("air/temperature", 1);
        broker.listener.connected(null);
        timer.advanceMillis(3_000);
        assertThat(Stream.of(broker.logins.size())).allMatch(tries -> tries >= 2);
        connect();
        settle();

        assertThat(broker.values(TEMPERATURE)).containsExactly(1.0);
    }

    @Test
    void neverWaitsForEver() {
        start();
        connect();
        bridge.stop();

        assertThat(status()).isEqualTo(Status.OFF);
        assertThat(broker.closedWithin).containsExactly(Bridge.GOODBYE_MILLIS_MAX);
    }
}
