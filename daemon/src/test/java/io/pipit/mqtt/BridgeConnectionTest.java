package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.monitor.Health.Status;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Reason;
import io.pipit.mqtt.broker.Trouble;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How the bridge comes to a broker, and what it says of one that lacks something. */
class BridgeConnectionTest extends BridgeBench {
    private static final Limits NEITHER = new Limits(1_000, 256 * 1024, false, false);

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
    void asksAtOnceWithoutWhatTheBrokerRefusedInTheWill() {
        start();
        CompletableFuture<Long> asked = new CompletableFuture<>();
        bridge.examine(asked);
        broker.listener.lost(new Trouble("", "", Optional.of(new Reason(0x9B))));
        timer.advanceMillis(0);

        assertThat(broker.logins).hasSize(2);
        assertThat(reason()).startsWith("connecting to the broker");
        connect();
        broker.acknowledge();
        timer.advanceMillis(0);
        assertThat(asked).isCompleted();
    }

    @Test
    void wantsInTheNextWillWhatTheBrokerTakesByNow() {
        start();
        broker.listener.lost(new Trouble("", "", Optional.of(new Reason(0x9A))));
        timer.advanceMillis(0);
        connect();
        broker.lose();
        timer.advanceMillis(2_000);
        broker.listener.connected(NEITHER);
        timer.advanceMillis(0);
        broker.lose();
        timer.advanceMillis(4_000);

        assertThat(broker.logins.stream().map(login -> login.will().retained()))
                .containsExactly(true, false, true, false);
        assertThat(broker.logins.getLast().willAcknowledged()).isFalse();
    }

    @Test
    void saysOnceWhatTheBrokerLacks() {
        start();
        for (int i = 0; i < 3; i++) {
            broker.listener.connected(NEITHER);
            timer.advanceMillis(0);
            broker.lose();
            timer.advanceMillis(20_000);
        }
        broker.listener.connected(NEITHER);
        timer.advanceMillis(0);

        String says =
                "the broker mqtts://broker.example:8883 takes QoS 0 alone, so what is lost on the"
                        + " way is neither noticed nor published again: let it take QoS 1 (max_qos"
                        + " of mosquitto); it keeps no messages, so who subscribes later hears only"
                        + " within a minute who is there: let it keep them (retain_available of"
                        + " mosquitto)";
        assertThat(status()).isEqualTo(Status.DEGRADED);
        assertThat(reason()).isEqualTo(says);
        assertThat(bridge.lacking()).isEqualTo(says);
        assertThat(logged).containsOnlyOnce("mqtt-limits: " + says);

        broker.lose();
        timer.advanceMillis(20_000);
        connect();
        assertThat(status()).isEqualTo(Status.OK);
        assertThat(bridge.lacking()).isEmpty();
    }

    @Test
    void saysAgainWhoIsThereWhereTheBrokerDoesNotKeepIt() {
        node.peers.add(FakeNode.peer(FakeNode.SHED, "shed"));
        start();
        broker.listener.connected(new Limits(1_000, 256 * 1024, true, false));
        timer.advanceMillis(0);
        settle();
        node.shedLive = false;
        timer.advanceMillis(6_000);
        settle();
        broker.published.clear();
        for (int i = 0; i < 2; i++) {
            timer.advanceMillis(60_000);
            settle();
        }

        assertThat(broker.published)
                .extracting(message -> message.topic() + " " + FakeBroker.text(message))
                .containsExactly(
                        "pipit/greenhouse/status online",
                        "pipit/shed/status offline",
                        "pipit/greenhouse/status online",
                        "pipit/shed/status offline");
        broker.lose();
        timer.advanceMillis(2_000);
        connect();
        settle();
        broker.published.clear();
        timer.advanceMillis(200_000);
        assertThat(broker.published).isEmpty();
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
