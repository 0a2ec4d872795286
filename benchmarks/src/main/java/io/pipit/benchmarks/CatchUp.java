package io.pipit.benchmarks;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.client.SocketClient;
import io.pipit.cli.context.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A peer that missed a long log catches up with it while the same node's live readings, 100 a
 * second, go on: how long that takes, and how late the live ones are at a subscriber's.
 */
final class CatchUp {
    private static final String SENSOR =
            """
            [[sensor]]
            name = "tick"
            driver = "tick"
            every = "10ms"
            """;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long SECONDS_MAX = 120;
    private static final long POLL_MILLIS = 50;
    private static final long WARM_MILLIS = 15_000;
    private static final long QUIET_MILLIS = 5_000;
    private static final int SAMPLES_MAX = 1_000_000;

    private final Report report;
    private final int rounds;
    private final int readings;
    private volatile Samples samples = new Samples(0);
    private volatile long liveFromNanos;
    private volatile boolean firstLive;
    private volatile boolean closing;

    CatchUp(Report report, int rounds, int readings) {
        this.report = report;
        this.rounds = rounds;
        this.readings = readings;
    }

    void measure(Path folder) throws Exception {
        report.line("### (g) Catching up while live readings go on");
        report.line("");
        List<List<String>> rows = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            rows.addAll(round(folder.resolve("r" + round)));
        }
        report.line(Report.number(readings, 0) + " readings missed; microseconds.");
        report.line("");
        List<String> head = new ArrayList<>(List.of("", "s", "readings/s", "RSS peak, MiB"));
        head.addAll(Samples.HEAD);
        report.table(head, rows);
    }

    private List<List<String>> round(Path folder) throws Exception {
        try (PipitNode origin = new PipitNode(folder, "a");
                PipitNode peer = new PipitNode(folder, "b")) {
            origin.knows(peer, false);
            peer.knows(origin, false);
            origin.configure(SENSOR);
            peer.configure("");
            Replication.fill(origin, readings);
            origin.start(List.of("-javaagent:" + System.getProperty("pipit.benchmarks.jar")));
            peer.start(List.of());
            try (SocketClient client = peer.watch("a/" + TickDriver.SERIES);
                    Daemon daemon = peer.connect()) {
                closing = false;
                PipitPair.read(client, () -> closing, (_, taken, now) -> arrived(taken, now));
                // As nodes are that have run for a while, with a connection of either kind.
                peer.subscribes(origin, TickDriver.SERIES);
                peer.configure("");
                Thread.sleep(WARM_MILLIS);
                Samples during = new Samples(SAMPLES_MAX);
                samples = during;
                long begin = System.nanoTime();
                liveFromNanos = begin;
                firstLive = true;
                peer.subscribes(origin, "**");
                peer.configure("");
                while (committed(daemon) >= readings) {
                    // It is the former subscription's still.
                    Thread.sleep(1);
                }
                while (committed(daemon) < readings) {
                    if (System.nanoTime() - begin > SECONDS_MAX * NANOS_PER_SECOND) {
                        throw new IOException("not there after " + SECONDS_MAX + " s");
                    }
                    Thread.sleep(POLL_MILLIS);
                }
                double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
                Samples after = new Samples(SAMPLES_MAX);
                samples = after;
                Thread.sleep(QUIET_MILLIS);
                samples = new Samples(0);
                closing = true;
                String peak =
                        Report.number(origin.child().usage().residentPeakMib(), 0)
                                + " + "
                                + Report.number(peer.child().usage().residentPeakMib(), 0);
                return List.of(
                        row(
                                "while it catches up",
                                Report.number(seconds, 1),
                                Report.number(readings / seconds, 0),
                                peak,
                                during),
                        row("right after it", "–", "–", "–", after));
            }
        }
    }

    private static List<String> row(
            String name, String seconds, String perSecond, String peak, Samples samples) {
        List<String> row = new ArrayList<>(List.of(name, seconds, perSecond, peak));
        row.addAll(Samples.row(List.of(samples)));
        return row;
    }

    private static long committed(Daemon daemon) throws Failure {
        return Replication.subscription(PipitNode.peer(daemon)).get("committed").whole(0);
    }

    private void arrived(long takenNanos, long nowNanos) {
        if (takenNanos >= liveFromNanos) {
            // What was taken between the two is missed as well.
            liveFromNanos = Math.max(liveFromNanos, firstLive ? takenNanos : 0);
            firstLive = false;
            samples.add(nowNanos - takenNanos);
        }
    }
}
