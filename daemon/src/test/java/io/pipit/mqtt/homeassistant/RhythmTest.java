package io.pipit.mqtt.homeassistant;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.LogId;
import io.pipit.model.Stamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RhythmTest {
    private static final LogId LOG = new LogId(0x11);

    private final List<Duration> said = new ArrayList<>();
    private Rhythm rhythm = new Rhythm(null);
    private int boot = 1;
    private long micros;

    /** So many readings, each so long after the one before. */
    private void come(int readings, Duration after) {
        for (int i = 0; i < readings; i++) {
            micros += after.toMillis() * 1_000;
            if (rhythm.saw(LOG, new Stamp(boot, micros))) {
                said.add(rhythm.every().orElse(Duration.ZERO));
            }
        }
    }

    @Test
    void saysNothingBeforeItHasWatchedForAnHour() {
        come(3_599, Duration.ofSeconds(1));
        assertThat(rhythm.every()).isEmpty();
        come(3, Duration.ofSeconds(1));

        assertThat(said).containsExactly(Duration.ofMinutes(2));
    }

    @Test
    void saysNothingBeforeItSawEightDistances() {
        come(8, Duration.ofHours(3));
        assertThat(rhythm.every()).isEmpty();
        come(1, Duration.ofHours(3));

        assertThat(said).containsExactly(Duration.ofHours(4));
    }

    @Test
    void goesByTheLongDistancesOfWhatComesOnChange() {
        for (int i = 0; i < 10; i++) {
            come(30, Duration.ofSeconds(1));
            come(1, Duration.ofMinutes(10));
        }

        assertThat(said).containsExactly(Duration.ofMinutes(20));
    }

    @Test
    void onePauseCountsForNothingTwoDo() {
        come(4_000, Duration.ofSeconds(1));
        come(1, Duration.ofHours(3));
        come(4_000, Duration.ofSeconds(1));
        assertThat(said).containsExactly(Duration.ofMinutes(2));
        come(1, Duration.ofHours(3));

        assertThat(said).containsExactly(Duration.ofMinutes(2), Duration.ofHours(4));
    }

    @Test
    void forgetsWhatIsLongerThanTwoDaysAgo() {
        come(10, Duration.ofMinutes(15));
        come(5 * 24 * 60, Duration.ofMinutes(1));

        assertThat(said).containsExactly(Duration.ofMinutes(20), Duration.ofMinutes(2));
    }

    @Test
    void saysTheSameOfNightAndDay() {
        for (int day = 0; day < 10; day++) {
            come(12 * 360, Duration.ofSeconds(10));
            come(12 * 6, Duration.ofMinutes(10));
        }

        assertThat(said).containsExactly(Duration.ofMinutes(2), Duration.ofMinutes(20));
    }

    @Test
    void saysNothingOfWhatComesMoreRarelyThanEveryTwoDays() {
        come(20, Duration.ofDays(3));

        assertThat(said).isEmpty();
    }

    @Test
    void takesNoneOfTheTimeBetweenTwoBootsOrLogsForADistance() {
        come(4_000, Duration.ofSeconds(1));
        for (int i = 0; i < 5; i++) {
            boot++;
            come(1, Duration.ofHours(5));
            micros += 3_600_000_000L * 5;
            rhythm.saw(new LogId(i), new Stamp(boot, micros));
        }

        assertThat(rhythm.every()).contains(Duration.ofMinutes(2));
        assertThat(said).containsExactly(Duration.ofMinutes(2));
    }

    @Test
    void keepsToWhatItSaidBeforeARestart() {
        rhythm = new Rhythm(Duration.ofHours(1));
        come(5_000, Duration.ofSeconds(1));
        assertThat(rhythm.every()).contains(Duration.ofHours(1));
        assertThat(said).isEmpty();
        come(100_000, Duration.ofSeconds(1));

        assertThat(said).containsExactly(Duration.ofMinutes(2));
    }
}
