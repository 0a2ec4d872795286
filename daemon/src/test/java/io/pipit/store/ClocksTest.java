package io.pipit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.BootClock;
import io.pipit.model.Stamp;
import io.pipit.model.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClocksTest {
    @Test
    void saysWhatTheTimelineSaysAndFindsEveryStampByItsTime() {
        Random random = new Random(3);
        for (int round = 0; round < 500; round++) {
            List<BootClock> known = new ArrayList<>();
            for (int i = 0; i < random.nextInt(8); i++) {
                known.add(
                        new BootClock(
                                i + 1L,
                                new Stamp(1 + random.nextInt(3), random.nextInt(50)),
                                random.nextInt(1_000),
                                random.nextBoolean()));
            }
            Timeline timeline = new Timeline(known);
            Clocks clocks = new Clocks(known);
            for (int i = 0; i < 100; i++) {
                Stamp at = new Stamp(1 + random.nextInt(3), random.nextInt(60));
                long wall = clocks.wallMicros(at.boot(), at.monotonicMicros());
                assertThat(wall).isEqualTo(timeline.wallMicros(at).orElse(at.monotonicMicros()));
                assertThat(clocks.isSynchronised(at.boot(), at.monotonicMicros()))
                        .isEqualTo(timeline.isSynchronised(at));
                long from = wall - random.nextInt(20);
                long to = wall + 1 + random.nextInt(20);
                if (timeline.wallMicros(at).isPresent()) {
                    assertThat(clocks.ranges(from, to))
                            .anyMatch(range ->
                                    range.boot() == at.boot()
                                            && range.from() <= at.monotonicMicros()
                                            && at.monotonicMicros() < range.to());
                }
            }
        }
    }
}
