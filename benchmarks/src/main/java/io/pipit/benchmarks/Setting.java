package io.pipit.benchmarks;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.Failure;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * (j) From setting an actuator on one node, at its socket, to its line on another one, over DTLS;
 * and how late a lease ends there. What stands for the line is a pipe that the simulated output
 * writes its value into.
 */
final class Setting {
    private static final int EACH_MILLIS = 50;
    private static final int SAMPLES_MAX = 100_000;
    private static final int LEASES = 40;
    private static final Duration LEASE = Duration.ofMillis(500);
    private static final long LINE_SECONDS_MAX = 10;

    private final Report report;
    private final int rounds;
    private final int seconds;

    /** A value on the line, and when it was there. */
    private record Level(double value, long nanos) {}

    /** What comes out of the pipe. */
    private static final class Line implements AutoCloseable {
        private final LinkedBlockingQueue<Level> levels = new LinkedBlockingQueue<>();
        private final RandomAccessFile pipe;
        private final Thread reader;

        Line(Path file) throws IOException, InterruptedException {
            int made = new ProcessBuilder("mkfifo", file.toString()).start().waitFor();
            if (made != 0) {
                throw new IOException("mkfifo " + file + " ended with " + made);
            }
            // Both ways, so that neither end ever waits for the other one to open it.
            pipe = new RandomAccessFile(file.toFile(), "rw");
            reader = new Thread(this::read, "line");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            byte[] bytes = new byte[64];
            try (InputStream in = new FileInputStream(pipe.getFD())) {
                while (true) {
                    int count = in.read(bytes);
                    long now = System.nanoTime();
                    if (count < 0) {
                        return;
                    }
                    String said = new String(bytes, 0, count, StandardCharsets.US_ASCII);
                    for (String line : said.split("\n", -1)) {
                        if (!line.isEmpty()) {
                            levels.add(new Level(Double.parseDouble(line), now));
                        }
                    }
                }
            } catch (IOException e) {
                // It is over.
            }
        }

        /** When it had this value, the next time that it had any. */
        long await(double value) throws InterruptedException, IOException {
            while (true) {
                Level level = levels.poll(LINE_SECONDS_MAX, TimeUnit.SECONDS);
                if (level == null) {
                    throw new IOException("the line never was " + value);
                }
                if (level.value == value) {
                    return level.nanos;
                }
            }
        }

        @Override
        public void close() throws IOException {
            pipe.close();
        }
    }

    Setting(Report report, int rounds, int seconds) {
        this.report = report;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    void measure(Path folder) throws Exception {
        report.line("### (k) From `set` on one node to the line of another");
        report.line("");
        Path file = folder.resolve("fan");
        List<Samples> lines = new ArrayList<>();
        List<Samples> answers = new ArrayList<>();
        List<Samples> beside = new ArrayList<>();
        Samples late = new Samples(SAMPLES_MAX);
        try (Line line = new Line(file);
                PipitNode setter = new PipitNode(folder, "a");
                PipitNode holder = new PipitNode(folder, "b")) {
            holder.knows(setter, false, "\"monitor\", \"read\", \"write\"");
            setter.knows(holder, false);
            setter.configure("");
            holder.configure(
                    """
                    [[actuator]]
                    name = "fan"
                    driver = "simulated"
                    file = "%s"
                    """
                            .formatted(file));
            holder.start(List.of());
            setter.start(List.of());
            line.await(0);
            try (Daemon daemon = setter.connect();
                    MqttLine mosquitto = MqttLine.ifThere(folder, report)) {
                meet(daemon);
                line.levels.clear();
                for (int round = 0; round <= rounds; round++) {
                    Samples toLine = new Samples(SAMPLES_MAX);
                    Samples toAnswer = new Samples(SAMPLES_MAX);
                    round(daemon, line, toLine, toAnswer);
                    Samples theirs = mosquitto.run(seconds);
                    // The first one warms up.
                    if (round > 0) {
                        lines.add(toLine);
                        answers.add(toAnswer);
                        beside.add(theirs);
                    }
                }
                for (int lease = 0; lease < LEASES; lease++) {
                    daemon.set("b", "fan", 1, LEASE);
                    long on = line.await(1);
                    late.add(Math.max(0, line.await(0) - on - LEASE.toNanos()));
                }
            }
        }
        tell(lines, answers, beside, late);
    }

    /** Until the two have a session. */
    private static void meet(Daemon daemon) throws InterruptedException, Failure {
        for (int tries = 0; ; tries++) {
            try {
                daemon.set("b", "fan", 1, Duration.ofMinutes(1));
                return;
            } catch (Failure e) {
                if (tries == 10) {
                    throw e;
                }
                Thread.sleep(1_000);
            }
        }
    }

    private void round(Daemon daemon, Line line, Samples toLine, Samples toAnswer)
            throws Exception {
        Random random = new Random(1);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        double value = 0;
        while (System.nanoTime() < end) {
            Thread.sleep(random.nextInt(2 * EACH_MILLIS));
            value = 1 - value;
            double wanted = value == 0 ? 0.25 : 0.75;
            long before = System.nanoTime();
            daemon.set("b", "fan", wanted, Duration.ofMinutes(1));
            toAnswer.add(System.nanoTime() - before);
            toLine.add(line.await(wanted) - before);
        }
    }

    /** The same moments, published to a client that stands for who sets a line. */
    private static final class MqttLine implements AutoCloseable {
        private final @Nullable Broker broker;
        private final @Nullable MqttPair pair;
        private volatile @Nullable Samples samples;

        private MqttLine(@Nullable Broker broker) throws Exception {
            this.broker = broker;
            pair =
                    broker == null
                            ? null
                            : new MqttPair(
                                    broker,
                                    1,
                                    sent -> {
                                        Samples now = samples;
                                        if (now != null) {
                                            now.add(System.nanoTime() - sent);
                                        }
                                    });
        }

        static MqttLine ifThere(Path folder, Report report) throws Exception {
            if (!Report.has("mosquitto", "-h")) {
                report.line("mosquitto isn't installed: skipped");
                return new MqttLine(null);
            }
            return new MqttLine(Broker.start(folder.resolve("mosquitto"), ""));
        }

        Samples run(int seconds) throws Exception {
            Samples made = new Samples(SAMPLES_MAX);
            MqttPair by = pair;
            if (by == null) {
                return made;
            }
            samples = made;
            Random random = new Random(1);
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            while (System.nanoTime() < end) {
                Thread.sleep(random.nextInt(2 * EACH_MILLIS));
                by.publish(System.nanoTime());
            }
            Thread.sleep(EACH_MILLIS);
            samples = null;
            return made;
        }

        @Override
        public void close() {
            if (pair != null) {
                pair.close();
            }
            if (broker != null) {
                broker.close();
            }
        }
    }

    private void tell(
            List<Samples> lines, List<Samples> answers, List<Samples> beside, Samples late)
            throws IOException {
        List<String> head = new ArrayList<>(List.of(""));
        head.addAll(Samples.HEAD);
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("Pipit, DTLS: socket to the peer's line", lines));
        rows.add(row("Pipit, DTLS: socket to the answer that it is set", answers));
        if (beside.stream().anyMatch(samples -> samples.count() > 0)) {
            rows.add(row("mosquitto QoS 1, no TLS: client to client", beside));
        }
        report.line(
                "Median of %d rounds of %d s, in turn, microseconds; after one round to warm up."
                        .formatted(rounds, seconds));
        report.line("");
        report.table(head, rows);
        report.line(
                "%d leases of %d ms ended late by %s µs (p50), %s µs at the most."
                        .formatted(
                                late.count(),
                                LEASE.toMillis(),
                                Report.number(late.micros(0.5), 0),
                                Report.number(late.micros(1), 0)));
        report.line("");
    }

    private static List<String> row(String name, List<Samples> rounds) {
        List<String> row = new ArrayList<>(List.of(name));
        row.addAll(Samples.row(rounds));
        return row;
    }
}
