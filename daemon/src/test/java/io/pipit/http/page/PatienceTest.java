package io.pipit.http.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.host.ManualTime;
import io.pipit.host.ManualTimer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final ManualTimer timer = new ManualTimer(new ManualTime());
    private final Patience patience = new Patience(timer);
    private static final Duration MOST = Duration.ofSeconds(1);

    @Test
    void whatTakesTooLongIsInterruptedAndWhatComesAfterItIsNot() throws IOException {
        boolean[] interrupted = new boolean[2];

        patience.within(
                MOST,
                () -> {
                    timer.advanceMillis(999);
                    interrupted[0] = Thread.currentThread().isInterrupted();
                    timer.advanceMillis(1);
                    interrupted[1] = Thread.currentThread().isInterrupted();
                });

        assertThat(interrupted).containsExactly(false, true);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void whatIsDoneIsNotInterruptedLater() {
        assertThatThrownBy(() ->
                        patience.within(
                                MOST,
                                () -> {
                                    throw new IOException("broken");
                                }))
                .hasMessage("broken");

        timer.advanceMillis(10_000);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
