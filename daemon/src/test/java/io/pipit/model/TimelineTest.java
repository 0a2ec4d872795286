package io.pipit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private static BootClock clock(
            long sequence, int boot, long micros, long offset, boolean synchronised) {
        return new BootClock(sequence, new Stamp(boot, micros), offset, synchronised);
    }

    private static Timeline of(BootClock... clocks) {
        return new Timeline(List.of(clocks));
    }

    @Test
    void knowsNothingOfABootWithoutAClock() {
        assertThat(Timeline.EMPTY.wallMicros(new Stamp(1, 5))).isEmpty();
        assertThat(of(clock(1, 1, 0, 100, true)).wallMicros(new Stamp(2, 5))).isEmpty();
        assertThat(Timeline.EMPTY.isSynchronised(new Stamp(1, 5))).isFalse();
    }

    @Test
    void takesTheLastRightClockFromBefore() {
        Timeline timeline = of(clock(1, 1, 10, 100, true), clock(2, 1, 20, 200, true));

        assertThat(timeline.wallMicros(new Stamp(1, 19))).hasValue(119);
        assertThat(timeline.wallMicros(new Stamp(1, 20))).hasValue(220);
        assertThat(timeline.wallMicros(new Stamp(1, 99))).hasValue(299);
    }

    @Test
    void putsWhatWasBeforeTheFirstRightClockRight() {
        Timeline timeline = of(clock(1, 1, 0, 7, false), clock(5, 1, 50, 1_000, true));

        assertThat(timeline.wallMicros(new Stamp(1, 2))).hasValue(1_002);
        assertThat(timeline.isSynchronised(new Stamp(1, 2))).isTrue();
    }

    @Test
    void aRightClockIsBelievedOverALaterWrongOne() {
        Timeline timeline = of(clock(1, 1, 10, 1_000, true), clock(2, 1, 20, 7, false));

        assertThat(timeline.wallMicros(new Stamp(1, 30))).hasValue(1_030);
        assertThat(timeline.isSynchronised(new Stamp(1, 30))).isTrue();
    }

    @Test
    void aWrongClockIsBetterThanNone() {
        Timeline timeline = of(clock(1, 1, 10, 7, false), clock(2, 1, 20, 9, false));

        assertThat(timeline.wallMicros(new Stamp(1, 5))).hasValue(12);
        assertThat(timeline.wallMicros(new Stamp(1, 15))).hasValue(22);
        assertThat(timeline.wallMicros(new Stamp(1, 25))).hasValue(34);
        assertThat(timeline.isSynchronised(new Stamp(1, 25))).isFalse();
    }

    @Test
    void bootsHaveNothingToDoWithEachOther() {
        Timeline timeline = of(clock(1, 1, 10, 100, true), clock(9, 2, 10, 900, false));

        assertThat(timeline.wallMicros(new Stamp(1, 10))).hasValue(110);
        assertThat(timeline.wallMicros(new Stamp(2, 10))).hasValue(910);
    }

    @Test
    void theOrderInWhichTheClocksCameDoesNotMatter() {
        BootClock first = clock(1, 1, 10, 100, true);
        BootClock second = clock(2, 1, 10, 200, true);

        assertThat(of(first, second).wallMicros(new Stamp(1, 10))).hasValue(210);
        assertThat(of(second, first).wallMicros(new Stamp(1, 10))).hasValue(210);
    }
}
