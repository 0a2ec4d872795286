package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTimer;
import io.pipit.model.LogId;
import io.pipit.monitor.Health.Status;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.mqtt.broker.Reason;
import io.pipit.wire.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the bridge publishes, in which order, and where it goes on. */
class BridgeReadingsTest extends BridgeBench {
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
        measure(2, 2_000);
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
        measure(1, 3);
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
        measure(1, 1_000);
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
        measure(1, 9);
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
        measure(1, 100);
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

    private void measure(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> node.measure("air/temperature", i));
    }

    @Test
    void countsAndSaysWhatTheStoreGaveUpBeforeItWasPublished() {
        startConnected();
        measure(1, 10);
        settle();
        broker.lose();
        timer.advanceMillis(0);
        measure(11, 100);
        timer.advanceMillis(6_000);
        assertThat(node.counters.gone().count()).isZero();
        node.trim(FakeNode.OWN_LOG, 31);
        timer.advanceMillis(6_000);
        assertThat(node.counters.gone().count()).isEqualTo(20);
        node.trim(FakeNode.OWN_LOG, 51);
        timer.advanceMillis(6_000);

        assertThat(node.counters.gone().count()).isEqualTo(40);
        assertThat(bridge.waiting()).isEqualTo(50);
        String says = "readings were given up by the store before the broker had them";
        assertThat(reason()).contains(says);
        assertThat(logged.stream().filter(line -> line.contains(says))).hasSize(1);

        connect();
        settle();
        assertThat(broker.values(TEMPERATURE))
                .isEqualTo(
                        Stream.concat(numbers(1, 10).stream(), numbers(51, 100).stream()).toList());
        restart();
        settle();
        assertThat(node.counters.gone().count()).isEqualTo(40);
        assertThat(broker.values(TEMPERATURE)).isEmpty();
    }

    @Test
    void whatWasGivenUpIsSaidForTenMinutesAndAgainTheNextTime() {
        startConnected();
        for (int i = 0; i < 2; i++) {
            broker.lose();
            timer.advanceMillis(0);
            long last = node.measure("air/temperature", 1);
            node.trim(FakeNode.OWN_LOG, last + 1);
            timer.advanceMillis(90_000);
            connect();
            settle();
            assertThat(reason()).contains("given up by the store");
            timer.advanceMillis(610_000);
            settle();
            assertThat(reason()).isEmpty();
        }

        assertThat(logged.stream().filter(line -> line.contains("given up by the store")))
                .hasSize(2);
    }

    @Test
    void whatTheStoreGivesUpBehindWhatIsInMemoryIsCountedOnceThatIsPublished() {
        startConnected();
        settle();
        measure(1, 300);
        timer.advanceMillis(Bridge.LOOK_MILLIS);
        node.trim(FakeNode.OWN_LOG, 290);
        settle();

        assertThat(broker.values(TEMPERATURE))
                .isEqualTo(
                        Stream.concat(numbers(1, 256).stream(), numbers(290, 300).stream())
                                .toList());
        assertThat(node.counters.gone().count()).isEqualTo(33);
    }

    @Test
    void whatHasToBeReadAgainAndIsGivenUpByThenIsCountedOnce() {
        startConnected();
        settle();
        measure(1, 300);
        timer.advanceMillis(Bridge.LOOK_MILLIS);
        node.trim(FakeNode.OWN_LOG, 290);
        timer.advanceMillis(6_000);
        broker.lose();
        broker.published.clear();
        timer.advanceMillis(6_000);
        connect();
        settle();

        assertThat(broker.values(TEMPERATURE)).isEqualTo(numbers(290, 300));
        assertThat(node.counters.gone().count()).isEqualTo(289);
    }

    @Test
    void whatTheStoreGivesUpWhileItIsReadIsCounted() {
        startConnected();
        settle();
        measure(1, 20);
        node.onRead = () -> node.trim(FakeNode.OWN_LOG, 11);
        settle();

        assertThat(broker.values(TEMPERATURE)).isEqualTo(numbers(11, 20));
        assertThat(node.counters.gone().count()).isEqualTo(10);
    }

    @Test
    void whatTheStoreGivesUpAfterItWasPublishedIsNotCounted() {
        startConnected();
        measure(1, 20);
        settle();
        node.trim(FakeNode.OWN_LOG, 21);
        timer.advanceMillis(6_000);
        broker.lose();
        timer.advanceMillis(10_000);
        connect();
        measure(21, 22);
        settle();

        assertThat(broker.values(TEMPERATURE)).isEqualTo(numbers(1, 22));
        assertThat(node.counters.gone().count()).isZero();
    }

    @Test
    void doesNotDisturbTheStoreWhereNothingIsNew() {
        startConnected();
        settle();
        int before = node.queries;
        timer.advanceMillis(600_000);

        assertThat(node.queries).isEqualTo(before);
    }
}
