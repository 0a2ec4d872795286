package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.wire.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What Home Assistant hears of nodes by the bridge. */
class BridgeHomeAssistantTest extends BridgeBench {
    private static final Actuator SHED_VALVE =
            new Actuator("shed", "valve", "opening", "%", 0, 100, false, 0);

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

    private long told(io.pipit.model.NodeId id) {
        return broker.published.stream()
                .filter(message -> message.topic().equals(config(id)))
                .count();
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
    void saysWhoIsThereOnceHomeAssistantHasSubscribedWhereTheBrokerDoesNotKeepIt() {
        node.measure("air/temperature", 1);
        start(settings(List.of("**"), true, List.of()));
        broker.listener.connected(new Limits(1_000, 256 * 1024, true, false));
        timer.advanceMillis(0);
        settle();
        timer.advanceMillis(4_000);
        settle();
        broker.published.clear();
        arrive("homeassistant/status", "online", false);
        timer.advanceMillis(4_000);
        settle();
        timer.advanceMillis(6_000);
        settle();

        assertThat(broker.published.stream().map(Message::topic))
                .containsSubsequence(config(FakeNode.SELF), "pipit/greenhouse/status");
    }

    private Document shedsTemperature() {
        return FakeBroker.json(broker.last(config(FakeNode.SHED)))
                .get("cmps")
                .get("air_temperature");
    }

    private void shedMeasures(int from, int to, int everySeconds) {
        for (int i = from; i <= to; i++) {
            // A place is a second there.
            node.arrive(FakeNode.SHED_LOG, (long) i * everySeconds, "air/temperature", i, "Cel");
        }
    }

    @Test
    void aPeersSeriesExpiresOnceItsRhythmIsKnownAndAfterARestart() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        node.begin(FakeNode.SHED, FakeNode.SHED_LOG);
        startWithHomeAssistant("**");
        shedMeasures(1, 100, 10);
        settle();
        timer.advanceMillis(4_000);
        settle();
        assertThat(shedsTemperature().get("p").text("")).isEqualTo("sensor");
        assertThat(shedsTemperature().get("expire_after").isPresent()).isFalse();

        shedMeasures(101, 400, 10);
        settle();
        timer.advanceMillis(4_000);
        settle();
        assertThat(shedsTemperature().get("expire_after").whole(0)).isEqualTo(360);
        long told = told(FakeNode.SHED);
        shedMeasures(401, 800, 10);
        settle();
        timer.advanceMillis(4_000);
        settle();
        assertThat(told(FakeNode.SHED)).isEqualTo(told);

        bridge.stop();
        timer.advanceMillis(0);
        broker.published.clear();
        startWithHomeAssistant("**");
        assertThat(shedsTemperature().get("expire_after").whole(0)).isEqualTo(360);
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
}
