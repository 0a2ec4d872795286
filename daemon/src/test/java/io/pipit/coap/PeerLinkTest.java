package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class PeerLinkTest {
    private final PeerLink.Histogram histogram = new PeerLink.Histogram();

    @Test
    void saysNothingWithoutSamples() {
        assertThat(histogram.quantileMicros(0.5)).isZero();
    }

    @Test
    void isNeverBelowTheTruthAndAtMostAFifthAbove() {
        for (int micros = 1; micros <= 1_000; micros++) {
            histogram.record(micros * 100L);
        }
        assertThat(histogram.quantileMicros(0.5)).isBetween(50_000L, 60_000L);
        assertThat(histogram.quantileMicros(0.99)).isBetween(99_000L, 118_000L);
    }

    @Test
    void oldSamplesFade() {
        for (int i = 0; i < PeerLink.Histogram.SAMPLES_MAX; i++) {
            histogram.record(100);
        }
        for (int i = 0; i < PeerLink.Histogram.SAMPLES_MAX; i++) {
            histogram.record(10_000);
        }
        assertThat(histogram.quantileMicros(0.5)).isBetween(10_000L, 12_000L);
    }

    @Test
    void takesWhatIsOutsideItsRangeAsItsEdges() {
        histogram.record(0);
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.quantileMicros(0.5)).isEqualTo(16);
        assertThat((double) histogram.quantileMicros(1))
                .isCloseTo(882_000, within(2_000.0))
                .isCloseTo(882_000, Percentage.withPercentage(1));
    }
}
