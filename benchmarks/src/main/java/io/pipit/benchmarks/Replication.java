package io.pipit.benchmarks;

import io.pipit.cli.client.Daemon;
import io.pipit.host.SystemTime;
import io.pipit.host.Threads;
import io.pipit.model.BootClock;
import io.pipit.model.LogEntry;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import io.pipit.store.SqliteStore;
import io.pipit.wire.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A log of one node until a peer that starts with nothing has committed all of it, beside as many
 * messages through a broker with persistence until a subscriber with a lasting session has all.
 */
final class Replication {
    /** One run may take this long, and as much more as it takes at the slowest of paces. */
    private static final long SECONDS_MAX = 120;

    private static final int SLOWEST_PER_SECOND = 5_000;
    private static final int SERIES = 5;
    private static final int BATCH = 1_000;
    private static final long POLL_MILLIS = 20;
    private static final int MQTT_WINDOW = 1_000;

    /** mosquitto_pub 2.0.11 stops for good when its message IDs have gone round once. */
    private static final int MQTT_PUBLISHER_MAX = 50_000;

    private final Report report;
    private final int rounds;
    private final int readings;
    private final long secondsMax;

    /** One run: readings a second, bytes to the disk a reading, and what the processes took. */
    private record Run(
            double perSecond,
            double writtenPerReading,
            String peakMib,
            double cpuMicrosPerReading) {}

    Replication(Report report, int rounds, int readings) {
        this.report = report;
        this.rounds = rounds;
        this.readings = readings;
        this.secondsMax = SECONDS_MAX + readings / SLOWEST_PER_SECOND;
    }

    void measure(Path folder) throws Exception {
        report.line("### (b) Durable replication of a log");
        report.line("");
        boolean broker = Report.has("mosquitto", "-h") && Report.has("mosquitto_pub", "--version");
        if (!broker) {
            report.line("mosquitto or its clients aren't installed: skipped");
        }
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            Path at = folder.resolve("r" + round);
            add(runs, "Pipit, DTLS, committed", pipit(at.resolve("pipit")));
            if (broker) {
                add(runs, "mosquitto QoS 1, persistent", mosquitto(at.resolve("live"), false));
                add(
                        runs,
                        "mosquitto QoS 1, persistent, from its queue alone",
                        mosquitto(at.resolve("queue"), true));
            }
        }
        double reference = broker ? median(runs.get("mosquitto QoS 1, persistent")) : Double.NaN;
        List<List<String>> rows = new ArrayList<>();
        for (Map.Entry<String, List<Run>> each : runs.entrySet()) {
            List<Run> all = each.getValue();
            rows.add(
                    List.of(
                            each.getKey(),
                            Report.number(median(all), 0),
                            Report.number(
                                    Samples.median(
                                            all.stream().map(Run::writtenPerReading).toList()),
                                    0),
                            Report.number(
                                    Samples.median(
                                            all.stream().map(Run::cpuMicrosPerReading).toList()),
                                    1),
                            all.getLast().peakMib(),
                            Report.number(median(all) / reference, 2)));
        }
        report.line(
                Report.number(readings, 0)
                        + " readings of "
                        + SERIES
                        + " series; median of "
                        + rounds
                        + " rounds, interleaved.");
        report.line("");
        report.table(
                List.of(
                        "",
                        "readings/s",
                        "written, bytes a reading",
                        "CPU, µs a reading",
                        "RSS peak, MiB",
                        "÷ mosquitto"),
                rows);
    }

    /** Says it too: with a million readings a round of mosquitto's takes minutes. */
    private static void add(Map<String, List<Run>> runs, String name, Run run) {
        runs.computeIfAbsent(name, _ -> new ArrayList<>()).add(run);
        System.err.println(
                "benchmarks: " + name + ": " + Report.number(run.perSecond, 0) + " readings/s");
    }

    private static double median(@Nullable List<Run> runs) {
        return runs == null
                ? Double.NaN
                : Samples.median(runs.stream().map(Run::perSecond).toList());
    }

    private Run pipit(Path folder) throws Exception {
        try (PipitNode origin = new PipitNode(folder, "a");
                PipitNode peer = new PipitNode(folder, "b")) {
            origin.knows(peer, false);
            peer.knows(origin, true);
            origin.configure("");
            peer.configure("");
            fill(origin, readings);
            String recording = System.getenv("PIPIT_BENCH_JFR");
            origin.start(
                    recording == null
                            ? List.of()
                            : List.of(
                                    "-XX:StartFlightRecording:settings=profile,filename="
                                            + recording
                                            + "-repl-a.jfr"));
            Child.Usage originBefore = origin.child().usage();
            peer.start(
                    recording == null
                            ? List.of()
                            : List.of(
                                    "-XX:StartFlightRecording:settings=profile,filename="
                                            + recording
                                            + "-repl-b.jfr"));
            long begin = System.nanoTime();
            try (Daemon daemon = peer.connect()) {
                while (true) {
                    Document subscription = subscription(PipitNode.peer(daemon));
                    long committed = subscription.get("committed").whole(0);
                    if (committed >= readings) {
                        break;
                    }
                    if (System.nanoTime() - begin > secondsMax * 1_000_000_000L) {
                        throw new IOException(
                                "after "
                                        + secondsMax
                                        + " s "
                                        + committed
                                        + " of "
                                        + readings
                                        + " were there");
                    }
                    Thread.sleep(POLL_MILLIS);
                }
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            Child.Usage a = origin.child().usage();
            Child.Usage b = peer.child().usage();
            return new Run(
                    readings / seconds,
                    (double) (a.writtenBytes() - originBefore.writtenBytes() + b.writtenBytes())
                            / readings,
                    "%s + %s"
                            .formatted(
                                    Report.number(a.residentPeakMib(), 0),
                                    Report.number(b.residentPeakMib(), 0)),
                    (a.cpuSeconds() - originBefore.cpuSeconds() + b.cpuSeconds()) * 1e6 / readings);
        }
    }

    /** What a peer's document says of the only subscription to it. */
    static Document subscription(Document peer) {
        List<Document> all = peer.get("subscriptions").items();
        return all.isEmpty() ? peer : all.getFirst();
    }

    /** Lets a store hold so many readings, a millisecond apart, before its node is started. */
    static void fill(PipitNode node, int readings) throws Exception {
        SystemTime time = new SystemTime();
        long now = time.monotonicMicros();
        long offset = time.wallMicros() - now;
        try (Filling filling = new Filling(node.dataDir(), node, time)) {
            int boot = filling.store.recovered().boot();
            long start = now - readings * 1_000L;
            filling.add(
                    List.of(new BootClock(1, new Stamp(boot, start), offset, true)), readings + 1L);
            SplittableRandom random = new SplittableRandom(1);
            double[] values = new double[SERIES];
            List<LogEntry> batch = new ArrayList<>();
            for (int i = 0; i < readings; i++) {
                int series = i % SERIES;
                values[series] += random.nextInt(-3, 4) * 0.01;
                batch.add(
                        new Reading(
                                i + 2L,
                                new Stamp(boot, start + i * 1_000L + random.nextInt(200)),
                                new Series("air" + series, "temperature"),
                                Math.round((20 + values[series]) * 100) / 100.0,
                                "Cel"));
                if (batch.size() == BATCH || i == readings - 1) {
                    filling.add(List.copyOf(batch), 0);
                    batch.clear();
                }
            }
            filling.awaitCommitted(readings + 1L);
        }
    }

    /** A store that is being written to. */
    static final class Filling implements AutoCloseable {
        final SqliteStore store;
        final Metrics metrics = new Metrics();
        private final AtomicLong reserved = new AtomicLong();
        private final AtomicLong committed = new AtomicLong();

        Filling(Path dataDir, PipitNode node, TimeSource time) throws IOException {
            this(
                    dataDir,
                    new SqliteStore.Settings(
                            node.id(),
                            new SystemTime().bootId(),
                            Duration.ofSeconds(1),
                            Duration.ofDays(90),
                            1L << 30),
                    time);
        }

        Filling(Path dataDir, SqliteStore.Settings settings, TimeSource time) throws IOException {
            Files.createDirectories(dataDir);
            store =
                    SqliteStore.open(
                            dataDir.resolve("pipit.db"),
                            settings,
                            new SqliteStore.Ports(
                                    id -> Optional.of("a"),
                                    this::offer,
                                    time,
                                    new Threads(new Counter()).named("store"),
                                    new Health(),
                                    metrics,
                                    new SecureRandom()::nextLong));
        }

        private boolean offer(Event event) {
            switch (event) {
                case Event.Reserved(long through) -> reserved.set(through);
                case Event.Committed(long through, var _) -> committed.set(through);
                default -> {
                    // Nothing else says how far it is.
                }
            }
            return true;
        }

        /**
         * Appends, and waits while the store has no room.
         *
         * @param reserve reserves up to there first, where it isn't 0
         */
        void add(List<LogEntry> entries, long reserve) throws InterruptedException {
            if (reserve > 0) {
                store.reserve(reserve);
                while (reserved.get() < reserve) {
                    Thread.sleep(1);
                }
            }
            while (!store.append(entries)) {
                Thread.sleep(1);
            }
        }

        void awaitCommitted(long sequence) throws InterruptedException {
            while (committed.get() < sequence) {
                Thread.sleep(Duration.ofNanos(100_000));
            }
        }

        @Override
        public void close() throws IOException {
            store.close();
        }
    }

    /**
     * With the C clients, the fastest there are.
     *
     * @param queued publishes all before the subscriber comes back, and measures from then on
     */
    private Run mosquitto(Path folder, boolean queued) throws Exception {
        try (Broker broker =
                Broker.start(
                        folder,
                        """
                        persistence true
                        persistence_location %s/
                        autosave_interval 1
                        max_queued_messages 10000000
                        max_queued_bytes 0
                        max_inflight_messages %d
                        """
                                .formatted(folder, MQTT_WINDOW))) {
            String port = Integer.toString(broker.port);
            List<String> subscribe =
                    List.of(
                            "mosquitto_sub",
                            "-h",
                            "127.0.0.1",
                            "-p",
                            port,
                            "-q",
                            "1",
                            "-c",
                            "-i",
                            "peer",
                            "-t",
                            "pipit/#",
                            "-V",
                            "5",
                            "-x",
                            "3600",
                            "-D",
                            "connect",
                            "receive-maximum",
                            Integer.toString(MQTT_WINDOW));
            List<String> session = new ArrayList<>(subscribe);
            session.add("-E");
            try (Child child = Child.start(session, Map.of(), folder.resolve("session"))) {
                child.awaitEnd(10);
            }
            List<String> counting = new ArrayList<>(subscribe);
            counting.addAll(List.of("-N", "-C", Integer.toString(readings)));
            Child.Usage before = broker.child.usage();
            long begin = System.nanoTime();
            if (queued) {
                publish(port, readings);
                before = broker.child.usage();
                begin = System.nanoTime();
            }
            try (Child subscriber =
                    Child.start(counting, Map.of(), folder.resolve("subscriber.log"))) {
                if (!queued) {
                    publish(port, readings);
                }
                if (!subscriber.awaitEnd(secondsMax)) {
                    throw new IOException("mosquitto_sub has not got all of them");
                }
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            Child.Usage after = broker.child.usage();
            return new Run(
                    readings / seconds,
                    (double) (after.writtenBytes() - before.writtenBytes()) / readings,
                    Report.number(after.residentPeakMib(), 0),
                    (after.cpuSeconds() - before.cpuSeconds()) * 1e6 / readings);
        }
    }

    private static void publish(String port, int count) throws Exception {
        for (int begin = 0; begin < count; begin += MQTT_PUBLISHER_MAX) {
            publishSome(port, begin, Math.min(count, begin + MQTT_PUBLISHER_MAX));
        }
    }

    private static void publishSome(String port, int begin, int end) throws Exception {
        Process publisher =
                new ProcessBuilder(
                                "mosquitto_pub",
                                "-h",
                                "127.0.0.1",
                                "-p",
                                port,
                                "-q",
                                "1",
                                "-t",
                                "pipit/a/air/temperature",
                                "-l",
                                "-V",
                                "5",
                                "-i",
                                "origin",
                                "-D",
                                "connect",
                                "receive-maximum",
                                Integer.toString(MQTT_WINDOW))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            SplittableRandom random = new SplittableRandom(1);
            StringBuilder lines = new StringBuilder();
            try (OutputStream out = publisher.getOutputStream()) {
                for (int i = begin; i < end; i++) {
                    lines.append(1_767_225_600_000_000L + i * 1_000L + random.nextInt(200))
                            .append(' ')
                            .append(
                                    String.format(
                                            Locale.ROOT, "%.2f", 20 + random.nextInt(100) / 100.0))
                            .append(' ')
                            .append(i)
                            .append('\n');
                    if (lines.length() > 60_000 || i == end - 1) {
                        out.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
                        lines.setLength(0);
                    }
                }
            }
            if (!publisher.waitFor(SECONDS_MAX, java.util.concurrent.TimeUnit.SECONDS)) {
                throw new IOException("mosquitto_pub doesn't end");
            }
        } finally {
            publisher.destroy();
        }
    }
}
