package io.pipit.node.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClonesTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);

    private final ManualTime time = new ManualTime();
    private final Health health = new Health();
    private final Clones clones = new Clones(health, time, new Metrics());

    private void met(long instance, String where) {
        time.advanceSeconds(60);
        clones.met(SHED, "shed", instance, where);
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
