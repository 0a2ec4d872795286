package io.pipit.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.discovery.Trials.Trial;
import io.pipit.model.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class TrialsTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);

    private final Trials trials = new Trials();

    private static InetSocketAddress at(int last) {
        return new InetSocketAddress(InetAddress.ofLiteral("192.0.2." + last), 5684);
    }

    @Test
    void oneAfterTheOtherIsTried() {
        trials.claimed(SHED, at(1), 0);
        trials.claimed(SHED, at(2), 0);
        assertThat(trials.step(0, _ -> true)).containsExactly(new Trial(SHED, at(1)));
        assertThat(trials.step(1, _ -> true)).isEmpty();
        trials.over(new Trial(SHED, at(1)));
        assertThat(trials.step(2, _ -> true)).containsExactly(new Trial(SHED, at(2)));
    }

    @Test
    void aPlaceThatDoesNotAnswerHoldsUpNobody() {
        trials.claimed(SHED, at(1), 0);
        trials.claimed(SHED, at(2), 0);
        assertThat(trials.step(0, _ -> true)).hasSize(1);
        assertThat(trials.step(Trials.TURN_NANOS, _ -> true))
                .containsExactly(new Trial(SHED, at(2)));
    }

    @Test
    void whoIsReachedMeanwhileIsLeftAlone() {
        trials.claimed(SHED, at(1), 0);
        assertThat(trials.step(0, _ -> false)).isEmpty();
        assertThat(trials.step(1, _ -> true)).isEmpty();
    }

    @Test
    void theSamePlaceIsTriedOnceInAWhileHoweverOftenItIsClaimed() {
        int tried = 0;
        for (long milli = 0; milli < 60_000; milli++) {
            long now = milli * 1_000_000;
            trials.claimed(SHED, at(1), now);
            for (Trial trial : trials.step(now, _ -> true)) {
                tried++;
                trials.over(trial);
            }
        }
        assertThat(tried).isBetween(11, 13);
    }

    @Test
    void aFloodOfClaimsCostsFewHandshakesThatFail() {
        int tried = 0;
        for (long milli = 0; milli < 60_000; milli++) {
            long now = milli * 1_000_000;
            trials.claimed(SHED, at((int) (milli % 250)), now);
            // None of them ever answers, and each is given up after seven seconds.
            tried += trials.step(now, _ -> true).size();
        }
        assertThat(tried).isLessThanOrEqualTo(Trials.RUNNING_MAX);
    }
}
