package io.pipit.store;

import static io.pipit.store.Scene.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.Reading;
import io.pipit.monitor.Health;
import io.pipit.port.Event;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.LogQuery;
import io.pipit.port.ReadingStore.Cursor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TailTest {
    private static final Cursor CURSOR = new Cursor(Scene.PEER, new LogId(5), Filter.ALL);

    @TempDir Path directory;
    private Scene scene;

    @BeforeEach
    void begin() {
        scene = new Scene(directory);
    }

    private static List<LogEntry> readings(SqliteStore store) {
        return store
                .askHere(reader ->
                        reader.read(new HistoryQuery(Filter.ALL, null, null, null, 10_000)))
                .readings()
                .stream()
                .<LogEntry>map(Kept::reading)
                .toList();
    }

    private static List<LogEntry> after(SqliteStore store, long after, int limit) {
        LogId log = store.recovered().log();
        return store.askHere(reader ->
                        reader.read(new LogQuery(Filter.ALL, log, after, Long.MAX_VALUE, limit)))
                .entries();
    }

    private long asked(String sql) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + scene.file);
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.getLong(1);
        }
    }

    @Test
    void commitsOfAMinuteShareSlotsAndEachIsThereAfterAStop() throws Exception {
        List<LogEntry> log = Scene.log(1_200, 20);
        for (int from = 1; from < log.size(); from += 400) {
            try (SqliteStore store = scene.open()) {
                for (int i = from; i < from + 400; i += 20) {
                    store.append(log.subList(i, i + 20));
                    scene.settle(store);
                    assertThat(readings(store)).isEqualTo(log.subList(1, i + 20));
                }
            }
        }
        assertThat(asked("SELECT count(*) FROM tail WHERE substr(data, 1, 1) = x'01'"))
                .as("slots of 60 commits, gone on with after each stop")
                .isLessThanOrEqualTo(6);
        try (SqliteStore store = scene.open()) {
            assertThat(readings(store)).isEqualTo(log.subList(1, log.size()));
            assertThat(after(store, 600, 50)).isEqualTo(log.subList(600, 650));
        }
    }

    @Test
    void whatComesTwiceIsThereOnceAsItCameFirst() throws Exception {
        List<LogEntry> log = Scene.log(900, 3);
        Random random = new Random(3);
        try (SqliteStore store = scene.open()) {
            store.append(CURSOR, log, 901);
            scene.settle(store);
            List<LogEntry> other = new ArrayList<>();
            for (LogEntry entry : log.subList(1, log.size())) {
                Reading reading = (Reading) entry;
                other.add(
                        reading(
                                reading.sequence(),
                                1,
                                random.nextInt(99),
                                reading.series().toString(),
                                99));
            }
            store.append(CURSOR, other, 901);
            scene.settle(store);
            store.append(CURSOR, other.subList(100, 200), 901);
            scene.settle(store);
            assertThat(readings(store)).isEqualTo(log.subList(1, log.size()));
        }
        try (SqliteStore store = scene.open()) {
            assertThat(readings(store)).isEqualTo(log.subList(1, log.size()));
        }
    }

    @Test
    void whatComesInAnyOrderIsReadInLogOrderBeforeAndAfterItIsPacked() throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Scene one = new Scene(Files.createDirectory(directory.resolve("seed" + seed)));
            one.packRows = 50 + random.nextInt(2_000);
            List<LogEntry> log = Scene.log(3_000, 1 + random.nextInt(12));
            List<List<LogEntry>> calls = new ArrayList<>();
            for (int from = 1; from < log.size(); ) {
                int to = Math.min(log.size(), from + 1 + random.nextInt(40));
                calls.add(log.subList(from, to));
                from = to;
            }
            // Some gaps are filled soon, some late, some come twice.
            for (int i = 0; i < calls.size() / 4; i++) {
                int a = random.nextInt(calls.size());
                int b = Math.min(calls.size() - 1, a + random.nextInt(1 + random.nextInt(90)));
                Collections.swap(calls, a, b);
                calls.add(calls.get(a));
            }
            SqliteStore store = one.open();
            for (List<LogEntry> call : calls) {
                store.append(CURSOR, call, 0);
                if (random.nextInt(3) == 0) {
                    one.settle(store);
                }
                if (random.nextInt(60) == 0) {
                    one.settle(store);
                    store.close();
                    store = one.open();
                }
            }
            assertThat(readings(store)).as("seed %d", seed).isEqualTo(log.subList(1, log.size()));
            one.settle(store);
            assertThat(readings(store)).as("seed %d", seed).isEqualTo(log.subList(1, log.size()));
            store.close();
        }
    }

    @Test
    void aCommitThatFailsLeavesNothingAndComesWholeTheNextTime() throws Exception {
        List<LogEntry> log = Scene.log(9_000, 5);
        try (SqliteStore store = scene.open()) {
            store.append(log.subList(0, 100));
            scene.settle(store);
            store.append(CURSOR, log.subList(1, 50), 50);
            scene.settle(store);
            store.limitPages(1);
            for (int from = 100; from < log.size(); from += 890) {
                store.append(log.subList(from, Math.min(log.size(), from + 890)));
                store.append(CURSOR, log.subList(from / 100, from / 100 + 3), 200);
                scene.nanos += 60_000_000_000L;
                store.step();
            }
            // Some fit in what was made ahead, no more than was said.
            long said = scene.told(Event.Committed.class).getLast().ownThrough();
            Scene copy = new Scene(Files.createDirectory(directory.resolve("copy")));
            for (String part : List.of("", "-wal")) {
                String name = "pipit.db" + part;
                Files.copy(directory.resolve(name), copy.file.resolveSibling(name));
            }
            store.limitPages(1_000_000);
            scene.settle(store);
            assertThat(said).isLessThan(2_000);
            try (SqliteStore cut = copy.open()) {
                assertThat(after(cut, 0, 10_000)).isEqualTo(log.subList(0, (int) said));
            }
            assertThat(after(store, 0, 10_000)).isEqualTo(log);
        }
        try (SqliteStore store = scene.open()) {
            assertThat(after(store, 0, 10_000)).isEqualTo(log);
        }
    }

    @Test
    void acknowledgesNothingThatCouldNotBeSyncedAndBeginsTheLogAnewBeforeItGoesOn()
            throws Exception {
        List<LogEntry> log = Scene.log(600, 5);
        boolean[] broken = {true};
        List<Long> lengths = new ArrayList<>();
        try (SqliteStore store = scene.open()) {
            store.append(log.subList(0, 200));
            scene.settle(store);
            store.syncBy(() -> {
                lengths.add(Files.size(directory.resolve("pipit.db-wal")));
                if (broken[0]) {
                    throw new IOException("the card is gone");
                }
            });
            store.append(log.subList(200, 400));
            for (int tries = 0; tries < 3; tries++) {
                scene.nanos += 60_000_000_000L;
                store.step();
            }
            assertThat(scene.told(Event.Committed.class).getLast().ownThrough()).isEqualTo(200);
            assertThat(scene.health.parts().get(Health.Part.STORE).reason())
                    .contains("can't be written", "the card is gone");
            broken[0] = false;
            scene.settle(store);
            assertThat(scene.told(Event.Committed.class).getLast().ownThrough()).isEqualTo(400);
            assertThat(lengths).as("each log is a commit's").hasSize(4);
            assertThat(lengths.subList(1, 4)).allMatch(length -> length <= lengths.getFirst());
            store.append(log.subList(400, log.size()));
            scene.settle(store);
            assertThat(after(store, 0, 10_000)).isEqualTo(log);
        }
        try (SqliteStore store = scene.open()) {
            assertThat(after(store, 0, 10_000)).isEqualTo(log);
        }
    }

    @Test
    void aBootBeginsASlotOfItsOwnAndIsFoundByTime() throws IOException {
        try (SqliteStore store = scene.open()) {
            List<LogEntry> all = new ArrayList<>();
            all.add(Scene.clock(1, 1, 0, Scene.WALL_OFFSET));
            all.add(reading(2, 1, 5_000_000, "air/temperature", 1));
            all.add(Scene.clock(3, 2, 0, Scene.WALL_OFFSET + 100_000_000));
            all.add(reading(4, 2, 5_000_000, "air/temperature", 2));
            store.append(all);
            scene.settle(store);
            long from = Scene.WALL_OFFSET + 105_000_000;
            List<Kept> found =
                    store.askHere(reader ->
                                    reader.read(
                                            new HistoryQuery(Filter.ALL, from, from + 1, null, 10)))
                            .readings();
            assertThat(found).extracting(kept -> kept.reading().sequence()).containsExactly(4L);
        }
    }
}
