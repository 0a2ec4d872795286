package io.pipit.monitor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void writesOpenMetricsAsScrapersReadIt() {
        Counter drops = metrics.counter("pipit_inbox_dropped", "Events that found no room.");
        drops.add(3);
        metrics.gauge("pipit_peers", "Known peers.", () -> 2);
        Percentiles trips = Percentiles.ofAll();
        metrics.summary("pipit_round_trip_seconds", "Round trips.", trips);
        trips.record(16);
        trips.record(24);
        assertThat(new String(metrics.openMetrics(), UTF_8))
                .isEqualTo(
                        """
                        # TYPE pipit_inbox_dropped counter
                        # HELP pipit_inbox_dropped Events that found no room.
                        pipit_inbox_dropped_total 3.0
                        # TYPE pipit_peers gauge
                        # HELP pipit_peers Known peers.
                        pipit_peers 2.0
                        # TYPE pipit_round_trip_seconds summary
                        # UNIT pipit_round_trip_seconds seconds
                        # HELP pipit_round_trip_seconds Round trips.
                        pipit_round_trip_seconds{quantile="0.5"} 1.6E-8
                        pipit_round_trip_seconds{quantile="0.99"} 2.4E-8
                        pipit_round_trip_seconds{quantile="0.999"} 2.4E-8
                        pipit_round_trip_seconds_count 2
                        pipit_round_trip_seconds_sum 4.0E-8
                        # EOF
                        """);
    }

    @Test
    void aSummaryOfNothingHasNoQuantiles() {
        metrics.summary("pipit_commit_seconds", "Commits.", Percentiles.ofAll());
        assertThat(new String(metrics.openMetrics(), UTF_8))
                .contains("pipit_commit_seconds_count 0\n")
                .doesNotContain("quantile");
    }

    @Test
    void aNameIsTakenOnce() {
        Counter first = metrics.counter("pipit_x", "One.");
        assertThat(first.count()).isZero();
        assertThatThrownBy(() -> metrics.gauge("pipit_x", "Two.", () -> 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
