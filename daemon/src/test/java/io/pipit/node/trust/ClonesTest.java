package io.pipit.node.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.host.ManualTimer;
import io.pipit.identity.Statements;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClonesTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);

    private static final Statements NOTHING_SAID =
            TrustStore.open(Path.of("/nonexistent"), SHED, "house", List.of()).statements();

    private final ManualTime time = new ManualTime();
    private final Health health = new Health();
    private final Clones clones = new Clones(health, time, new Metrics());

    private void met(long instance, String where) {
        time.advanceSeconds(60);
        boolean _ = clones.met(SHED, "shed", instance, where);
    }

    /** What a process says of itself to a peer that hears it at once, all of them on one timer. */
    private void begins(ManualTimer timer, long instance, Map<Long, Integer> said) {
        Handing handing =
                new Handing(
                        instance,
                        () -> NOTHING_SAID,
                        List.of((peer, query, payload, outcome) -> {
                            said.merge(instance, 1, Integer::sum);
                            boolean again =
                                    clones.met(SHED, "shed", instance, "10.0.0." + instance);
                            outcome.accept(again ? 201 : 204);
                        }),
                        timer,
                        time,
                        new Metrics());
        handing.know(Set.of(SHED));
        handing.start();
    }

    @Test
    void aCopyIsNoticedWellWithinAMinuteWheneverItBegins() {
        for (int second = 0; second < Handing.ANNOUNCE_EVERY_S; second++) {
            clones.know(Set.of());
            ManualTimer timer = new ManualTimer(time);
            begins(timer, 1, new HashMap<>());
            timer.advanceMillis(90_000 + second * 1_000L);

            begins(timer, 2, new HashMap<>());
            timer.advanceMillis(45_000);

            assertThat(clones.noticed()).as("begun in second %d", second).containsKey(SHED);
        }
    }

    @Test
    void aProcessThatIsAloneAfterARestartSaysSoForAMinuteAndThenAsBefore() {
        boolean _ = clones.met(SHED, "shed", 1, "10.0.0.1");
        Map<Long, Integer> said = new HashMap<>();
        ManualTimer timer = new ManualTimer(time);
        begins(timer, 2, said);

        timer.advanceMillis(60_000);
        assertThat(said.get(2L)).isBetween(8, 13);
        timer.advanceMillis(600_000);

        assertThat(said.get(2L)).isLessThan(13 + 31);
        assertThat(clones.noticed()).isEmpty();
    }

    @Test
    void twoProcessesThatSpeakByTurnsAreTwoNodes() {
        for (int turn = 0; turn < 3; turn++) {
            met(1, "10.0.0.5:5684");
            met(2, "10.0.0.9:5684");
        }

        assertThat(clones.noticed()).containsOnlyKeys(SHED);
        assertThat(health.parts().get(Health.Part.PEERS).reason())
                .contains("shed: two nodes have its key at once")
                .contains("10.0.0.5:5684 and 10.0.0.9:5684");
    }

    @Test
    void oneProcessThatMovesIsOneNode() {
        for (int turn = 0; turn < 20; turn++) {
            met(1, "10.0.0." + turn % 3 + ":5684");
        }

        assertThat(clones.noticed()).isEmpty();
    }

    @Test
    void aNodeThatStartsAgainAndAgainIsOneNode() {
        for (int start = 0; start < 100; start++) {
            met(start, "10.0.0.5:5684");
            met(start, "10.0.0.5:5684");
        }

        assertThat(clones.noticed()).isEmpty();
    }

    @Test
    void whatAProcessThatEndedLeftOnItsWaySetsNothingOff() {
        met(1, "10.0.0.5:5684");
        met(2, "10.0.0.5:5684");
        met(1, "10.0.0.5:5684");
        met(2, "10.0.0.5:5684");

        assertThat(clones.noticed()).isEmpty();
    }

    @Test
    void whatIsOverIsNotSaidAnyLonger() {
        for (int turn = 0; turn < 3; turn++) {
            met(1, "10.0.0.5:5684");
            met(2, "10.0.0.9:5684");
        }
        time.advanceNanos(Clones.HOLDS_NANOS + 1);

        clones.know(Set.of(SHED));

        assertThat(clones.noticed()).isEmpty();
        assertThat(health.parts().get(Health.Part.PEERS).reason()).isEmpty();
    }
}
