package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Ask;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.client.SocketClient;
import io.pipit.cli.context.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A thousand samples a second of a simulated MPU-6050, three values each, for minutes, to a peer
 * over DTLS; then both stores are asked for every sample.
 */
final class Rate {
    private static final String SERIES = "a/shaker/acceleration-x";
    private static final String SENSOR =
            """
            [[sensor]]
            name = "shaker"
            driver = "mpu6050"
            bus = "simulated"
            address = 0x68
            samples-per-second = 1000
            samples-of = "acceleration"
            """;

    private static final Duration CATCH_UP_MAX = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 1_000;

    private final Report report;
    private final int seconds;

    /**
     * A node's samples as its store has them.
     *
     * @param holes where two are more than half a sample's time too far apart
     */
    private record Held(List<Long> sequences, long firstMicros, long lastMicros, int holes) {
        double perSecond() {
            return (sequences.size() - 1) / ((lastMicros - firstMicros) / 1e6);
        }
    }

    Rate(Report report, int seconds) {
        this.report = report;
        this.seconds = seconds;
    }

    void measure(Path folder) throws Exception {
        report.line("### (e) A thousand samples a second, to a peer, for " + seconds + " s");
        report.line("");
        try (PipitNode origin = new PipitNode(folder, "a");
                PipitNode peer = new PipitNode(folder, "b")) {
            origin.knows(peer, false);
            peer.knows(origin, true);
            peer.configure("");
            origin.configure(SENSOR);
            peer.start(List.of());
            origin.start(List.of());
            Thread.sleep(seconds * 1_000L);
            Child.Usage atOrigin = origin.child().usage();
            Child.Usage atPeer = peer.child().usage();
            String metrics = metrics(origin);
            origin.configure("");
            Held taken = held(origin);
            Held received = caughtUp(peer, taken);
            report.table(
                    List.of(
                            "",
                            "samples",
                            "a second",
                            "holes",
                            "told as lost",
                            "missing",
                            "RSS peak MiB",
                            "CPU s"),
                    List.of(
                            List.of(
                                    "origin",
                                    Integer.toString(taken.sequences.size()),
                                    Report.number(taken.perSecond(), 1),
                                    Integer.toString(taken.holes),
                                    lost(metrics),
                                    "–",
                                    Report.number(atOrigin.residentPeakMib(), 0),
                                    Report.number(atOrigin.cpuSeconds(), 0)),
                            List.of(
                                    "peer",
                                    Integer.toString(received.sequences.size()),
                                    Report.number(received.perSecond(), 1),
                                    Integer.toString(received.holes),
                                    "–",
                                    Integer.toString(
                                            taken.sequences.size() - received.sequences.size()),
                                    Report.number(atPeer.residentPeakMib(), 0),
                                    Report.number(atPeer.cpuSeconds(), 0))));
            if (!taken.sequences.equals(received.sequences)) {
                throw new IOException("the peer holds others than the origin");
            }
        }
    }

    /** Waits until it has as many. */
    private static Held caughtUp(PipitNode peer, Held wanted) throws Exception {
        long deadline = System.nanoTime() + CATCH_UP_MAX.toNanos();
        Held held = held(peer);
        while (held.sequences.size() < wanted.sequences.size()
                && System.nanoTime() - deadline < 0) {
            Thread.sleep(POLL_MILLIS);
            held = held(peer);
        }
        return held;
    }

    private static Held held(PipitNode node) throws Failure {
        List<Long> sequences = new ArrayList<>();
        List<Long> micros = new ArrayList<>();
        try (Daemon daemon = node.connect()) {
            daemon.history(
                    SERIES,
                    null,
                    null,
                    readings -> {
                        for (Arrival reading : readings) {
                            sequences.add(reading.sequence());
                            micros.add(reading.timeMicros());
                        }
                        return true;
                    });
        }
        if (sequences.size() < 2) {
            throw new Failure(Failure.FAILED, node.name + " has no samples");
        }
        double period = (micros.getLast() - micros.getFirst()) / (micros.size() - 1.0);
        int holes = 0;
        for (int i = 1; i < micros.size(); i++) {
            holes += micros.get(i) - micros.get(i - 1) > 1.5 * period ? 1 : 0;
        }
        return new Held(sequences, micros.getFirst(), micros.getLast(), holes);
    }

    private static String metrics(PipitNode node) throws Failure {
        try (SocketClient client =
                SocketClient.connect(node.folder.resolve("pipit.sock"), PATIENCE)) {
            return new String(client.ask(Ask.get("metrics", 0)).payload(), UTF_8);
        }
    }

    /** By the chip, and by the way to the node loop. */
    private static String lost(String metrics) {
        double sum = 0;
        for (String line : metrics.lines().toList()) {
            if (line.startsWith("pipit_sensor_happenings_lost_total ")
                    || line.startsWith("pipit_sensor_readings_dropped_total ")) {
                sum += Double.parseDouble(line.substring(line.indexOf(' ') + 1));
            }
        }
        return Report.number(sum, 0);
    }
}
