package io.pipit.resource.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.port.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EchoTest {
    private static final long RUN = 0x1122334455667788L;

    /** A monotonic clock that is moved by hand. */
    private static final class Clock implements TimeSource {
        private long nanos = Duration.ofSeconds(100).toNanos();

        @Override
        public long monotonicNanos() {
            return nanos;
        }

        @Override
        public long wallMicros() {
            throw new AssertionError("what is of now has nothing to do with the wall clock");
        }

        @Override
        public boolean synchronised() {
            return false;
        }

        void passes(Duration time) {
            nanos += time.toNanos();
        }
    }

    private final Clock clock = new Clock();
    private final Echo echo = new Echo(clock, RUN);

    @Test
    void isGoodForAMinute() {
        byte[] value = echo.now();
        assertThat(echo.isGood(value)).isTrue();

        clock.passes(Echo.GOOD);
        assertThat(echo.isGood(value)).isTrue();
        clock.passes(Duration.ofSeconds(1));
        assertThat(echo.isGood(value)).isFalse();
    }

    @Test
    void isNothingToAnotherRun() {
        assertThat(new Echo(clock, RUN + 1).isGood(echo.now())).isFalse();
    }

    @Test
    void whatIsNoneIsNotGood() {
        assertThat(echo.isGood(Echo.NONE)).isFalse();
        assertThat(echo.isGood(Arrays.copyOf(echo.now(), 11))).isFalse();
        assertThat(echo.isGood(Arrays.copyOf(echo.now(), 13))).isFalse();
    }

    @Test
    void oneOfLaterIsNone() {
        byte[] now = echo.now();
        clock.nanos -= Duration.ofSeconds(2).toNanos();
        assertThat(echo.isGood(now)).isFalse();
    }

    @Test
    void goesOnWhereTheSecondsOverflow() {
        clock.nanos = (0xffffffffL - 1) * 1_000_000_000L;
        byte[] before = echo.now();
        clock.passes(Duration.ofSeconds(5));
        assertThat(echo.isGood(before)).isTrue();
    }
}
