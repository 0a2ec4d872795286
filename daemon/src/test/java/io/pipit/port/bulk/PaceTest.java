package io.pipit.port.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void isAsFastAsCanBeWithoutALimit() {
        Pace pace = new Pace(Pace.UNLIMITED);
        assertThat(pace.delayNanos(1L << 40, 0)).isZero();
        assertThat(pace.delayNanos(1L << 40, 0)).isZero();
    }

    @Test
    void letsGoAsMuchAsTheRateOverTime() {
        Pace pace = new Pace(1_000_000);
        long now = 77 * SECOND;
        long sent = 0;
        while (now < 87 * SECOND) {
            now += pace.delayNanos(64 * 1_024, now);
            sent += 64 * 1_024;
        }
        assertThat(sent).isBetween(10_000_000L, 10_500_000L);
    }

    @Test
    void savesUpNoMoreThanABurst() {
        Pace pace = new Pace(1_000);
        assertThat(pace.delayNanos(1, 0)).isZero();
        // After an hour's rest a quarter of a second's worth goes at once, and not an hour's.
        assertThat(pace.delayNanos(250, 3_600 * SECOND)).isZero();
        assertThat(pace.delayNanos(1_000, 3_600 * SECOND)).isZero();
        assertThat(pace.delayNanos(1, 3_600 * SECOND)).isEqualTo(SECOND);
    }
}
