package io.pipit.drivers.simulated.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClimateTest {

    private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");

    @Test
    void weatherIsPleasantAllYearAndTheSameForTheSameSeed() {
        for (int minute = 0; minute < 365 * 24 * 60; minute += 7) {
            Instant at = START.plus(Duration.ofMinutes(minute));
            Air air = new Climate(3, () -> at).air();
            assertThat(air.celsius()).isBetween(10.0, 28.0);
            assertThat(air.percent()).isBetween(5.0, 98.0);
            assertThat(air.pascals()).isBetween(100_000.0, 102_500.0);
            assertThat(new Climate(3, () -> at).air()).isEqualTo(air);
            Air later = new Climate(3, () -> at.plusMillis(100)).air();
            assertThat(later.celsius()).isEqualTo(air.celsius(), within(0.05));
            assertThat(later.pascals()).isEqualTo(air.pascals(), within(4.0));
        }
        assertThat(new Climate(4, () -> START).air())
                .isNotEqualTo(new Climate(3, () -> START).air());
    }
}
