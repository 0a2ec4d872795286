package io.pipit.core.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.BulkEvent.Outcome;
import io.pipit.port.bulk.BulkLinks;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.Outgoing;
import io.pipit.port.bulk.Pace;
import io.pipit.port.bulk.TransferStatus;
import io.pipit.port.bulk.TransferStatus.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransfersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final NodeId SHED = id(1);
    private static final NodeId CELLAR = id(2);

    private final List<Long> pushed = new ArrayList<>();
    private final List<NodeId> to = new ArrayList<>();
    private final List<Long> stopped = new ArrayList<>();
    private final List<Long> removed = new ArrayList<>();
    private final Health health = new Health();
    private final ManualTime clock = new ManualTime();
    private final Transfers transfers =
            new Transfers(
                    new BulkLinks() {
                        @Override
                        public void push(Push push) {
                            pushed.add(push.file().number());
                            to.add(push.file().peer());
                        }

                        @Override
                        public void stop(long number) {
                            stopped.add(number);
                        }
                    },
                    removed::add,
                    new Pace(Pace.UNLIMITED),
                    () -> Long.MAX_VALUE,
                    clock,
                    health,
                    new Metrics());

    /** Only its encoding matters. */
    private record Key(byte value) implements java.security.PublicKey {
        private static final long serialVersionUID = 1;

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[] {value};
        }
    }

    private static NodeId id(int value) {
        return NodeId.of(new Key((byte) value));
    }

    @BeforeEach
    void knowThem() {
        known(SHED, CELLAR);
    }

    private void known(NodeId... peers) {
        happens(
                new Event.PeersKnown(
                        Arrays.stream(peers)
                                .map(peer -> new Peer(peer, Peer.nameFor(peer), null, Set.of()))
                                .toList()));
    }

    private void happens(Event... events) {
        for (Event event : events) {
            transfers.handle(event);
        }
        transfers.tick();
    }

    private void spool(long number, NodeId peer) {
        happens(
                new Event.Bulk(
                        new BulkEvent.Spooled(
                                new Outgoing(
                                        number,
                                        peer,
                                        new FileName(List.of("f" + number)),
                                        10_000,
                                        "0".repeat(64),
                                        Path.of("/spool/" + number)))));
    }

    private void ends(long number, Outcome outcome, String reason) {
        happens(new Event.Bulk(new BulkEvent.PushEnded(number, outcome, reason)));
    }

    private void progress(long number, long bytes) {
        happens(new Event.Bulk(new BulkEvent.Progress(number, bytes)));
    }

    private boolean cancel(long number) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        happens(new Event.Bulk(new BulkEvent.Cancelled(number, answer)));
        return answer.resultNow();
    }

    private TransferStatus status(long number) {
        CompletableFuture<List<TransferStatus>> answer = new CompletableFuture<>();
        happens(new Event.Bulk(new BulkEvent.Asked(answer)));
        return answer.resultNow().stream()
                .filter(status -> status.file().number() == number)
                .findFirst()
                .orElseThrow();
    }

    private void passes(long nanos) {
        long end = clock.monotonicNanos() + nanos;
        while (transfers.nextDeadlineNanos() <= end) {
            clock.advanceTo(transfers.nextDeadlineNanos());
            transfers.tick();
        }
        clock.advanceTo(end);
        transfers.tick();
    }

    @Test
    void sendsOneAfterTheOtherToEachPeerInTheirOrder() {
        spool(1, SHED);
        spool(2, SHED);
        spool(3, CELLAR);
        assertThat(pushed).containsExactly(1L, 3L);

        ends(1, Outcome.DELIVERED, "");
        assertThat(pushed).containsExactly(1L, 3L, 2L);
        assertThat(removed).containsExactly(1L);
        assertThat(status(1).state()).isEqualTo(State.DELIVERED);
        assertThat(status(1).bytes()).isEqualTo(10_000);
    }

    @Test
    void removesNothingFromTheQueueBeforeThePeerHasIt() {
        spool(1, SHED);
        progress(1, 10_000);
        assertThat(removed).isEmpty();
        ends(1, Outcome.BROKEN, "the connection broke");
        assertThat(removed).isEmpty();
        assertThat(status(1).reason()).isEqualTo("the connection broke");
    }

    @Test
    void triesAgainForEverEachTimeALittleLater() {
        spool(1, SHED);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ends(1, Outcome.BROKEN, "nobody answers");
            waits.add(transfers.nextDeadlineNanos() - clock.monotonicNanos());
            passes(30 * SECOND);
        }
        assertThat(pushed).hasSize(21);
        assertThat(waits).isSorted().allSatisfy(w -> assertThat(w).isBetween(1L, 30 * SECOND));
        assertThat(waits.getFirst()).isLessThan(SECOND);
    }

    @Test
    void goesOnAtOnceWhenThePeerIsBack() {
        spool(1, SHED);
        for (int i = 0; i < 8; i++) {
            ends(1, Outcome.BROKEN, "nobody answers");
            passes(30 * SECOND);
        }
        ends(1, Outcome.BROKEN, "nobody answers");
        int before = pushed.size();
        happens(new Event.PeerReachable(CELLAR, PeerLinks.Path.TCP));
        assertThat(pushed).hasSize(before);
        happens(new Event.PeerReachable(SHED, PeerLinks.Path.TCP));
        assertThat(pushed).hasSize(before + 1);
    }

    @Test
    void doesNotWakeUpForNothing() {
        assertThat(transfers.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        spool(1, SHED);
        assertThat(transfers.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void setsAsideWhatThePeerRefusesAndGoesOnWithTheNext() {
        spool(1, SHED);
        spool(2, SHED);
        ends(1, Outcome.REFUSED, "the quota is used up");

        assertThat(pushed).containsExactly(1L, 2L);
        assertThat(status(1).state()).isEqualTo(State.REFUSED);
        assertThat(health.parts().get(Health.Part.BULK).reason()).contains("refuses f1: the quota");
        ends(2, Outcome.DELIVERED, "");
        assertThat(pushed).hasSize(2);
        passes(Transfers.REFUSED_AGAIN_NANOS);
        assertThat(pushed).containsExactly(1L, 2L, 1L);
        ends(1, Outcome.DELIVERED, "");
        assertThat(health.parts().get(Health.Part.BULK).reason()).isEmpty();
        assertThat(removed).containsExactly(2L, 1L);
    }

    @Test
    void waitsWithWhatIsForAPeerThatItDoesNotKnow() {
        known(CELLAR);
        spool(1, SHED);
        assertThat(pushed).isEmpty();
        assertThat(status(1).reason()).contains("doesn't know that peer");
        known(SHED, CELLAR);
        assertThat(pushed).containsExactly(1L);
    }

    @Test
    void sendsToNoMoreThanSoManyPeersAtOnceAndToEachInTurn() {
        NodeId[] peers = new NodeId[6];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = id(10 + i);
        }
        known(peers);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < peers.length; i++) {
                spool(round * 6L + i + 1, peers[i]);
            }
        }
        assertThat(pushed).containsExactly(1L, 2L, 3L, 4L);
        ends(1, Outcome.DELIVERED, "");
        assertThat(pushed).endsWith(5L);
        ends(2, Outcome.DELIVERED, "");
        assertThat(pushed).endsWith(6L);
        ends(3, Outcome.DELIVERED, "");
        assertThat(pushed).endsWith(7L);
    }

    @Test
    void cancelsWhatWaitsAndWhatIsBeingSent() {
        spool(1, SHED);
        spool(2, SHED);
        assertThat(cancel(2)).isTrue();
        assertThat(removed).containsExactly(2L);
        assertThat(cancel(2)).isFalse();

        assertThat(cancel(1)).isTrue();
        assertThat(stopped).containsExactly(1L);
        assertThat(removed).as("it may be read still").containsExactly(2L);
        ends(1, Outcome.BROKEN, "stopped");
        assertThat(removed).containsExactly(2L, 1L);
        assertThat(status(1).state()).isEqualTo(State.CANCELLED);
        passes(60 * SECOND);
        assertThat(pushed).containsExactly(1L);
    }

    @Test
    void saysHowFastItGoesAndHowLongItTakes() {
        spool(1, SHED);
        assertThat(status(1).secondsLeft()).isNegative();
        progress(1, 4_000);
        clock.advanceNanos(SECOND);
        progress(1, 5_000);
        assertThat(status(1).bytesPerSecond()).as("without what was held").isEqualTo(1_000);
        assertThat(status(1).secondsLeft()).isEqualTo(5.0);
        ends(1, Outcome.BROKEN, "cut");
        assertThat(status(1).bytesPerSecond()).isZero();
        assertThat(status(1).bytes()).isEqualTo(5_000);
    }

    @Test
    void ignoresWhatIsOfThePast() {
        spool(1, SHED);
        ends(7, Outcome.DELIVERED, "");
        ends(1, Outcome.DELIVERED, "");
        ends(1, Outcome.DELIVERED, "");
        progress(1, 5);
        assertThat(removed).containsExactly(1L);
    }

    @Test
    void remembersOnlySoManyThatAreDone() {
        for (long i = 1; i <= Transfers.FINISHED_MAX + 5; i++) {
            spool(i, SHED);
            ends(i, Outcome.DELIVERED, "");
        }
        CompletableFuture<List<TransferStatus>> answer = new CompletableFuture<>();
        happens(new Event.Bulk(new BulkEvent.Asked(answer)));
        assertThat(answer.resultNow()).hasSize(Transfers.FINISHED_MAX);
    }

    @Test
    void whatWaitsForAPeerGoesToTheKeyThatItHasFromNowOn() {
        NodeId renewed = id(3);
        spool(1, SHED);
        spool(2, CELLAR);
        ends(1, Outcome.BROKEN, "away");
        pushed.clear();
        to.clear();

        happens(new Event.PeerRenamed(SHED, renewed));
        known(renewed, CELLAR);
        happens(new Event.PeerReachable(renewed, PeerLinks.Path.TCP));

        assertThat(to).containsExactly(renewed);
        ends(1, Outcome.DELIVERED, "");
        assertThat(removed).containsExactly(1L);

        // What was queued under the key before, and found only now, as after a start.
        spool(4, SHED);
        assertThat(to).containsExactly(renewed, renewed);
    }
}
