package io.pipit.coap.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SourceTableTest {
    private static final long SECOND = 1_000_000_000;
    private static final int SOURCES = 2_000;

    private final SourceTable table = new SourceTable(10, 20, 42, 0);

    @Test
    void givesEachItsBurstAndThenSoManyASecond() {
        assertThat(taken(1, 100, 0)).isEqualTo(20);
        assertThat(taken(1, 100, SECOND)).isEqualTo(10);
        assertThat(taken(1, 100, 1_000 * SECOND)).isEqualTo(20);
        assertThat(taken(2, 100, 1_000 * SECOND)).isEqualTo(20);
    }

    @Test
    void lookingTakesNothing() {
        for (int i = 0; i < 100; i++) {
            assertThat(table.has(1, 0)).isTrue();
        }
        assertThat(taken(1, 100, 0)).isEqualTo(20);
        assertThat(table.has(1, 0)).isFalse();
    }

    @Test
    void twoThousandLoudSourcesLeaveOneInFiftyQuietOnesWithoutAShareAtTheMost() {
        for (int source = 0; source < SOURCES; source++) {
            taken(source, 100, 0);
        }
        long shutOut =
                IntStream.range(SOURCES, 2 * SOURCES)
                        .filter(source -> !table.take(source, 0))
                        .count();

        assertThat(shutOut).isLessThan(SOURCES / 50);
    }

    @Test
    void noneOfTwoThousandLoudSourcesGetsMoreThanItsShare() {
        int[] taken = new int[SOURCES];
        for (int round = 0; round < 200; round++) {
            for (int source = 0; source < SOURCES; source++) {
                taken[source] += table.take(source, round * SECOND / 100) ? 1 : 0;
            }
        }
        assertThat(IntStream.of(taken).max().orElseThrow()).isLessThanOrEqualTo(40);
    }

    private int taken(long source, int tries, long now) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += table.take(source, now) ? 1 : 0;
        }
        return taken;
    }
}
