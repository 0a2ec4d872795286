package io.pipit.store;

import static io.pipit.store.Scene.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.port.Event;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.LogQuery;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFileTest {
    /** A store as version 1 left it: a clock, two rows, a cursor; written out, so that it stays. */
    private static final String VERSION_1 =
            """
            INSERT INTO log VALUES (1, x'01000000000000000000000000000000', 255, 1);
            INSERT INTO log VALUES (2, x'02000000000000000000000000000000', 5, 1);
            INSERT INTO own VALUES (1, 1, 2000);
            INSERT INTO boot VALUES (1, 4, 'boot-a');
            INSERT INTO series VALUES (1, 1, 'air/temperature', 'Cel', 0);
            INSERT INTO series VALUES (2, 1, 'soil/moisture', '%RH', 90);
            INSERT INTO clock VALUES (1, 99, 4, 0, 1800000000000000, 1);
            INSERT INTO cursor VALUES (2, '**', 17);
            INSERT INTO reading VALUES (1, 100, 1, 4, 5000000, 21.5);
            INSERT INTO reading VALUES (1, 101, 1, 4, 6000000, -0.0);
            PRAGMA application_id = 1346981972;
            PRAGMA user_version = 1;
            """;

    @TempDir Path directory;
    private Scene scene;

    @BeforeEach
    void begin() {
        scene = new Scene(directory);
    }

    private void execute(String script) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + scene.file);
                Statement statement = connection.createStatement()) {
            for (String sql : script.split(";\\s*\n", -1)) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
        }
    }

    @Test
    void opensWhatVersionOneLeft() throws Exception {
        execute(StoreFile.MIGRATIONS.getFirst());
        execute(VERSION_1);
        try (SqliteStore store = scene.open()) {
            var recovered = store.recovered();
            assertThat(recovered.log()).isEqualTo(new LogId(255));
            assertThat(recovered.boot()).isEqualTo(4);
            assertThat(recovered.nextSequence()).isEqualTo(2_001);
            assertThat(recovered.lastClock()).isEqualTo(99);
            assertThat(recovered.lastSequences())
                    .containsEntry(new Series("soil", "moisture"), 90L);
            assertThat(recovered.cursors()).containsValue(17L);
            assertThat(
                            store.<List<?>>askHere(reader ->
                                    reader.read(
                                                    new LogQuery(
                                                            Filter.ALL,
                                                            null,
                                                            0,
                                                            Long.MAX_VALUE,
                                                            10))
                                            .entries()))
                    .hasSize(3);
        }
    }

    /** What the rows of version 3 say, as the history has it. */
    private List<String> afterMovingTheRows() throws Exception {
        execute("PRAGMA page_size = 4096;\nPRAGMA auto_vacuum = INCREMENTAL;\n");
        for (String sql : StoreFile.MIGRATIONS.subList(0, 3)) {
            execute(sql);
        }
        execute(
                """
                INSERT INTO log VALUES (1, x'01000000000000000000000000000000', 255, 1);
                INSERT INTO log VALUES (2, x'02000000000000000000000000000000', 5, 1);
                INSERT INTO own VALUES (1, 1, 9000);
                INSERT INTO boot VALUES (1, 4, 'boot-a');
                INSERT INTO series VALUES (1, 1, 'air/temperature', 'Cel', 0);
                INSERT INTO series VALUES (2, 1, 'soil/moisture', '%RH', 90);
                INSERT INTO series VALUES (3, 2, 'air/temperature', 'Cel', 0);
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                    INSERT INTO reading SELECT (32766 << 48) + i, 1 + i % 2, 3 + (i > 1000), i * 500000,
                        CASE WHEN i % 7 = 0 THEN -0.0 ELSE i * 0.25 END FROM n;
                WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 10 FROM n WHERE i < 900)
                    INSERT INTO reading SELECT (32765 << 48) + i, 3, 1, i, 1.0 / i FROM n;
                PRAGMA application_id = 1346981972;
                PRAGMA user_version = 3;
                """);
        try (SqliteStore store = scene.open()) {
            return all(store);
        }
    }

    private static List<String> all(SqliteStore store) {
        return store
                .askHere(reader ->
                        reader.read(new HistoryQuery(Filter.ALL, null, null, null, 10_000)))
                .readings()
                .stream()
                .map(kept -> {
                    Reading reading = kept.reading();
                    return "%s %d %d %d %s %s"
                            .formatted(
                                    kept.origin().equals(Scene.SELF) ? "self" : "peer",
                                    reading.sequence(),
                                    reading.at().boot(),
                                    reading.at().monotonicMicros(),
                                    reading.series(),
                                    reading.value());
                })
                .toList();
    }

    @Test
    void movesTheRowsOfVersionThreeIntoSlots() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 3_000; i++) {
            expected.add(
                    "self %d %d %d %s %s"
                            .formatted(
                                    i,
                                    i > 1_000 ? 4 : 3,
                                    i * 500_000L,
                                    i % 2 == 0 ? "air/temperature" : "soil/moisture",
                                    i % 7 == 0 ? -0.0 : i * 0.25));
        }
        for (int i = 10; i <= 900; i += 10) {
            expected.add("peer %d 1 %d air/temperature %s".formatted(i, i, 1.0 / i));
        }
        Path leftOver = Files.writeString(directory.resolve("pipit.db.small"), "of a power cut");
        assertThat(afterMovingTheRows()).isEqualTo(expected);
        assertThat(leftOver).doesNotExist();
        try (SqliteStore store = scene.open()) {
            assertThat(all(store)).isEqualTo(expected);
            assertThat(store.recovered().nextSequence()).isEqualTo(9_001);
            store.append(List.of(reading(9_001, 4, 3_000_000_000L, "air/temperature", 5)));
            scene.settle(store);
            assertThat(all(store)).hasSize(expected.size() + 1);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + scene.file);
                Statement statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "SELECT (SELECT count(*) FROM sqlite_schema WHERE name = 'reading'),"
                                        + " page_size, auto_vacuum, user_version FROM"
                                        + " pragma_page_size, pragma_auto_vacuum,"
                                        + " pragma_user_version")) {
            assertThat(row.getInt(1)).isZero();
            assertThat(row.getInt(2)).isEqualTo(1_024);
            assertThat(row.getInt(3)).as("incremental").isEqualTo(2);
            assertThat(row.getInt(4)).isEqualTo(SqliteStore.VERSION);
        }
    }

    @Test
    void bringsAnOldFileUpToDateInNumberedSteps() throws Exception {
        execute(StoreFile.MIGRATIONS.getFirst());
        execute(VERSION_1);
        List<String> migrations = new ArrayList<>(StoreFile.MIGRATIONS);
        migrations.add("ALTER TABLE boot ADD COLUMN kernel TEXT;\nUPDATE boot SET kernel = '6';\n");
        StoreFile.open(scene.file, migrations, 1 << 20, scene).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + scene.file);
                Statement statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                "SELECT kernel, user_version FROM boot, pragma_user_version")) {
            assertThat(row.getString(1)).isEqualTo("6");
            assertThat(row.getInt(2)).isEqualTo(StoreFile.MIGRATIONS.size() + 1);
        }
    }

    @Test
    void leavesAFileAsItWasWhereAStepFails() throws Exception {
        execute(StoreFile.MIGRATIONS.getFirst());
        execute(VERSION_1);
        List<String> migrations = new ArrayList<>(StoreFile.MIGRATIONS);
        migrations.add("DROP TABLE cursor;\nDROP TABLE nonsense;\n");
        assertThatThrownBy(() -> StoreFile.open(scene.file, migrations, 1 << 20, scene))
                .isInstanceOf(IOException.class);
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().cursors()).hasSize(1);
        }
    }

    @Test
    void refusesANewerStoreAndAnotherProgramsFileUntouched() throws Exception {
        scene.open().close();
        execute("PRAGMA user_version = 99;\n");
        byte[] before = Files.readAllBytes(scene.file);
        assertThatThrownBy(scene::open).hasMessageContaining("is of version 99");
        assertThat(Files.readAllBytes(scene.file)).isEqualTo(before);
        Files.delete(scene.file);
        execute("CREATE TABLE tune (name TEXT);\n");
        byte[] foreign = Files.readAllBytes(scene.file);
        assertThatThrownBy(scene::open).hasMessageContaining("another program's database");
        assertThat(Files.readAllBytes(scene.file)).isEqualTo(foreign);
    }

    @Test
    void aClockThatWasWrittenDownAndLostGetsAPlaceAtTheNextStart() throws Exception {
        BootClock told = new BootClock(0, new Stamp(1, 7_000_000), 55, true);
        try (SqliteStore store = scene.open()) {
            store.reserve(100);
            store.note(told);
            assertThat(store.step()).isZero();
            assertThat(scene.told)
                    .containsExactly(new Event.ClockNoted(told), new Event.Reserved(100));
        }
        for (int start = 0; start < 2; start++) {
            try (SqliteStore store = scene.open()) {
                assertThat(store.recovered().clocks())
                        .containsExactly(new BootClock(101, told.at(), 55, true));
                assertThat(store.recovered().lastClock()).isEqualTo(101);
                assertThat(store.recovered().nextSequence()).isEqualTo(102);
            }
        }
    }

    @Test
    void aClockThatIsInTheLogStaysAsItIs() throws Exception {
        BootClock told = new BootClock(0, new Stamp(1, 7_000_000), 55, true);
        try (SqliteStore store = scene.open()) {
            store.note(told);
            scene.settle(store);
            store.append(List.of(new BootClock(3, told.at(), 55, true)));
            scene.settle(store);
        }
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().clocks()).extracting(BootClock::sequence).containsOnly(3L);
        }
    }

    @Test
    void isOneProcessesAtATime() throws Exception {
        try (SqliteStore store = scene.open()) {
            assertThatThrownBy(scene::open).hasMessageContaining("another pipit uses the store");
            assertThat(store.step()).isEqualTo(Long.MAX_VALUE);
        }
        scene.open().close();
    }

    @Test
    void setsAsideWhatIsNoDatabaseAndBeginsANewLog() throws Exception {
        LogId first;
        try (SqliteStore store = scene.open()) {
            first = store.recovered().log();
        }
        Files.writeString(scene.file, "not a database at all, ".repeat(500));
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().log()).isNotEqualTo(first);
            var condition = scene.health.parts().get(Part.STORE);
            assertThat(condition.status()).isEqualTo(Status.DEGRADED);
            assertThat(condition.reason()).contains("pipit.db.damaged-");
            assertThat(store.append(List.of(reading(1, "air/temperature", 1)))).isTrue();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.matches("pipit\\.db\\.damaged-\\d{8}T\\d{6}Z"));
        }
    }

    @Test
    void setsAsideAnEmptyFileSinceAStoreWasThere() throws Exception {
        scene.open().close();
        Files.write(scene.file, new byte[0]);
        scene.open().close();
        var condition = scene.health.parts().get(Part.STORE);
        assertThat(condition.status()).isEqualTo(Status.DEGRADED);
        assertThat(condition.reason()).contains("pipit.db.damaged-");
        scene.open().close();
        assertThat(scene.health.parts().get(Part.STORE).status()).isEqualTo(Status.OK);
    }

    @Test
    void saysThatABlockIsDamagedAndReadsTheOthers() throws Exception {
        scene.packRows = 200;
        try (SqliteStore store = scene.open()) {
            store.append(Scene.log(20_000, 2));
            scene.settle(store);
            assertThat(scene.health.parts().get(Part.STORE).status()).isEqualTo(Status.OK);
        }
        execute("UPDATE block SET data = x'00' WHERE id = (SELECT min(id) FROM block);\n");
        try (SqliteStore store = scene.open()) {
            LogId own = store.recovered().log();
            int left =
                    store.askHere(reader ->
                            reader.read(new LogQuery(Filter.ALL, own, 0, Long.MAX_VALUE, 10_000))
                                    .entries()
                                    .size());
            assertThat(left).isGreaterThan(5_000);
            var condition = scene.health.parts().get(Part.STORE);
            assertThat(condition.status()).isEqualTo(Status.DEGRADED);
            assertThat(condition.reason()).contains("pipit.db are damaged").contains("dmesg");
        }
    }

    @Test
    void saysThatASlotIsDamagedAndReadsTheOthersAndGoesOn() throws Exception {
        List<LogEntry> log = Scene.log(5_000, 2);
        try (SqliteStore store = scene.open()) {
            store.append(log);
            scene.settle(store);
        }
        execute(
                "UPDATE tail SET data = CAST(substr(data, 1, 200) || x'ff' || substr(data, 202) AS BLOB)"
                        + " WHERE place IN (SELECT place FROM tail ORDER BY place LIMIT 1 OFFSET 2);\n");
        try (SqliteStore store = scene.open()) {
            int left = all(store).size();
            assertThat(left).isBetween(4_000, 4_999);
            assertThat(scene.health.parts().get(Part.STORE).status()).isEqualTo(Status.DEGRADED);
            store.append(List.of(reading(5_002, "s0/temperature", 1)));
            scene.settle(store);
            assertThat(all(store)).hasSize(left + 1);
        }
    }

    @Test
    void theWriteAheadLogGetsItsLengthAtOnceAndLosesNothingByIt() throws Exception {
        Scene after = new Scene(Files.createDirectory(directory.resolve("after")));
        Path wal = directory.resolve("pipit.db-wal");
        List<LogEntry> log = Scene.log(20 * Writer.LENGTHEN_AFTER_COMMITS, 2);
        try (SqliteStore store = scene.open()) {
            for (int from = 0; from + 10 <= log.size(); from += 10) {
                store.append(log.subList(from, from + 10));
                scene.settle(store);
                if (from == 10 * (Writer.LENGTHEN_AFTER_COMMITS - 2)) {
                    assertThat(Files.size(wal)).isLessThan(1 << 20);
                }
            }
            assertThat(Files.size(wal)).isBetween(5L << 19, 6L << 19);
            for (String part : List.of("", "-wal")) {
                String name = "pipit.db" + part;
                Files.copy(directory.resolve(name), after.file.resolveSibling(name));
            }
        }
        try (SqliteStore store = after.open()) {
            assertThat(all(store)).hasSize(log.size() - 2);
        }
        assertThat(wal).doesNotExist();
    }

    @Test
    void stopsAtDamageThatItMeetsLaterAndSetsTheFileAsideAtTheNextStart() throws Exception {
        scene.packRows = 200;
        try (SqliteStore store = scene.open()) {
            store.append(Scene.log(20_000, 5));
            scene.settle(store);
        }
        long length = Files.size(scene.file);
        try (RandomAccessFile file = new RandomAccessFile(scene.file.toFile(), "rw")) {
            for (long page = 20; page < length / 1_024; page++) {
                file.seek(page * 1_024);
                file.write(new byte[64]);
            }
        }
        try (SqliteStore store = scene.open()) {
            for (int i = 0; i < 40 && !store.damaged().toCompletableFuture().isDone(); i++) {
                store.append(Scene.log(2_000, 5));
                scene.nanos += 60_000_000_000L;
                store.step();
                store.step();
            }
            if (scene.health.parts().get(Part.STORE).status() != Status.DEGRADED) {
                assertThat(store.damaged().toCompletableFuture()).isDone();
                assertThat(store.append(List.of())).isFalse();
            }
        }
        try (SqliteStore store = scene.open()) {
            scene.settle(store);
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.map(Path::toString)).anyMatch(name -> name.contains(".damaged-"));
            }
        }
    }

    @Test
    void keepsWhatItCannotWriteAndTriesAgain() throws Exception {
        try (SqliteStore store = scene.open()) {
            store.limitPages(1);
            store.append(Scene.log(20_000, 5));
            scene.nanos += 1_000_000_000L;
            assertThat(store.step()).isEqualTo(1_000_000_000L);
            var failed = scene.health.parts().get(Part.STORE);
            assertThat(failed.status()).isEqualTo(Status.FAILED);
            assertThat(failed.reason()).contains("no room left for").contains("max-size");
            assertThat(scene.told(Event.Committed.class)).isEmpty();
            scene.nanos += 1_000_000_000L;
            assertThat(store.step()).isEqualTo(2_000_000_000L);
            store.limitPages(1_000_000);
            scene.settle(store);
            assertThat(scene.told(Event.Committed.class).getLast().ownThrough()).isEqualTo(20_001);
            assertThat(scene.health.parts().get(Part.STORE).status()).isEqualTo(Status.OK);
        }
    }

    @Test
    void reservesPlacesOnAFullDiskTooAndDoesNotHandThemOutAgainAfterAPowerCut() throws Exception {
        Scene after = new Scene(Files.createDirectory(directory.resolve("after")));
        try (SqliteStore store = scene.open()) {
            store.reserve(1_000);
            scene.settle(store);
            store.limitPages(1);
            store.append(Scene.log(20_000, 5));
            scene.nanos += 1_000_000_000L;
            store.step();
            for (long through = 2_000; through <= 3_000; through += 1_000) {
                store.reserve(through);
                store.step();
            }
            assertThat(scene.health.parts().get(Part.STORE).status()).isEqualTo(Status.FAILED);
            assertThat(scene.told(Event.Reserved.class).getLast().through()).isEqualTo(3_000);
            for (String part : List.of("", "-wal", ".reserved")) {
                String name = "pipit.db" + part;
                Files.copy(directory.resolve(name), after.file.resolveSibling(name));
            }
            store.limitPages(1_000_000);
        }
        try (SqliteStore store = after.open()) {
            assertThat(store.recovered().nextSequence()).isEqualTo(3_001);
        }
        Files.delete(after.file.resolveSibling("pipit.db.reserved"));
        try (SqliteStore store = after.open()) {
            assertThat(store.recovered().nextSequence()).isEqualTo(3_001);
        }
    }

    @Test
    void takesOverWhatWasReservedBesideItAsSoonAsItCanBeWritten() throws Exception {
        try (SqliteStore store = scene.open()) {
            store.limitPages(1);
            store.append(Scene.log(20_000, 5));
            scene.nanos += 1_000_000_000L;
            store.step();
            store.reserve(30_000);
            store.step();
            store.limitPages(1_000_000);
            scene.settle(store);
        }
        Files.delete(scene.file.resolveSibling("pipit.db.reserved"));
        try (SqliteStore store = scene.open()) {
            assertThat(store.recovered().nextSequence()).isEqualTo(30_001);
        }
    }
}
