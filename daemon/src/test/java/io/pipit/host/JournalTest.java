package io.pipit.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class JournalTest {
    private final ManualTime time = new ManualTime();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Journal journal = journal(new JournalFormat(true, false));

    private Journal journal(JournalFormat format) {
        return new Journal(new PrintStream(bytes, false, UTF_8), time, format);
    }

    @Test
    void writesPrioritiesForTheJournal() {
        publish(journal, Level.SEVERE, "no disk");
        publish(journal, Level.WARNING, "slow disk");
        publish(journal, Level.INFO, "ready");
        publish(journal, Level.FINE, "detail");
        assertThat(lines())
                .containsExactly(
                        "<3>Node: no disk",
                        "<4>Node: slow disk",
                        "<6>Node: ready",
                        "<7>Node: detail");
    }

    @Test
    void writesTimeAndLevelForPeople() {
        publish(journal(new JournalFormat(false, false)), Level.WARNING, "slow disk");
        assertThat(lines()).containsExactly("2026-11-22T17:00:00.123Z WARN  Node: slow disk");
    }

    @Test
    void nobodyBeginsALineOfTheirOwn() {
        publish(journal, Level.INFO, "name is x\n<0>PANIC\r\n\u001b[31mred");
        assertThat(lines()).containsExactly("<6>Node: name is x | <0>PANIC | ?[31mred");
    }

    @Test
    void cutsWhatIsTooLong() {
        publish(journal, Level.INFO, "x".repeat(100_000));
        assertThat(lines().getFirst()).hasSizeLessThan(JournalFormat.LINE_CHARS_MAX + 100);
    }

    @Test
    void writesAStackTraceOnceForAPlace() {
        for (int i = 0; i < 2; i++) {
            LogRecord record = record(Level.SEVERE, "io.pipit.node.Node", "can't");
            record.setThrown(new IllegalStateException("why\nnot"));
            journal.publish(record);
        }
        List<String> lines = lines();
        assertThat(lines).allMatch(line -> line.startsWith("<3>"));
        assertThat(lines.getFirst())
                .isEqualTo("<3>Node: can't: java.lang.IllegalStateException: why | not");
        assertThat(lines.getLast()).isEqualTo(lines.getFirst());
        assertThat(lines.stream().filter(line -> line.contains("at io.pipit.host.JournalTest")))
                .hasSize(1);
    }

    @Test
    void whateverLibrariesSayTheyFillTheCardWithTenKilobytesAMinuteAtTheMost() {
        for (int i = 0; i < 20_000; i++) {
            String word = Integer.toString(i, 36).replaceAll("[0-9]", "x");
            LogRecord record =
                    record(Level.SEVERE, "lib.Part" + i % 50, word + " of " + "y".repeat(i % 300));
            record.setThrown(new IllegalStateException(word));
            journal.publish(record);
        }
        assertThat(bytes.size()).isBetween(1_000, 10_000);
        time.advanceSeconds(61);
        publish(journal, Level.INFO, "ready");
        assertThat(lines()).anyMatch(line -> line.contains("libraries: suppressed"));
        assertThat(bytes.size()).isLessThan(20_000);
    }

    @Test
    void holdsBackWhatDiffersInNumbersOnlyAndSaysSo() {
        for (int i = 0; i < 20; i++) {
            publish(
                    journal,
                    Level.WARNING,
                    "bad datagram from 10.0.0." + i + " of " + i + " bytes");
        }
        publish(journal, Level.WARNING, "another thing");
        assertThat(lines()).hasSize(Journal.REPEATS_MAX + 1);
        time.advanceSeconds(60);
        bytes.reset();
        publish(journal, Level.WARNING, "bad datagram from 10.0.0.1 of 1 bytes");
        assertThat(lines())
                .containsExactly(
                        "<4>Node: suppressed 15 more messages of one kind",
                        "<4>Node: bad datagram from 10.0.0.1 of 1 bytes");
    }

    @Test
    void aLibraryHasSoManyLinesInAll() {
        for (char first = 'a'; first <= 'z'; first++) {
            for (char second = 'a'; second <= 'd'; second++) {
                journal.publish(
                        record(Level.INFO, "org.eclipse.californium.X", "" + first + second));
            }
        }
        assertThat(lines()).hasSize(Journal.LIBRARY_LINES_MAX);
        journal.close();
        assertThat(lines().getLast()).startsWith("<4>X: suppressed 74 more");
    }

    @Test
    void madeUpMessagesDoNotGrowIt() {
        for (int i = 0; i < 100_000; i++) {
            StringBuilder word = new StringBuilder();
            for (int rest = i; rest > 0; rest /= 26) {
                word.append((char) ('a' + rest % 26));
            }
            publish(journal, Level.INFO, word.toString());
            if (i % 1_000 == 0) {
                bytes.reset();
            }
        }
        assertThat(journal.patterns()).isLessThanOrEqualTo(512);
    }

    @Test
    void heedsAnotherLevelWhileItRuns() {
        Logger root = Logger.getLogger("");
        Logger own = Logger.getLogger("io.pipit.host.JournalTest");
        Logger loud = Logger.getLogger("com.pi4j.boardinfo");
        Level before = root.getLevel();
        try {
            journal.heed("error");
            assertThat(own.isLoggable(Level.WARNING)).isFalse();
            journal.heed("debug");
            assertThat(own.isLoggable(Level.FINE)).isTrue();
            assertThat(loud.isLoggable(Level.FINE)).isTrue();
            journal.heed("info");
            assertThat(own.isLoggable(Level.FINE)).isFalse();
            assertThat(own.isLoggable(Level.INFO)).isTrue();
            assertThat(loud.isLoggable(Level.SEVERE)).isFalse();
        } finally {
            root.setLevel(before);
        }
    }

    @Test
    void knowsTheLevelsOfTheConfiguration() {
        assertThat(Journal.levelOf("debug")).contains(Level.FINE);
        assertThat(Journal.levelOf("loud")).isEmpty();
    }

    private static void publish(Journal journal, Level level, String message) {
        journal.publish(record(level, "io.pipit.node.Node", message));
    }

    private static LogRecord record(Level level, String logger, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setLoggerName(logger);
        record.setInstant(Instant.parse("2026-11-22T17:00:00.123456Z"));
        return record;
    }

    private List<String> lines() {
        return bytes.toString(UTF_8).lines().toList();
    }
}
