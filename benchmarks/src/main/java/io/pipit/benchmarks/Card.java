package io.pipit.benchmarks;

import io.pipit.host.SystemTime;
import io.pipit.model.BootClock;
import io.pipit.model.LogEntry;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.port.TimeSource;
import io.pipit.store.SqliteStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What each reading costs the card: {@code write_bytes} of the process, which counts each page that
 * is written to, with twenty series at 1 Hz, in a commit a second and one in ten. All that is
 * committed is durable, everywhere. Time is made to pass as fast as the disk takes the commits.
 */
final class Card {
    private static final int SERIES = 20;
    private static final long SECOND_MICROS = 1_000_000;
    private static final int JITTER_MICROS = 400;

    private final Report report;
    private final int readings;

    Card(Report report, int readings) {
        this.report = report;
        this.readings = readings;
    }

    /** A machine whose time goes on by hand, and by itself besides. */
    private static final class Ahead implements TimeSource {
        private final SystemTime real = new SystemTime();
        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long monotonicNanos() {
            return real.monotonicNanos() + nanos.get();
        }

        @Override
        public long wallMicros() {
            return real.wallMicros() + nanos.get() / 1_000;
        }

        @Override
        public boolean synchronised() {
            return true;
        }
    }

    /** Something that keeps a second's or ten seconds' values, durably when it returns. */
    private interface Keeper {
        void keep(List<Reading> batch) throws Exception;
    }

    void measure(Path folder) throws Exception {
        report.line("### (i) Bytes written for a reading");
        report.line("");
        List<List<String>> rows = new ArrayList<>();
        for (int seconds : new int[] {1, 10}) {
            Path here = Files.createDirectories(folder.resolve("every-" + seconds));
            rows.add(row("Pipit's store", seconds, pipit(here.resolve("pipit"), seconds)));
            rows.add(
                    row(
                            "SQLite, a row a reading, one transaction",
                            seconds,
                            sqlite(here.resolve("delete.db"), seconds, "DELETE", false)));
            rows.add(
                    row(
                            "the same with a write-ahead log",
                            seconds,
                            sqlite(here.resolve("wal.db"), seconds, "WAL", false)));
            rows.add(row("CSV, appended and synced", seconds, csv(here, seconds)));
        }
        rows.add(
                row(
                        "SQLite, a row and a transaction a reading",
                        1,
                        sqlite(folder.resolve("each.db"), 1, "DELETE", true)));
        report.table(
                List.of("", "commit every, s", "readings", "bytes a reading", "MB a day"), rows);
    }

    private record Cost(long readings, long bytes) {}

    private static List<String> row(String name, int seconds, Cost cost) {
        double each = (double) cost.bytes / cost.readings;
        return List.of(
                name,
                Integer.toString(seconds),
                Report.number((double) cost.readings, 0),
                Report.number(each, 1),
                Report.number(each * SERIES * 86_400 / 1e6, 0));
    }

    private Cost pipit(Path folder, int seconds) throws Exception {
        Ahead time = new Ahead();
        SqliteStore.Settings settings =
                new SqliteStore.Settings(
                        NodeId.ofBytes(new byte[16]),
                        "benchmark",
                        Duration.ofMinutes(1),
                        Duration.ofDays(90),
                        1L << 30);
        try (Replication.Filling filling = new Replication.Filling(folder, settings, time)) {
            int boot = filling.store.recovered().boot();
            filling.add(
                    List.of(
                            new BootClock(
                                    1,
                                    new Stamp(boot, time.monotonicMicros()),
                                    time.wallMicros() - time.monotonicMicros(),
                                    true)),
                    readings * 2L);
            Keeper keeper =
                    batch -> {
                        time.nanos.addAndGet(seconds * 1_000_000_000L);
                        List<LogEntry> entries = List.copyOf(batch);
                        filling.add(entries, 0);
                        filling.store.flush();
                        filling.awaitCommitted(batch.getLast().sequence());
                    };
            return run(keeper, seconds, readings, boot, time.monotonicMicros());
        }
    }

    private Cost sqlite(Path file, int seconds, String journal, boolean each) throws Exception {
        int count = each ? readings / SERIES : readings;
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = " + journal);
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("CREATE TABLE reading (series INTEGER, time INTEGER, value REAL)");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO reading VALUES (?,?,?)")) {
                connection.setAutoCommit(each);
                return run(batch -> insert(connection, insert, batch, each), seconds, count, 1, 0);
            }
        }
    }

    private static void insert(
            Connection connection, PreparedStatement insert, List<Reading> batch, boolean each)
            throws SQLException {
        for (Reading reading : batch) {
            insert.setInt(1, reading.series().sensor().hashCode() & 0xff);
            insert.setLong(2, reading.at().monotonicMicros());
            insert.setDouble(3, reading.value());
            insert.executeUpdate();
        }
        if (!each) {
            connection.commit();
        }
    }

    private Cost csv(Path folder, int seconds) throws Exception {
        try (FileChannel channel =
                FileChannel.open(
                        folder.resolve("readings.csv"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND)) {
            Keeper keeper =
                    batch -> {
                        StringBuilder lines = new StringBuilder();
                        for (Reading reading : batch) {
                            lines.append(reading.at().monotonicMicros())
                                    .append(',')
                                    .append(reading.series())
                                    .append(',')
                                    .append(reading.value())
                                    .append('\n');
                        }
                        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(lines.toString());
                        while (bytes.hasRemaining()) {
                            channel.write(bytes);
                        }
                        channel.force(false);
                    };
            return run(keeper, seconds, readings, 1, 0);
        }
    }

    /** The same values for all of them. */
    private static Cost run(Keeper keeper, int seconds, int readings, int boot, long start)
            throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        Series[] series = new Series[SERIES];
        double[] values = new double[SERIES];
        for (int i = 0; i < SERIES; i++) {
            series[i] = new Series("air" + i, "temperature");
        }
        long before = written();
        long sequence = 1;
        long count = 0;
        for (long second = 0; count < readings; second += seconds) {
            List<Reading> batch = new ArrayList<>();
            for (int within = 0; within < seconds; within++) {
                for (int i = 0; i < SERIES; i++) {
                    values[i] += random.nextInt(-3, 4) * 0.01;
                    long at =
                            start
                                    + (second + within) * SECOND_MICROS
                                    + i * 1_000L
                                    + random.nextInt(JITTER_MICROS);
                    batch.add(
                            new Reading(
                                    ++sequence,
                                    new Stamp(boot, at),
                                    series[i],
                                    Math.round((20 + values[i]) * 100) / 100.0,
                                    "Cel"));
                }
            }
            keeper.keep(batch);
            count += batch.size();
        }
        return new Cost(count, written() - before);
    }

    /** Of this process, bytes (proc_pid_io(5)). */
    private static long written() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/io")).stream()
                .filter(line -> line.startsWith("write_bytes:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
