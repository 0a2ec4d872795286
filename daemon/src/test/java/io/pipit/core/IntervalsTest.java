package io.pipit.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalsTest {
    @Test
    void theCursorMovesOverWhatItReaches() {
        Intervals held = new Intervals(10);
        held.add(12, 15);
        held.add(20, 22);
        assertThat(held.cursor()).isEqualTo(10);
        held.add(10, 12);
        assertThat(held.cursor()).isEqualTo(15);
        assertThat(held.stretches()).isEqualTo(1);
    }

    @Test
    void stretchesThatTouchBecomeOne() {
        Intervals held = new Intervals(0);
        held.add(2, 4);
        held.add(6, 8);
        held.add(4, 6);
        assertThat(held.stretches()).isEqualTo(1);
        assertThat(held.covers(2, 8)).isTrue();
        assertThat(held.contains(2)).isFalse();
    }

    @Test
    void anEmptyStretchAboveTheCursorChangesNothing() {
        Intervals held = new Intervals(5);
        held.add(9, 9);
        assertThat(held.stretches()).isZero();
        assertThat(held.contains(9)).isFalse();
    }

    @Test
    void hasRoomForSoManyStretchesOnly() {
        Intervals held = new Intervals(0);
        for (int i = 1; i <= Intervals.STRETCHES_MAX; i++) {
            assertThat(held.hasRoomFor(3L * i)).isTrue();
            held.add(3L * i, 3L * i + 1);
        }
        assertThat(held.hasRoomFor(5)).isFalse();
        assertThat(held.hasRoomFor(3)).isTrue();
        assertThat(held.hasRoomFor(4)).isTrue();
        assertThat(held.hasRoomFor(0)).isTrue();
    }

    /** Against a set that holds each place by itself. */
    @Test
    void agreesWithAPlainSetOfPlaces() {
        Random random = new Random(7);
        for (int run = 0; run < 300; run++) {
            Intervals held = new Intervals(random.nextInt(5));
            BitSet places = new BitSet();
            places.set(1, (int) held.cursor() + 1);
            for (int step = 0; step < 40; step++) {
                int from = random.nextInt(60);
                int to = from + random.nextInt(6);
                int start = from;
                assertThat(held.covers(from, to)).isEqualTo(places.nextClearBit(from + 1) > to);
                int missing = to - from - places.get(from + 1, to + 1).cardinality();
                assertThat(held.missing(from, to)).isEqualTo(missing);
                long expected = held.cursorWith(from, to);
                boolean had = held.hasRoomFor(from);
                held.add(from, to);
                places.set(from + 1, to + 1);
                if (start <= held.cursor() || to == from) {
                    assertThat(had).isTrue();
                }
                assertThat(held.cursor())
                        .isEqualTo(expected)
                        .isEqualTo(places.nextClearBit(1) - 1L);
                for (int place = 1; place < 70; place++) {
                    assertThat(held.contains(place)).as("%d", place).isEqualTo(places.get(place));
                }
            }
        }
    }
}
