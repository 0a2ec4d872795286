package io.pipit.store;

import static io.pipit.store.Scene.PEER;
import static io.pipit.store.Scene.WALL_OFFSET;
import static io.pipit.store.Scene.clock;
import static io.pipit.store.Scene.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.port.Event;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.LogQuery;
import io.pipit.port.ReadingStore.Cursor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
    private static final Cursor CURSOR = new Cursor(PEER, new LogId(5), Filter.ALL);

    @TempDir Path directory;
    private Scene scene;

    @BeforeEach
    void begin() {
        scene = new Scene(directory);
        scene.packRows = 200;
    }

    /** One a second from the boot on; the clock stands where the last was taken. */
    private List<LogEntry> tenThousandSeconds() {
        List<LogEntry> log = Scene.log(10_000, 1);
        scene.nanos = 10_000_000_000_000L;
        return log;
    }

    private void look(SqliteStore store, long sequence) {
        scene.nanos += 61_000_000_000L;
        store.append(List.of(reading(sequence, 1, scene.nanos / 1_000, "s0/temperature", 3)));
        scene.settle(store);
    }

    @Test
    void givesUpWhatIsTooOldAndSaysWhatIsTheFirstKept() throws IOException {
        scene.keep = Duration.ofMinutes(50);
        try (SqliteStore store = scene.open()) {
            store.append(tenThousandSeconds());
            scene.settle(store);
            look(store, 10_002);
            long firstKept = scene.told(Event.Trimmed.class).getLast().firstKept();
            assertThat(firstKept).isBetween(6_000L, 7_100L);
            LogSlice slice = slice(store, 0);
            assertThat(slice.firstKept()).isEqualTo(firstKept);
            assertThat(store.firstKept(Scene.SELF, slice.log())).isEqualTo(firstKept);
            assertThat(store.firstKept(Scene.PEER, slice.log())).isEqualTo(1);
            assertThat(slice.entries().getFirst()).isEqualTo(clock(1, 1, 0, WALL_OFFSET));
            assertThat(slice.entries().get(1).sequence()).isEqualTo(firstKept);
        }
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().firstKept()).isGreaterThan(6_000);
            assertThat(store.recovered().clocks()).hasSize(1);
        }
    }

    @Test
    void remembersTheLastSequenceOfASeriesOfWhichNothingIsKept() throws IOException {
        scene.keep = Duration.ofMinutes(50);
        try (SqliteStore store = scene.open()) {
            List<LogEntry> log = new ArrayList<>(tenThousandSeconds());
            log.set(500, reading(501, 1, 500_000_000L, "gone/temperature", 4));
            store.append(log);
            scene.settle(store);
            look(store, 10_002);
            assertThat(store.latest(new Series("gone", "temperature"))).isEmpty();
        }
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().lastSequences())
                    .containsEntry(new Series("gone", "temperature"), 501L);
            assertThat(store.latest(new Series("gone", "temperature"))).isEmpty();
        }
    }

    @Test
    void givesUpNothingByAClockThatMayBeWrong() throws IOException {
        scene.keep = Duration.ofHours(6);
        scene.synchronised = false;
        try (SqliteStore store = scene.open()) {
            store.append(tenThousandSeconds());
            store.append(CURSOR, Scene.log(100, 1), 101);
            scene.settle(store);
            look(store, 10_002);
            assertThat(scene.told(Event.Trimmed.class)).isEmpty();
        }
    }

    /** One a second of this boot, which never learns the time, after as many of those before. */
    private static List<LogEntry> unsynchronised(int boot, int seconds) {
        List<LogEntry> log = new ArrayList<>();
        long sequence = (boot - 1) * (seconds + 1L);
        log.add(new BootClock(++sequence, new Stamp(boot, 0), boot * 77L, false));
        for (int i = 1; i <= seconds; i++) {
            log.add(reading(++sequence, boot, 1_000_000L * i, "s0/temperature", i % 7));
        }
        return log;
    }

    private void lives(int boot, int seconds) throws IOException {
        scene.bootId = "boot-" + boot;
        scene.nanos = seconds * 1_000_000_000L;
        try (SqliteStore store = scene.open()) {
            store.append(unsynchronised(boot, seconds));
            scene.settle(store);
        }
    }

    @Test
    void withoutTheRightTimeGivesUpWhatIsTooOldByTheTimeThatTheMachineRan() throws IOException {
        scene.keep = Duration.ofMinutes(100);
        scene.synchronised = false;
        lives(1, 4_000);
        lives(2, 100);
        lives(3, 4_000);
        scene.bootId = "boot-4";
        scene.nanos = 0;
        try (SqliteStore store = scene.open()) {
            scene.nanos = 500_000_000_000L;
            look(store, 20_000);
            // 4,100 s and 561 s came after the end of the first boot: 1,339 s of that are kept.
            long firstKept = scene.told(Event.Trimmed.class).getLast().firstKept();
            assertThat(firstKept).isBetween(4_002L - 1_339 - 400, 4_002L - 1_339);
        }
    }

    @Test
    void ofAPeerToo() throws IOException {
        scene.keep = Duration.ofMinutes(100);
        scene.synchronised = false;
        try (SqliteStore store = scene.open()) {
            for (int boot = 1; boot <= 3; boot++) {
                store.append(CURSOR, unsynchronised(boot, 4_000), boot * 4_001L);
                scene.settle(store);
            }
            look(store, 5);
            long kept =
                    store.askHere(reader ->
                                    reader.read(
                                            new HistoryQuery(
                                                    Filter.of("shed/**"), null, null, null, 1)))
                            .readings()
                            .getFirst()
                            .reading()
                            .sequence();
            // A block goes as a whole, so up to one more is kept.
            assertThat(kept).isBetween(4_002L, 12_003L - 6_000);
        }
    }

    @Test
    void aBootWithoutTheTimeIsAtLeastAsOldAsTheNextThatHadIt() throws IOException {
        scene.keep = Duration.ofDays(5);
        lives(1, 1_000);
        scene.bootId = "boot-2";
        scene.nanos = 0;
        try (SqliteStore store = scene.open()) {
            long tenDaysAgo = WALL_OFFSET - Duration.ofDays(10).toNanos() / 1_000;
            store.append(List.of(clock(2_000, 2, 0, tenDaysAgo)));
            scene.settle(store);
            look(store, 2_001);
            assertThat(scene.told(Event.Trimmed.class)).isNotEmpty();
        }
    }

    @Test
    void keepsCursorsOfPeersWhoseReadingsWentAndDoesNotTakeThoseAgain() throws IOException {
        scene.keep = Duration.ofMinutes(50);
        try (SqliteStore store = scene.open()) {
            scene.nanos = 10_000_000_000_000L;
            List<LogEntry> log = Scene.log(2_000, 1);
            store.append(CURSOR, log, 2_001);
            scene.settle(store);
            look(store, 5);
            store.append(CURSOR, log, 2_001);
            scene.settle(store);
            assertThat(scene.told(Event.Trimmed.class)).isEmpty();
        }
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().cursors()).isEqualTo(Map.of(CURSOR, 2_001L));
        }
    }

    @Test
    void staysWithinItsSizeAndKeepsTheNewest() throws IOException {
        scene.maxSizeBytes = 2L << 20;
        scene.packRows = 2_000;
        Random random = new Random(1);
        try (SqliteStore store = scene.open()) {
            store.append(List.of(clock(1, 1, 0, WALL_OFFSET)));
            long sequence = 1;
            for (int round = 0; round < 200; round++) {
                List<LogEntry> entries = new ArrayList<>();
                for (int i = 0; i < 1_000; i++) {
                    entries.add(
                            reading(
                                    ++sequence,
                                    1,
                                    sequence * 1_000,
                                    "air/temperature",
                                    random.nextGaussian()));
                }
                store.append(entries);
                scene.settle(store);
                assertThat(bytes()).isLessThanOrEqualTo(scene.maxSizeBytes);
            }
            long firstKept = scene.told(Event.Trimmed.class).getLast().firstKept();
            assertThat(firstKept).isBetween(2L, sequence - 20_000);
            assertThat(slice(store, firstKept).entries()).hasSize(10_000);
            assertThat(store.latest(new Series("air", "temperature")))
                    .map(Reading::sequence)
                    .contains(sequence);
        }
        scene.maxSizeBytes = 1L << 20;
        try (SqliteStore store = scene.open()) {
            scene.settle(store);
        }
        assertThat(bytes()).isLessThanOrEqualTo(1L << 20);
    }

    private long bytes() throws IOException {
        Path wal = directory.resolve("pipit.db-wal");
        return Files.size(scene.file) + (Files.exists(wal) ? Files.size(wal) : 0);
    }

    private static LogSlice slice(SqliteStore store, long after) {
        LogId log = store.recovered().log();
        return store.askHere(reader ->
                reader.read(new LogQuery(Filter.ALL, log, after, Long.MAX_VALUE, 10_000)));
    }
}
