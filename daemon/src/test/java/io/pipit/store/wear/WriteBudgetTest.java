package io.pipit.store.wear;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WriteBudgetTest {
    private static final long MEBIBYTE = 1L << 20;

    private final List<String> said = new ArrayList<>();
    private long kernel = 5_000 * MEBIBYTE;
    private long now = 1_000;
    private final WriteBudget budget =
            new WriteBudget(
                    () -> kernel,
                    OptionalLong.of(100 * MEBIBYTE),
                    Duration.ofSeconds(1),
                    said::add,
                    now);

    private void pass(Duration time, long mebibytes) {
        now += time.toNanos();
        kernel = kernel < 0 ? kernel : kernel + mebibytes * MEBIBYTE;
        budget.look(now);
    }

    @Test
    void whatWasWrittenBeforeItsTimeDoesNotCount() {
        budget.look(now);
        pass(Duration.ofMinutes(1), 3);

        assertThat(budget.bytes()).isEqualTo(3 * MEBIBYTE);
        assertThat(said).isEmpty();
    }

    @Test
    void saysOnceWhatToDoWhereADayIsOverItsBudgetAndWhenThatIsOver() {
        budget.look(now);
        pass(Duration.ofMinutes(30), 100);
        assertThat(said).isEmpty();
        pass(Duration.ofMinutes(30), 1);
        pass(Duration.ofMinutes(30), 1);

        assertThat(said)
                .singleElement()
                .asString()
                .contains("100 MiB", "commit-every of [store] (now 1s)", "write-budget");

        pass(Duration.ofHours(22), 0);
        assertThat(said).hasSize(1);
        pass(Duration.ofHours(2), 0);
        assertThat(said).last().isEqualTo("");
    }

    @Test
    void asMuchEachDayAsItMayIsNeverSaid() {
        budget.look(now);
        for (int hour = 0; hour < 24 * 10; hour++) {
            pass(Duration.ofHours(1), 4);
        }
        assertThat(said).isEmpty();
        assertThat(budget.bytes()).isEqualTo(24 * 10 * 4 * MEBIBYTE);
    }

    @Test
    void aSleepOfManyDaysForgetsWhatWasBefore() {
        budget.look(now);
        pass(Duration.ofMinutes(1), 90);
        pass(Duration.ofDays(10), 0);
        pass(Duration.ofMinutes(1), 90);

        assertThat(said).isEmpty();
    }

    @Test
    void isNotAskedForMoreOftenThanItIsWorth() {
        budget.look(now);
        pass(Duration.ofSeconds(9), 7);
        assertThat(budget.bytes()).isZero();
        pass(Duration.ofSeconds(1), 0);
        assertThat(budget.bytes()).isEqualTo(7 * MEBIBYTE);
    }

    @Test
    void whereTheKernelDoesNotCountNothingIsSaid() {
        kernel = WrittenBytes.UNKNOWN;
        budget.look(now);
        pass(Duration.ofHours(1), 0);

        assertThat(budget.bytes()).isZero();
        assertThat(said).isEmpty();
    }

    @Test
    void theKernelCountsWhatThisThreadWrites() throws Exception {
        WrittenBytes here = WrittenBytes.ofThisThread();
        long before = here.soFar();
        assertThat(before).isNotNegative();
        Path file = Path.of("target", "written-bytes-test");
        Files.write(file, new byte[1 << 20]);
        Files.delete(file);

        assertThat(here.soFar() - before).isBetween(1L << 20, (1L << 20) + 65_536);
    }
}
