package io.pipit.store;

import static io.pipit.store.Scene.PEER;
import static io.pipit.store.Scene.SELF;
import static io.pipit.store.Scene.WALL_OFFSET;
import static io.pipit.store.Scene.clock;
import static io.pipit.store.Scene.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

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
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.LogQuery;
import io.pipit.port.ReadingHistory.Page;
import io.pipit.port.ReadingHistory.Position;
import io.pipit.port.ReadingStore.Cursor;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
    private static final LogId PEERS_LOG = new LogId(5);
    private static final Cursor CURSOR = new Cursor(PEER, PEERS_LOG, Filter.ALL);

    @TempDir Path directory;
    private Scene scene;

    @BeforeEach
    void begin() {
        scene = new Scene(directory);
    }

    @Test
    void commitsInGroupsWhenItIsTimeAndSaysSoAfterwards() throws IOException {
        try (SqliteStore store = scene.open()) {
            store.append(List.of(clock(1, 1, 0, 9), reading(2, "air/temperature", 21.5)));
            assertThat(store.step()).isEqualTo(1_000_000_000L);
            store.append(List.of(reading(3, "air/temperature", 21.6)));
            assertThat(scene.told).isEmpty();
            scene.nanos += 1_000_000_000L;
            store.step();
            assertThat(scene.told).containsExactly(new Event.Committed(3, Map.of()));
            assertThat(store.step()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void reservesAtOnceAndNeverHandsOutTheSameAgain() throws IOException {
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().nextSequence()).isEqualTo(1);
            store.reserve(1_000);
            store.step();
            assertThat(scene.told).containsExactly(new Event.Reserved(1_000));
        }
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().nextSequence()).isEqualTo(1_001);
        }
    }

    @Test
    void holdsACursorOnlyWithItsEntriesAndNeverMovesItBack() throws IOException {
        try (SqliteStore store = scene.open()) {
            store.append(CURSOR, List.of(reading(7, "air/temperature", 1)), 9);
            store.append(CURSOR, List.of(reading(3, "air/temperature", 2)), 4);
            scene.settle(store);
            assertThat(scene.told(Event.Committed.class).getLast().cursors())
                    .containsExactly(Map.entry(CURSOR, 9L));
            store.append(CURSOR, List.of(), 8);
            scene.settle(store);
        }
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().cursors()).containsExactly(Map.entry(CURSOR, 9L));
            assertThat(sequences(history(store, "shed/**", null, null))).containsExactly(3L, 7L);
        }
    }

    @Test
    void ignoresWhatItHoldsInRowsAndInBlocks() throws IOException {
        scene.packRows = 500;
        try (SqliteStore store = scene.open()) {
            List<LogEntry> log = Scene.log(3_000, 3);
            store.append(CURSOR, log, 3_001);
            scene.settle(store);
            store.append(CURSOR, log, 3_001);
            scene.settle(store);
            assertThat(sequences(history(store, "**", null, null)))
                    .hasSize(3_000)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void showsWhatIsNotCommittedYet() throws IOException {
        try (SqliteStore store = scene.open()) {
            store.append(List.of(reading(1, "air/temperature", 1), reading(2, "soil/moisture", 2)));
            LogSlice slice = slice(store, Filter.of("air/*"), 0, 10);
            assertThat(slice.entries()).containsExactly(reading(1, "air/temperature", 1));
            assertThat(slice.completeTo()).isEqualTo(2);
            assertThat(store.latest(new Series("soil", "moisture")))
                    .contains(reading(2, "soil/moisture", 2));
            assertThat(store.series())
                    .containsExactly(
                            new Series("air", "temperature"), new Series("soil", "moisture"));
            assertThat(sequences(history(store, "greenhouse/**", null, null)))
                    .containsExactly(1L, 2L);
        }
    }

    @Test
    void readsTheLogInOrderOverBlocksRowsAndTheTail() throws IOException {
        scene.packRows = 700;
        List<LogEntry> log = Scene.log(5_000, 7);
        try (SqliteStore store = scene.open()) {
            store.append(log.subList(0, 4_000));
            scene.settle(store);
            store.append(log.subList(4_000, 4_500));
            scene.nanos += 1_000_000_000L;
            store.step();
            store.append(log.subList(4_500, log.size()));
            List<LogEntry> read = new ArrayList<>();
            long after = 0;
            while (after < 5_001) {
                LogSlice slice = slice(store, Filter.ALL, after, 333);
                assertThat(slice.previous()).isEqualTo(after);
                read.addAll(slice.entries());
                after = slice.completeTo();
            }
            assertThat(read).isEqualTo(log);
            List<LogEntry> some = slice(store, Filter.of("s3/*"), 1_000, 10_000).entries();
            assertThat(some)
                    .isEqualTo(
                            log.stream()
                                    .filter(entry -> entry.sequence() > 1_000)
                                    .filter(entry ->
                                            entry instanceof Reading r
                                                    && r.series().sensor().equals("s3"))
                                    .toList());
        }
    }

    @Test
    void mergesWhatComesLateIntoTheBlocksWhereItBelongs() throws IOException {
        scene.packRows = 100;
        List<LogEntry> log = Scene.log(4_000, 2);
        List<LogEntry> early = new ArrayList<>();
        List<LogEntry> late = new ArrayList<>();
        log.forEach(entry -> (entry.sequence() % 5 == 0 ? late : early).add(entry));
        try (SqliteStore store = scene.open()) {
            store.append(CURSOR, early, 4_001);
            scene.settle(store);
            for (int i = 0; i < late.size(); i += 50) {
                store.append(CURSOR, late.subList(i, Math.min(i + 50, late.size())), 4_001);
                scene.settle(store);
            }
            assertThat(history(store, "**", null, null).stream().map(Kept::reading).toList())
                    .isEqualTo(log.subList(1, log.size()));
        }
    }

    @Test
    void keepsMinusZeroInRowsAndInBlocks() throws IOException {
        scene.packRows = 4;
        try (SqliteStore store = scene.open()) {
            for (int i = 1; i <= 12; i++) {
                store.append(List.of(reading(i, "air/temperature", -0.0)));
            }
            scene.settle(store);
            assertThat(history(store, "**", null, null))
                    .hasSize(12)
                    .allSatisfy(kept ->
                            assertThat(Double.doubleToRawLongBits(kept.reading().value()))
                                    .isEqualTo(Double.doubleToRawLongBits(-0.0)));
        }
    }

    @Test
    void saysWhereTheFeedStands() throws IOException {
        try (SqliteStore store = scene.open()) {
            store.append(
                    List.of(
                            clock(1, 1, 0, 9),
                            reading(2, "air/temperature", 1),
                            reading(3, "soil/moisture", 1)));
            LogSlice air = slice(store, Filter.of("air/*"), 0, 0);
            assertThat(air.previous()).isEqualTo(2);
            assertThat(air.completeTo()).isEqualTo(3);
            assertThat(air.entries()).isEmpty();
        }
    }

    @Test
    void showsTheSameInManySmallStepsAsInOneWhileTheLogGrows() throws IOException {
        scene.packRows = 50;
        Filter some = Filter.of("*/s0", "*/s2");
        try (SqliteStore store = scene.open()) {
            List<LogEntry> entries = new ArrayList<>();
            for (int i = 1; i <= 5_000; i++) {
                entries.add(reading(i, 1, i * 1_000L, "air/s" + i % 3, i));
            }
            store.append(entries.subList(0, 4_000));
            scene.settle(store);
            List<LogEntry> walked = new ArrayList<>();
            long after = 0;
            for (int steps = 0; after < 5_000; steps++) {
                LogSlice step = slice(store, some, after, 23);
                assertThat(step.previous()).isEqualTo(after);
                assertThat(step.entries()).hasSizeLessThanOrEqualTo(23);
                assertThat(step.completeTo()).isGreaterThan(after);
                assertThat(slice(store, Filter.of("air/s1"), after, 1).entries())
                        .allMatch(entry -> entry.sequence() % 3 == 1);
                walked.addAll(step.entries());
                after = step.completeTo();
                if (steps == 20) {
                    store.append(entries.subList(4_000, 5_000));
                }
            }
            assertThat(walked).isEqualTo(slice(store, some, 0, 5_000).entries());
            assertThat(walked).hasSize(3_333);
        }
    }

    @Test
    void answersStretchesWithAnEndInAnyOrder() throws IOException {
        scene.packRows = 500;
        Filter some = Filter.of("s1/*");
        try (SqliteStore store = scene.open()) {
            store.append(Scene.log(9_000, 3).subList(0, 8_000));
            scene.settle(store);
            List<LogEntry> all = slice(store, some, 0, 10_000).entries();
            List<LogEntry> found = new ArrayList<>();
            List<Long> starts = new ArrayList<>();
            for (long start = 0; start < 8_100; start += 200) {
                starts.add(start);
            }
            Collections.shuffle(starts.subList(10, 30), new Random(5));
            for (long start : starts) {
                LogSlice part = stretch(store, some, start, start + 200, 100);
                assertThat(part.previous()).isEqualTo(start);
                assertThat(part.completeTo())
                        .isEqualTo(start + 200 <= 8_000 ? start + 200 : Math.max(start, 8_000));
                found.addAll(part.entries());
            }
            found.sort(Comparator.comparingLong(LogEntry::sequence));
            assertThat(found).isEqualTo(all);
            LogSlice cut = stretch(store, some, 400, 1_000, 7);
            assertThat(cut.entries()).hasSize(7);
            assertThat(cut.completeTo()).isEqualTo(cut.entries().getLast().sequence());
            store.append(Scene.log(9_000, 3).subList(8_000, 9_000));
            assertThat(stretch(store, some, 7_990, 8_990, 1_000).entries()).hasSize(333);
        }
    }

    @Test
    void packsAFloodAtOnceInWhateverOrderItComes() throws IOException, SQLException {
        List<LogEntry> log = Scene.log(6_000, 3);
        List<List<LogEntry>> stretches = new ArrayList<>();
        for (int from = 0; from < log.size(); from += 300) {
            stretches.add(log.subList(from, Math.min(log.size(), from + 300)));
        }
        Collections.shuffle(stretches, new Random(4));
        try (SqliteStore store = scene.open()) {
            // What came live is there already, and comes again.
            store.append(CURSOR, log.subList(5_000, 5_100), 0);
            scene.settle(store);
            for (List<LogEntry> some : stretches.subList(0, 15)) {
                store.append(CURSOR, some, 0);
            }
            scene.settle(store);
            for (List<LogEntry> some : stretches.subList(10, stretches.size())) {
                store.append(CURSOR, some, 6_001);
            }
            scene.settle(store);
            assertThat(readings(store)).isEqualTo(log.subList(1, log.size()));
        }
        try (var shell = DriverManager.getConnection("jdbc:sqlite:" + scene.file);
                var slots = shell.createStatement().executeQuery("SELECT count(*) FROM tail")) {
            assertThat(slots.getInt(1)).as("slots").isEqualTo(1);
        }
        try (SqliteStore store = scene.open()) {
            assertThat(readings(store)).isEqualTo(log.subList(1, log.size()));
            assertThat(store.recovered().cursors()).containsExactly(Map.entry(CURSOR, 6_001L));
        }
    }

    @Test
    void commitsWithoutWaitingWhenAskedTo() throws IOException {
        try (SqliteStore store = scene.open()) {
            store.append(CURSOR, List.of(reading(1, "air/temperature", 1)), 1);
            assertThat(store.step()).isPositive();
            store.flush();
            store.step();
            assertThat(scene.told(Event.Committed.class)).hasSize(1);
            store.append(CURSOR, List.of(reading(2, "air/temperature", 1)), 2);
            assertThat(store.step()).isPositive();
            assertThat(scene.told(Event.Committed.class)).hasSize(1);
        }
    }

    private static List<LogEntry> readings(SqliteStore store) {
        return history(store, "shed/**", null, null).stream().<LogEntry>map(Kept::reading).toList();
    }

    private static LogSlice stretch(
            SqliteStore store, Filter filter, long after, long through, int limit) {
        LogId log = store.recovered().log();
        return store.askHere(
                reader -> reader.read(new LogQuery(filter, log, after, through, limit)));
    }

    @Test
    void answersForAnotherLogFromItsOwnStart() throws IOException {
        try (SqliteStore store = scene.open()) {
            store.append(List.of(reading(1, "air/temperature", 1)));
            LogSlice slice =
                    store.askHere(reader ->
                            reader.read(
                                    new LogQuery(Filter.ALL, PEERS_LOG, 99, Long.MAX_VALUE, 5)));
            assertThat(slice.log()).isEqualTo(store.recovered().log());
            assertThat(slice.previous()).isZero();
            assertThat(slice.entries()).hasSize(1);
        }
    }

    @Test
    void findsReadingsByTheTimeThatIsKnownNow() throws IOException {
        scene.packRows = 50;
        try (SqliteStore store = scene.open()) {
            List<LogEntry> entries = new ArrayList<>();
            entries.add(new BootClock(1, new Stamp(1, 0), 0, false));
            for (int i = 2; i <= 400; i++) {
                entries.add(reading(i, 1, i * 1_000_000L, "air/temperature", i));
            }
            store.append(entries);
            scene.settle(store);
            assertThat(sequences(history(store, "**", 100_000_000L, 103_000_000L)))
                    .containsExactly(100L, 101L, 102L);
            store.append(List.of(clock(401, 1, 401_000_000L, WALL_OFFSET)));
            scene.settle(store);
            assertThat(history(store, "**", 100_000_000L, 103_000_000L)).isEmpty();
            List<Kept> found =
                    history(store, "**", WALL_OFFSET + 100_000_000L, WALL_OFFSET + 103_000_000L);
            assertThat(sequences(found)).containsExactly(100L, 101L, 102L);
            assertThat(found.getFirst().wallMicros()).isEqualTo(WALL_OFFSET + 100_000_000L);
        }
    }

    @Test
    void pagesThroughAllLogsWithoutLossOrRepetition() throws IOException {
        scene.packRows = 60;
        try (SqliteStore store = scene.open()) {
            store.append(Scene.log(500, 3));
            store.append(CURSOR, Scene.log(400, 2), 401);
            store.append(
                    new Cursor(PEER, new LogId(6), Filter.ALL),
                    List.of(reading(9, "s0/temperature", 4)),
                    9);
            scene.settle(store);
            List<Position> seen = new ArrayList<>();
            Position after = null;
            do {
                Position from = after;
                Page page =
                        store.askHere(reader ->
                                reader.read(new HistoryQuery(Filter.ALL, null, null, from, 70)));
                page.readings()
                        .forEach(kept ->
                                seen.add(
                                        new Position(
                                                kept.origin(),
                                                kept.log(),
                                                kept.reading().sequence())));
                after = page.next();
            } while (after != null);
            assertThat(seen).hasSize(901).doesNotHaveDuplicates();
            assertThat(seen.getLast()).isEqualTo(new Position(PEER, new LogId(6), 9));
        }
    }

    @Test
    void tellsTheNewestOfEachSeriesOfEachNode() throws IOException {
        scene.packRows = 4;
        try (SqliteStore store = scene.open()) {
            for (int i = 1; i < 40; i++) {
                store.append(List.of(reading(i, "air/temperature", i)));
            }
            store.append(CURSOR, List.of(reading(5, "air/temperature", 50)), 5);
            scene.settle(store);
        }
        try (SqliteStore store = scene.open()) {
            List<Kept> newest = store.askHere(reader -> reader.newest(Filter.of("*/air/*")));
            assertThat(newest)
                    .extracting(Kept::origin, kept -> kept.reading().value())
                    .containsExactlyInAnyOrder(tuple(SELF, 39.0), tuple(PEER, 50.0));
        }
    }

    @Test
    void countsBootsAndKnowsTheSameOneAgain() throws IOException {
        scene.open().close();
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().boot()).isEqualTo(1);
        }
        scene.bootId = "boot-b";
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().boot()).isEqualTo(2);
        }
    }

    @Test
    void beginsALogOfItsOwnForANewIdentity() throws IOException {
        LogId first;
        try (SqliteStore store = scene.open()) {
            first = store.recovered().log();
            store.append(List.of(reading(1, "air/temperature", 1)));
        }
        scene.self = Scene.node(3);
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().log()).isNotEqualTo(first);
            assertThat(store.recovered().nextSequence()).isEqualTo(1);
            assertThat(history(store, "greenhouse/**", null, null)).hasSize(1);
        }
    }

    @Test
    void refusesWhatDoesNotFitTheQueueAndTakesNothingOfIt() throws IOException {
        try (SqliteStore store = scene.open()) {
            List<LogEntry> log = Scene.log(Pending.ENTRIES_MAX - 1, 1);
            assertThat(store.append(log)).isTrue();
            assertThat(store.append(List.of(reading(99_999, "air/temperature", 1)))).isFalse();
            assertThat(store.latest(new Series("air", "temperature"))).isEmpty();
            scene.settle(store);
            assertThat(store.append(List.of(reading(99_999, "air/temperature", 1)))).isTrue();
        }
    }

    @Test
    void saysLaterWhatTheCoreHadNoRoomFor() throws IOException {
        try (SqliteStore store = scene.open()) {
            scene.full = true;
            store.append(CURSOR, List.of(reading(1, "air/temperature", 1)), 1);
            scene.nanos += 1_000_000_000L;
            assertThat(store.step()).isPositive();
            scene.full = false;
            store.step();
            assertThat(scene.told).containsExactly(new Event.Committed(0, Map.of(CURSOR, 1L)));
        }
    }

    private static LogSlice slice(SqliteStore store, Filter filter, long after, int limit) {
        LogId log = store.recovered().log();
        return store.askHere(
                reader -> reader.read(new LogQuery(filter, log, after, Long.MAX_VALUE, limit)));
    }

    private static List<Kept> history(
            SqliteStore store, String filter, @Nullable Long from, @Nullable Long to) {
        return store.askHere(reader ->
                        reader.read(new HistoryQuery(Filter.of(filter), from, to, null, 10_000)))
                .readings();
    }

    private static List<Long> sequences(List<Kept> kept) {
        return kept.stream().map(one -> one.reading().sequence()).toList();
    }
}
