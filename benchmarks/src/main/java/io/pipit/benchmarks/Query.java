package io.pipit.benchmarks;

import io.pipit.host.SystemTime;
import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.port.ReadingHistory;
import io.pipit.port.TimeSource;
import io.pipit.store.SqliteStore;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A day of one series at 1 Hz out of ten series, and what a reading takes in the file. */
final class Query {
    private static final int SERIES = 10;
    private static final long DAY_MICROS = 86_400L * 1_000_000;
    private static final int QUERIES = 60;
    private static final int WARM = 30;
    private static final int JITTER_MICROS = 200;
    private static final long PACKED_AFTER_MILLIS = 5_000;
    private static final long PACKING_MILLIS_MAX = 300_000;

    private final Report report;
    private final int readings;

    Query(Report report, int readings) {
        this.report = report;
        this.readings = readings;
    }

    /** The real clocks of a machine that has been up for as long as the readings span. */
    private record Later(SystemTime real, long nanos) implements TimeSource {
        @Override
        public long monotonicNanos() {
            return real.monotonicNanos() + nanos;
        }

        @Override
        public long wallMicros() {
            return real.wallMicros();
        }

        @Override
        public boolean synchronised() {
            return true;
        }
    }

    void measure(Path folder) throws Exception {
        report.line("### (d) A day of one series at 1 Hz");
        report.line("");
        int each = readings / SERIES;
        Later time = new Later(new SystemTime(), each * 1_000_000_000L);
        long start = time.monotonicMicros() - each * 1_000_000L;
        long offset = time.wallMicros() - time.monotonicMicros();
        SqliteStore.Settings settings =
                new SqliteStore.Settings(
                        NodeId.ofBytes(new byte[16]),
                        "benchmark",
                        Duration.ofSeconds(1),
                        Duration.ofDays(90),
                        2L << 30);
        try (Replication.Filling filling = new Replication.Filling(folder, settings, time)) {
            long begin = System.nanoTime();
            fill(filling, each, start, offset);
            double fillSeconds = (System.nanoTime() - begin) / 1e9;
            double packSeconds = awaitPacked(folder);
            Samples day = new Samples(QUERIES);
            Samples first = new Samples(QUERIES);
            SplittableRandom random = new SplittableRandom(2);
            long days = Math.max(1, each * 1_000_000L / DAY_MICROS);
            int count = 0;
            for (int i = 0; i < WARM + QUERIES; i++) {
                long from = start + offset + random.nextLong(days) * DAY_MICROS;
                long before = System.nanoTime();
                count = 0;
                ReadingHistory.Position after = null;
                boolean more = true;
                while (more) {
                    ReadingHistory.Page page = page(filling.store, i % SERIES, from, after);
                    if (after == null && i >= WARM) {
                        first.add(System.nanoTime() - before);
                    }
                    count += page.readings().size();
                    after = page.next();
                    more = after != null;
                }
                if (i >= WARM) {
                    day.add(System.nanoTime() - before);
                }
            }
            report.table(
                    List.of("", "value"),
                    List.of(
                            List.of(
                                    "a day (" + count + " readings), ms, p50 / p99",
                                    Report.number(day.micros(0.5) / 1e3, 1)
                                            + " / "
                                            + Report.number(day.micros(0.99) / 1e3, 1)),
                            List.of(
                                    "its first page (" + ReadingHistory.LIMIT_MAX + "), ms, p50",
                                    Report.number(first.micros(0.5) / 1e3, 1)),
                            List.of(
                                    "bytes a reading in the file's used pages",
                                    Report.number((double) used(folder) / readings, 2)),
                            List.of(
                                    "bytes a reading of the file as it lies there",
                                    Report.number((double) bytes(folder) / readings, 2)),
                            List.of(
                                    "bytes of slots not packed yet",
                                    Report.number(
                                            (double)
                                                    asked(
                                                            folder,
                                                            "SELECT sum(length(data)) FROM tail"),
                                            0)),
                            List.of(
                                    "readings/s while writing",
                                    Report.number(readings / fillSeconds, 0)),
                            List.of(
                                    "s until all that is packed was",
                                    Report.number(packSeconds, 1))));
        }
    }

    private static ReadingHistory.Page page(
            SqliteStore store, int series, long from, ReadingHistory.@Nullable Position after) {
        return store.read(
                        new ReadingHistory.HistoryQuery(
                                Filter.of("a/" + series(series)),
                                from,
                                from + DAY_MICROS,
                                after,
                                ReadingHistory.LIMIT_MAX))
                .toCompletableFuture()
                .join();
    }

    private static Series series(int index) {
        return new Series("air" + index, "temperature");
    }

    private static void fill(Replication.Filling filling, int each, long start, long offset)
            throws InterruptedException {
        int boot = filling.store.recovered().boot();
        long sequence = 1;
        filling.add(
                List.of(new BootClock(sequence, new Stamp(boot, start), offset, true)),
                (long) each * SERIES + 1);
        SplittableRandom random = new SplittableRandom(3);
        double[] values = new double[SERIES];
        List<LogEntry> batch = new ArrayList<>();
        for (int second = 0; second < each; second++) {
            for (int i = 0; i < SERIES; i++) {
                values[i] += random.nextInt(-3, 4) * 0.01;
                long at = start + second * 1_000_000L + random.nextInt(JITTER_MICROS);
                batch.add(
                        new Reading(
                                ++sequence,
                                new Stamp(boot, at),
                                series(i),
                                Math.round((20 + values[i]) * 100) / 100.0,
                                "Cel"));
            }
            if (batch.size() >= 1_000 || second == each - 1) {
                filling.add(List.copyOf(batch), 0);
                batch.clear();
            }
        }
        filling.awaitCommitted(sequence);
    }

    /** Waits until the file's times and sizes no longer change. */
    private static double awaitPacked(Path folder) throws Exception {
        long begin = System.nanoTime();
        long quietSince = begin;
        String last = "";
        while (System.nanoTime() - quietSince < PACKED_AFTER_MILLIS * 1_000_000
                && System.nanoTime() - begin < PACKING_MILLIS_MAX * 1_000_000) {
            String now =
                    bytes(folder)
                            + " "
                            + Files.getLastModifiedTime(folder.resolve("pipit.db"))
                            + Files.getLastModifiedTime(folder.resolve("pipit.db-wal"));
            if (!now.equals(last)) {
                last = now;
                quietSince = System.nanoTime();
            }
            Thread.sleep(100);
        }
        return (quietSince - begin) / 1e9;
    }

    /** What isn't free: the pages of rows that were packed since are used again before others. */
    private static long used(Path folder) throws SQLException {
        return asked(
                folder,
                "SELECT (page_count - freelist_count) * page_size"
                        + " FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
    }

    private static long asked(Path folder, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("pipit.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** The file and its write-ahead log. */
    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "pipit.db*")) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
