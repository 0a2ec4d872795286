package io.pipit.store;

import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.LogQuery;
import io.pipit.port.ReadingHistory.Page;
import io.pipit.port.ReadingHistory.Position;
import io.pipit.port.ReadingStore.Cursor;
import io.pipit.port.TimeSource;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** Measures the store on this machine: {@code StoreFigures DIRECTORY READINGS}. Not a test. */
final class StoreFigures {
    private static final int SERIES = 10;
    private static final long OFFSET = 1_800_000_000_000_000L;

    private StoreFigures() {}

    private static final class Clock implements TimeSource {
        @Override
        public long monotonicNanos() {
            return System.nanoTime();
        }

        @Override
        public long wallMicros() {
            return OFFSET + System.nanoTime() / 1_000;
        }

        @Override
        public boolean synchronised() {
            return false;
        }
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createDirectories(Path.of(args[0]));
        int readings = Integer.parseInt(args[1]);
        boolean own = args.length > 2 && args[2].equals("own");
        Path file = directory.resolve("pipit.db");
        AtomicLong through = new AtomicLong();
        Semaphore moved = new Semaphore(0);
        long opening = System.nanoTime();
        SqliteStore store = open(file, through, moved);
        System.out.printf("open %.1f ms%n", (System.nanoTime() - opening) / 1e6);
        LogId log = own ? store.recovered().log() : new LogId(5);
        Cursor cursor = new Cursor(Scene.PEER, log, Filter.ALL);
        long written = writeBytes();
        long began = System.nanoTime();
        if (store.series().isEmpty()) {
            append(store, own, cursor, readings, moved);
        }
        while (store.recovered().lastSequences().isEmpty() && through.get() < readings + 1) {
            moved.acquire();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("committed %,.0f readings/s%n", readings / seconds);
        for (int still = 0; still < 20; still++) {
            long progress = store.lastProgressNanos();
            Thread.sleep(20);
            still = store.lastProgressNanos() - progress > 15_000_000 ? still : 0;
        }
        store.close();
        System.out.printf(
                "packed on the way, closed after %.1f s; written %.1f bytes a reading; file %.2f"
                        + " bytes a reading%n",
                (System.nanoTime() - began) / 1e9,
                (writeBytes() - written) / (double) readings,
                Files.size(file) / (double) readings);
        opening = System.nanoTime();
        SqliteStore again = open(file, through, moved);
        System.out.printf("open again %.1f ms%n", (System.nanoTime() - opening) / 1e6);
        double[] days = new double[40];
        for (int round = 0; round < days.length; round++) {
            long cpu = cpuNanos();
            long start = System.nanoTime();
            int count = day(again, readings, round);
            days[round] = (System.nanoTime() - start) / 1e6;
            System.out.printf(
                    "a day, %d readings of %d: %.2f ms, %.2f ms of CPU%n",
                    count, readings, days[round], (cpuNanos() - cpu) / 1e6);
        }
        Arrays.sort(days);
        System.out.printf("a day: best %.2f, median %.2f ms%n", days[0], days[20]);
        if (own) {
            repair(again, log, readings);
        }
        again.close();
    }

    private static SqliteStore open(Path file, AtomicLong through, Semaphore moved)
            throws Exception {
        return SqliteStore.open(
                file,
                new SqliteStore.Settings(
                        Scene.SELF, "boot", Duration.ofSeconds(1), Duration.ofDays(90), 2L << 30),
                new SqliteStore.Ports(
                        node -> Optional.of(node.equals(Scene.SELF) ? "self" : "peer"),
                        event -> {
                            if (event instanceof Event.Committed committed) {
                                through.accumulateAndGet(committed.ownThrough(), Math::max);
                                committed
                                        .cursors()
                                        .values()
                                        .forEach(to -> through.accumulateAndGet(to, Math::max));
                                moved.release();
                            }
                            return true;
                        },
                        new Clock(),
                        Thread::new,
                        new Health(),
                        new Metrics(),
                        new Random(7)::nextLong));
    }

    private static void append(
            SqliteStore store, boolean own, Cursor cursor, int readings, Semaphore moved)
            throws Exception {
        Random random = new Random(1);
        Series[] names = new Series[SERIES];
        double[] values = new double[SERIES];
        for (int s = 0; s < SERIES; s++) {
            names[s] = new Series("s" + s, "temperature");
            values[s] = 20 + s;
        }
        List<LogEntry> call = new ArrayList<>();
        call.add(Scene.clock(1, 1, 0, OFFSET));
        for (int i = 0; i < readings; i++) {
            int s = i % SERIES;
            values[s] += Math.rint(random.nextGaussian() * 3) / 100;
            long at = 1_000_000L * (i / SERIES) + 500L * s + (long) (random.nextGaussian() * 400);
            call.add(
                    new Reading(
                            i + 2L,
                            new Stamp(1, at),
                            names[s],
                            Math.rint(values[s] * 100) / 100,
                            "Cel"));
            if (call.size() == 64 || i == readings - 1) {
                while (own
                        ? !store.append(call)
                        : !store.append(cursor, call, call.getLast().sequence())) {
                    moved.acquire();
                }
                call = new ArrayList<>();
            }
        }
    }

    private static int day(SqliteStore store, int readings, int round) {
        long seconds = readings / SERIES;
        long from = OFFSET + 1_000_000L * Math.max(0, seconds / 2 - 43_200 + round);
        Position after = null;
        int count = 0;
        do {
            Page page =
                    store.read(
                                    new HistoryQuery(
                                            Filter.of("*/s3/temperature"),
                                            from,
                                            from + 86_400_000_000L,
                                            after,
                                            10_000))
                            .toCompletableFuture()
                            .join();
            count += page.readings().size();
            after = page.next();
        } while (after != null);
        return count;
    }

    private static void repair(SqliteStore store, LogId log, int readings) {
        for (int limit : new int[] {50, 10_000}) {
            long began = System.nanoTime();
            long after = readings / 3;
            int count = 0;
            for (int i = 0; i < 20; i++) {
                var slice =
                        store.read(new LogQuery(Filter.ALL, log, after, Long.MAX_VALUE, limit))
                                .toCompletableFuture()
                                .join();
                after = slice.completeTo();
                count += slice.entries().size();
            }
            System.out.printf(
                    "repair by %d: %d entries, %.2f ms an answer%n",
                    limit, count, (System.nanoTime() - began) / 20e6);
        }
    }

    /** Of all threads but this one, which only waits. */
    private static long cpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (var info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().equals("store-reader")) {
                sum += threads.getThreadCpuTime(info.getThreadId());
            }
        }
        return sum;
    }

    private static long writeBytes() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/io"))) {
            if (line.startsWith("write_bytes:")) {
                return Long.parseLong(line.substring(13).trim());
            }
        }
        return 0;
    }
}
