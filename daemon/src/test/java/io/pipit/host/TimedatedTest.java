package io.pipit.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class TimedatedTest {
    private final ManualTime time = new ManualTime();
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean answer;
    private boolean isGone;
    private int asked;
    private final Timedated timedated =
            new Timedated(
                    () -> {
                        asked++;
                        if (isGone) {
                            throw new IllegalStateException("no bus");
                        }
                        return answer;
                    },
                    waiting::add);

    @Test
    void nobodyWaitsForItsAnswer() {
        answer = true;
        assertThat(says()).isFalse();
        assertThat(says()).isFalse();
        assertThat(waiting).hasSize(1);
        waiting.remove().run();
        assertThat(says()).isTrue();
    }

    @Test
    void isAskedAgainAfterAMinuteWhileItSaysNoAndLessOftenThen() {
        hears();
        time.advanceNanos(Timedated.NO_HOLDS_NANOS - 1);
        hears();
        assertThat(asked).isEqualTo(1);
        answer = true;
        time.advanceNanos(1);
        hears();
        assertThat(says()).isTrue();
        time.advanceNanos(Timedated.YES_HOLDS_NANOS - 1);
        hears();
        assertThat(asked).isEqualTo(2);
        answer = false;
        time.advanceNanos(1);
        hears();
        assertThat(says()).isFalse();
    }

    @Test
    void whereItCannotBeAskedTheClockIsNotSynchronisedAndItIsTriedAgain() {
        isGone = true;
        hears();
        assertThat(says()).isFalse();
        isGone = false;
        answer = true;
        time.advanceNanos(Timedated.NO_HOLDS_NANOS);
        hears();
        assertThat(says()).isTrue();
    }

    private boolean says() {
        return timedated.saysSynchronised(time.monotonicNanos());
    }

    /** Asks, and lets the answer come. */
    private void hears() {
        says();
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
    }
}
