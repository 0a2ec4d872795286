package io.pipit.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class PercentilesTest {
    @Test
    void knowsNothingAtFirst() {
        Percentiles none = Percentiles.ofAll();
        assertThat(none.count()).isZero();
        assertThat(none.p50Nanos()).isZero();
        assertThat(none.p99Nanos()).isZero();
    }

    @Test
    void quantilesAreWithinAFewPercentOfTheSortedTruth() {
        Random random = new Random(7);
        Percentiles percentiles = Percentiles.ofAll();
        long[] all = new long[10_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (long) Math.exp(random.nextDouble() * 24);
            percentiles.record(all[i]);
        }
        Arrays.sort(all);
        for (double quantile : new double[] {0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1}) {
            long truth = all[(int) Math.ceil(quantile * all.length) - 1];
            assertThat((double) percentiles.quantileNanos(quantile))
                    .as("quantile %s", quantile)
                    .isCloseTo((double) truth, Percentage.withPercentage(3.2));
        }
        assertThat(percentiles.sumSeconds())
                .isCloseTo(Arrays.stream(all).sum() / 1e9, within(1e-6));
    }

    @Test
    void smallOnesAreExact() {
        for (long nanos = 0; nanos < 32; nanos++) {
            Percentiles percentiles = Percentiles.ofAll();
            percentiles.record(nanos);
            assertThat(percentiles.p50Nanos()).isEqualTo(nanos);
        }
    }

    @Test
    void clipsWhatIsOutOfRange() {
        Percentiles percentiles = Percentiles.ofAll();
        percentiles.record(-5);
        assertThat(percentiles.quantileNanos(1)).isZero();
        percentiles.record(Long.MAX_VALUE);
        assertThat((double) percentiles.quantileNanos(1))
                .isCloseTo(Percentiles.NANOS_MAX, Percentage.withPercentage(3.2));
    }

    @Test
    void recentOnesForgetTheFirst() {
        Percentiles percentiles = Percentiles.ofRecent(100);
        IntStream.range(0, 100).forEach(i -> percentiles.record(1_000_000));
        IntStream.range(0, 1_000).forEach(i -> percentiles.record(10));
        assertThat(percentiles.p99Nanos()).isEqualTo(10);
        assertThat(percentiles.count()).isEqualTo(1_100);
    }

    @Test
    void aQuantileIsAShare() {
        Percentiles percentiles = Percentiles.ofAll();
        assertThatThrownBy(() -> percentiles.quantileNanos(99))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> percentiles.quantileNanos(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
