package io.pipit.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private long now;

    private Progress progress(boolean terminal, int columns) {
        return new Progress(
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                terminal,
                columns,
                () -> now);
    }

    @Test
    void drawsABarWithRateAndTimeLeft() {
        Progress progress = progress(true, 100);
        progress.begin("a.bin", 10_000_000, 0);
        now += SECOND;
        progress.at(2_000_000);
        assertThat(progress.line(5_000_000, ""))
                .isEqualTo(
                        "a.bin [###############---------------]  50 % 5.00 MB of 10.00 MB"
                                + "  2.00 MB/s  3 s left");
    }

    @Test
    void countsWhatWasThereBeforeToNoRate() {
        Progress progress = progress(true, 100);
        progress.begin("a.bin", 10_000_000, 9_000_000);
        now += SECOND;
        progress.at(9_100_000);
        assertThat(progress.line(9_100_000, "")).contains("100.00 kB/s  9 s left");
    }

    @Test
    void fitsTheTerminal() {
        Progress progress = progress(true, 40);
        progress.begin("a-name-that-is-longer-than-the-terminal-is-wide.bin", 10, 0);
        assertThat(progress.line(5, "waits: \u001b[31mnobody answers")).hasSizeLessThan(40);
    }

    @Test
    void printsNothingElsewhere() {
        Progress progress = progress(false, 80);
        progress.begin("a", 10, 0);
        progress.at(10);
        progress.end();
        assertThat(printed.size()).isZero();
    }

    @Test
    void drawsNoOftenerThanPeopleSee() {
        Progress progress = progress(true, 80);
        progress.begin("a", 1_000, 0);
        for (int i = 0; i < 1_000; i++) {
            now += 1_000_000;
            progress.at(i);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).split("\r", -1).length)
                .isLessThanOrEqualTo(12);
    }

    @Test
    void saysHowLongInPeoplesUnits() {
        assertThat(Progress.left(0.2)).isEqualTo("1 s");
        assertThat(Progress.left(61)).isEqualTo("1:01 min");
        assertThat(Progress.left(7_260)).isEqualTo("2:01 h");
    }
}
