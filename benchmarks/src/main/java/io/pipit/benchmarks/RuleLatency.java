package io.pipit.benchmarks;

import io.pipit.cli.client.SocketClient;
import io.pipit.wire.Senml;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long it takes from a reading on one node until an actuator of another one is set by its rule:
 * both on this machine, DTLS between them. It is set when the reading of the actuator's own series
 * has come out of its node's socket, which is a little later than it is.
 */
final class RuleLatency {
    private static final Duration ARRIVE_MAX = Duration.ofSeconds(30);
    private static final int EVERY_MILLIS = 150;
    private static final long POLL_MILLIS = 20;

    private final Report report;
    private final int rounds;
    private final int seconds;

    RuleLatency(Report report, int rounds, int seconds) {
        this.report = report;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** Takes what comes out of the second node's socket. */
    private static final class Matching implements PipitPair.Subscriber {
        private final Samples samples;
        private long takenNanos;
        private double side = Double.NaN;

        /** While it isn't counted yet. */
        private volatile boolean warm;

        private final AtomicInteger seen = new AtomicInteger();

        Matching(int most) {
            samples = new Samples(most);
        }

        @Override
        public void arrived(Senml.Item reading, long valueNanos, long nowNanos) {
            Double value = reading.value();
            if (value == null) {
                return;
            }
            if (reading.name().equals(FlipDriver.SENSOR + "/" + FlipDriver.TIME)) {
                takenNanos = valueNanos;
            } else if (reading.name().equals(FlipDriver.SENSOR + "/" + FlipDriver.SIDE)) {
                side = value;
            } else if (reading.name().startsWith("lamp/") && value == side) {
                side = Double.NaN;
                seen.incrementAndGet();
                if (warm) {
                    samples.add(nowNanos - takenNanos);
                }
            }
        }
    }

    void measure(Path folder) throws Exception {
        report.line("### (m) From a peer's reading until a rule has set an actuator, µs");
        report.line("");
        int most = seconds * 1_000 / EVERY_MILLIS;
        List<Samples> all = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            all.add(round(folder.resolve("round-" + round), most));
        }
        List<String> row =
                new ArrayList<>(List.of("a rule over a peer's series", "" + most * rounds));
        row.addAll(Samples.row(all));
        List<String> head = new ArrayList<>(List.of("", "turns"));
        head.addAll(Samples.HEAD);
        report.table(head, List.of(row));
    }

    private static Samples round(Path folder, int most) throws Exception {
        Matching matching = new Matching(most);
        try (PipitNode origin = new PipitNode(folder, "a");
                PipitNode peer = new PipitNode(folder, "b")) {
            origin.knows(peer, false);
            peer.knows(origin, true);
            origin.configure(
                    """
                    [[sensor]]
                    name = "flip"
                    driver = "flip"
                    every = "%dms"
                    """
                            .formatted(EVERY_MILLIS));
            peer.configure(
                    """
                    [[actuator]]
                    name = "lamp"
                    driver = "simulated"

                    [[rule]]
                    when = "a/flip/side > 0.5"
                    set = { lamp = true, for = "1m" }
                    otherwise = { lamp = false, for = "1m" }
                    """);
            origin.start(List.of("-javaagent:" + System.getProperty("pipit.benchmarks.jar")));
            peer.start(List.of());
            boolean[] closing = new boolean[1];
            try (SocketClient client = peer.watch("*/*/*")) {
                PipitPair.read(client, () -> closing[0], matching);
                // What is compiled by then is what is measured.
                await(matching, most / 5);
                matching.warm = true;
                await(matching, most / 5 + most);
                closing[0] = true;
            }
        }
        return matching.samples;
    }

    private static void await(Matching matching, int count) throws InterruptedException {
        int before = matching.seen.get();
        long deadline = System.nanoTime() + ARRIVE_MAX.toNanos();
        while (matching.seen.get() < count) {
            if (matching.seen.get() != before) {
                before = matching.seen.get();
                deadline = System.nanoTime() + ARRIVE_MAX.toNanos();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "the lamp isn't set any more: " + matching.seen.get());
            }
            Thread.sleep(POLL_MILLIS);
        }
    }
}
