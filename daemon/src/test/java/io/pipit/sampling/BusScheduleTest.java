package io.pipit.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.port.SensorStatus;
import io.pipit.port.SensorStatus.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BusScheduleTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_234_567_890_123L;

    private final BusSchedule schedule = new BusSchedule();

    @Test
    void readsAtOnceAndThenOnTheGridWithoutDrift() {
        schedule.add(spec("air", 10), START);
        long now = START;
        for (int tick = 0; tick < 1_000; tick++) {
            assertThat(schedule.nextNanos()).isEqualTo(START + tick * 10L * SECOND);
            now = schedule.nextNanos() + 123_456_789;
            assertThat(schedule.due(now).sensor()).isEqualTo("air");
            assertThat(schedule.succeeded("air", "", now)).isZero();
            assertThat(schedule.due(now)).isNull();
        }
        assertThat(status().missed()).isZero();
        assertThat(status().readings()).isEqualTo(1_000);
    }

    @Test
    void countsTicksThatPassedAndMakesUpForNone() {
        schedule.add(spec("air", 1), START);
        schedule.succeeded("air", "", START);
        assertThat(schedule.succeeded("air", "", START + 4 * SECOND + 5)).isEqualTo(3);
        assertThat(schedule.nextNanos()).isEqualTo(START + 5 * SECOND);
        assertThat(status().missed()).isEqualTo(3);
    }

    @Test
    void theOneThatIsDueLongestGoesFirst() {
        schedule.add(spec("slow", 10), START);
        schedule.add(spec("fast", 1), START + 1);
        assertThat(schedule.due(START + 1).sensor()).isEqualTo("slow");
        schedule.succeeded("slow", "", START + 2);
        assertThat(schedule.due(START + 2).sensor()).isEqualTo("fast");
    }

    @Test
    void backsOffToFiveMinutesAndRecoversByItself() {
        schedule.add(spec("air", 10), START);
        long[] pauses = {10, 20, 40, 80, 160, 300, 300, 300};
        for (long pause : pauses) {
            long due = schedule.nextNanos();
            schedule.failed("air", "no answer", due + 5_000);
            assertThat(schedule.nextNanos() - due).isEqualTo(pause * SECOND);
        }
        assertThat(status().state()).isEqualTo(State.QUARANTINED);
        assertThat(status().failuresInARow()).isEqualTo(8);
        long due = schedule.nextNanos();
        assertThat(schedule.succeeded("air", "", due + 1)).isZero();
        assertThat(schedule.nextNanos()).isEqualTo(due + 10 * SECOND);
        assertThat(status().state()).isEqualTo(State.OK);
        assertThat(status().failures()).isEqualTo(8);
        assertThat(status().failuresInARow()).isZero();
        assertThat(status().reason()).isEmpty();
    }

    @Test
    void goesIntoQuarantineAtTheThirdFailure() {
        schedule.add(spec("air", 10), START);
        schedule.failed("air", "no answer", START);
        schedule.failed("air", "no answer", schedule.nextNanos());
        assertThat(status().state()).isEqualTo(State.FAILING);
        schedule.failed("air", "no answer", schedule.nextNanos());
        assertThat(status().state()).isEqualTo(State.QUARANTINED);
    }

    @Test
    void saysSinceWhenItHasBeenSo() {
        schedule.add(spec("air", 10), START);
        schedule.failed("air", "no answer", START + SECOND);
        schedule.hung("air", "no answer", START + 3 * SECOND);
        schedule.failed("air", "no answer", START + 4 * SECOND);
        assertThat(status().sinceNanos()).isEqualTo(START + SECOND);
        schedule.succeeded("air", "", START + 20 * SECOND);
        schedule.succeeded("air", "", START + 30 * SECOND);
        assertThat(status().sinceNanos()).isEqualTo(START + 20 * SECOND);
    }

    @Test
    void doesNotTryMoreOftenThanTheIntervalHoweverLongThatIs() {
        schedule.add(spec("soil", 86_400), START);
        for (int i = 1; i < 100; i++) {
            schedule.failed("soil", "no answer", schedule.nextNanos());
            assertThat(schedule.nextNanos()).isEqualTo(START + i * 86_400L * SECOND);
        }
    }

    @Test
    void oneToWhichThingsHappenIsTriedSoonHoweverLongItsInterval() {
        schedule.add(spec("door", 86_400), START);
        schedule.opened("door", true, 0, START);
        schedule.succeeded("door", "", START);
        long now = START + 1_000 * SECOND;
        long[] pauses = {10, 20, 40, 80, 160, 300, 300, 300};
        for (long pause : pauses) {
            schedule.failed("door", "its chip is gone", now);
            assertThat(schedule.nextNanos()).isEqualTo(now + pause * SECOND);
            now = schedule.nextNanos();
        }
        assertThat(schedule.succeeded("door", "", now)).isZero();
        assertThat(schedule.nextNanos()).isEqualTo(START + 86_400 * SECOND);
        schedule.opened("door", false, 0, now);
        schedule.failed("door", "its chip is gone", schedule.nextNanos());
        assertThat(schedule.nextNanos()).isEqualTo(START + 2 * 86_400 * SECOND);
    }

    @Test
    void oneToWhichThingsHappenBacksOffLikeOthersUpToThat() {
        schedule.add(spec("door", 10), START);
        schedule.opened("door", true, 0, START);
        long[] pauses = {10, 20, 40, 80, 160, 300, 300};
        for (long pause : pauses) {
            long due = schedule.nextNanos();
            schedule.failed("door", "its chip is gone", due);
            assertThat(schedule.nextNanos() - due).isEqualTo(pause * SECOND);
        }
    }

    @Test
    void isNotDueAgainBeforeAFailureWasOver() {
        schedule.add(spec("air", 1), START);
        schedule.failed("air", "slow", START + 30 * SECOND);
        assertThat(schedule.nextNanos()).isEqualTo(START + 31 * SECOND);
    }

    @Test
    void whatWasRemovedIsNeitherDueNorCounted() {
        schedule.add(spec("air", 1), START);
        schedule.remove("air");
        assertThat(schedule.due(START)).isNull();
        assertThat(schedule.nextNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(schedule.succeeded("air", "", START)).isZero();
        schedule.failed("air", "x", START);
        assertThat(schedule.statuses()).isEmpty();
    }

    private SensorStatus status() {
        return schedule.statuses().getFirst();
    }

    private static SensorSpec spec(String sensor, long everySeconds) {
        return new SensorSpec(
                sensor,
                "i2c-1",
                Duration.ofSeconds(everySeconds),
                Duration.ofSeconds(5),
                List.of(),
                () -> {
                    throw new IllegalStateException("never opened here");
                });
    }
}
