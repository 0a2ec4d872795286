package io.pipit.node.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.identity.Identity;
import io.pipit.identity.Statements;
import io.pipit.identity.TrustStore;
import io.pipit.identity.statement.Statement;
import io.pipit.model.NodeId;
import io.pipit.monitor.Metrics;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandingTest {
    private static final NodeId SHED = id(1);
    private static final NodeId BARN = id(2);

    private record Sent(String way, NodeId peer, byte[] payload, IntConsumer outcome) {}

    @TempDir private Path data;
    private final ManualTime time = new ManualTime();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Deque<Sent> sent = new ArrayDeque<>();
    private final List<String> log = new ArrayList<>();
    private Identity self;
    private TrustStore trust;
    private Handing handing;

    /** Runs what it is given when the test says so. */
    private final class Steps extends ScheduledThreadPoolExecutor {
        Steps() {
            super(0, task -> null);
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }
    }

    private static NodeId id(int which) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) which;
        return NodeId.ofBytes(bytes);
    }

    @BeforeEach
    void make() throws Exception {
        self = Identity.loadOrCreate(data);
        trust = TrustStore.open(data, self.id(), "house", List.of());
        handing =
                new Handing(
                        0xabcL,
                        trust::statements,
                        List.of(
                                (peer, query, payload, outcome) -> {
                                    log.add("udp " + query);
                                    sent.add(new Sent("udp", peer, payload, outcome));
                                },
                                (peer, query, payload, outcome) ->
                                        sent.add(new Sent("tcp", peer, payload, outcome))),
                        new Steps(),
                        time,
                        new Metrics());
    }

    private void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private Sent answered(int code) {
        Sent one = sent.remove();
        one.outcome.accept(code);
        settle();
        return one;
    }

    private void look() {
        handing.know(Set.of(SHED));
        settle();
    }

    @Test
    void handsEachStatementToEachPeerOnce() throws Exception {
        trust.revoke(id(8), self, 1);
        trust.revoke(id(9), self, 1);
        handing.know(Set.of(SHED, BARN));
        settle();

        List<Statement> first = new ArrayList<>();
        while (!sent.isEmpty()) {
            first.add(Statement.parse(answered(204).payload()));
        }

        assertThat(first).hasSize(4);
        assertThat(first.stream().map(Statement::subject))
                .containsExactlyInAnyOrder(id(8), id(9), id(8), id(9));
        assertThat(handing.isDone()).isTrue();
        assertThat(log.getFirst()).isEqualTo("udp instance=0000000000000abc");
        time.advanceSeconds(5);
        look();
        assertThat(sent).isEmpty();
    }

    @Test
    void triesTheOtherWayAndThenWaitsLongerAndLonger() throws Exception {
        trust.revoke(id(9), self, 1);
        look();
        assertThat(answered(0).way()).isEqualTo("udp");
        assertThat(answered(0).way()).isEqualTo("tcp");
        assertThat(sent).isEmpty();
        assertThat(handing.isDone()).isFalse();

        time.advanceSeconds(Handing.AGAIN_S - 1);
        look();
        assertThat(sent).isEmpty();
        time.advanceSeconds(1);
        look();
        answered(0);
        answered(0);
        time.advanceSeconds(Handing.AGAIN_S);
        look();
        assertThat(sent).isEmpty();

        handing.reachable(SHED);
        settle();
        answered(204);
        assertThat(handing.isDone()).isTrue();
    }

    @Test
    void whoRefusesAStatementIsNotAskedAgainAndWhoIsBusyIs() throws Exception {
        trust.revoke(id(8), self, 1);
        look();
        answered(503);
        assertThat(handing.isDone()).isFalse();
        time.advanceSeconds(Handing.AGAIN_S);
        look();
        answered(403);

        assertThat(handing.isDone()).isTrue();
    }

    @Test
    void whatIsSaidLaterFollows() throws Exception {
        look();
        assertThat(answered(204).payload()).isEmpty();
        trust.revoke(id(9), self, 1);

        look();

        assertThat(Statement.parse(answered(204).payload()).subject()).isEqualTo(id(9));
        assertThat(trust.statements().list())
                .hasSize(1)
                .first()
                .isInstanceOf(Statements.Kept.class);
    }

    @Test
    void saysFromTimeToTimeThatItIsThere() {
        look();
        answered(204);
        time.advanceSeconds(Handing.ANNOUNCE_EVERY_S - 1);
        look();
        assertThat(sent).isEmpty();
        time.advanceSeconds(1);
        look();

        assertThat(sent.remove().payload()).isEmpty();
    }

    @Test
    void saysSoonAgainThatItIsThereToWhomHeardAnotherWithItsKey() {
        look();
        answered(201);
        time.advanceSeconds(Handing.ANNOUNCE_SOON_S);
        look();

        assertThat(answered(204).payload()).isEmpty();
        time.advanceSeconds(Handing.ANNOUNCE_SOON_S);
        look();
        assertThat(sent).isEmpty();
    }
}
