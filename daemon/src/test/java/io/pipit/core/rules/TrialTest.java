package io.pipit.core.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.core.rules.Trial.Change;
import io.pipit.model.LogId;
import io.pipit.model.Series;
import io.pipit.port.rules.Truth;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules over what was: at the very times at which they would have acted. */
class TrialTest {
    private static final long NOON =
            Instant.parse("2026-11-01T12:00:00Z").getEpochSecond() * 1_000_000;
    private static final long SECOND = 1_000_000;

    private final List<Change> changes = new ArrayList<>();

    private Trial of(String when) {
        return new Trial(
                List.of(RuleStage.rule(when)),
                "greenhouse",
                ZoneId.of("Europe/Berlin"),
                NOON,
                changes::add);
    }

    private static boolean take(Trial trial, String node, double value, long seconds) {
        return trial.take(
                node,
                RuleStage.id(node.charAt(0)),
                new LogId(1),
                seconds + 1,
                new Series("air", "temperature"),
                value,
                "Cel",
                NOON + seconds * SECOND);
    }

    private List<String> heard() {
        return changes.stream()
                .map(change -> change.truth() + "@" + (change.micros() - NOON) / 1e6)
                .toList();
    }

    @Test
    void findsTheTimesBetweenReadings() {
        Trial trial = of("greenhouse/air/temperature > 30 for 2m");

        for (int seconds = 10; seconds <= 210; seconds += 50) {
            assertThat(take(trial, "greenhouse", 31, seconds)).isTrue();
        }
        trial.until(NOON + 1_000 * SECOND);

        assertThat(heard())
                .containsExactly("unknown@0.0", "false@10.0", "true@130.0", "unknown@270.0");
        assertThat(changes.get(2).sets()).hasToString("Optional[shed/fan = 1 for 10m]");
        assertThat(changes.get(1).sets()).isEmpty();
    }

    @Test
    void tellsNodesApartByTheirNames() {
        Trial trial = of("shed/air/temperature > 30 and air/temperature < 30");

        take(trial, "barn", 31, 1);
        take(trial, "greenhouse", 20, 2);
        take(trial, "shed", 31, 3);

        assertThat(heard()).containsExactly("unknown@0.0", "true@3.0");
    }

    @Test
    void leavesOutWhatIsNotInTheOrderOfItsTime() {
        Trial trial = of("air/temperature > 30");
        take(trial, "greenhouse", 20, 5);

        assertThat(take(trial, "greenhouse", 31, 4)).isFalse();

        assertThat(heard()).containsExactly("unknown@0.0", "false@5.0");
    }

    @Test
    void goesByTheTimeOfDayOfThatTime() {
        of("between 22:00 and 06:00").until(NOON + 48 * 3_600 * SECOND);

        assertThat(heard())
                .containsExactly(
                        "false@0.0",
                        "true@" + 9 * 3_600.0,
                        "false@" + 17 * 3_600.0,
                        "true@" + 33 * 3_600.0,
                        "false@" + 41 * 3_600.0);
        assertThat(changes).extracting(Change::truth).contains(Truth.TRUE);
    }
}
