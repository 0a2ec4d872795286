package io.pipit.benchmarks;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.client.SocketClient;
import io.pipit.wire.Document;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What strangers cost a node: its memory, its log, how late its readings are at a good peer, and
 * how long another one's first handshake takes.
 */
final class Strangers {
    private static final int HALF_OPEN = 10_000;
    private static final int HALF_OPEN_PER_SECOND = 1_000;
    private static final int HANDSHAKE_SECONDS_MAX = 60;
    private static final int SAMPLES_MAX = 200_000;
    private static final int WARM_SECONDS = 20;

    private final Report report;
    private final int seconds;
    private final int datagrams;
    private final int perSecond;
    private final List<List<String>> rows = new ArrayList<>();

    /** Where readings go to now. */
    private volatile Samples samples = new Samples(0);

    /**
     * @param seconds of the times without strangers
     * @param perSecond how fast they send
     */
    Strangers(Report report, int seconds, int datagrams, int perSecond) {
        this.report = report;
        this.seconds = seconds;
        this.datagrams = datagrams;
        this.perSecond = perSecond;
    }

    void measure(Path folder) throws Exception {
        report.line("### (h) A node among strangers");
        report.line("");
        AtomicBoolean over = new AtomicBoolean();
        try (PipitNode node = new PipitNode(folder, "a");
                PipitNode good = new PipitNode(folder, "b");
                PipitNode newcomer = new PipitNode(folder, "c")) {
            node.knows(good, false).trusts(newcomer);
            good.knows(node, true);
            node.configure(
                    """
                    [[sensor]]
                    name = "tick"
                    driver = "tick"
                    every = "10ms"
                    """);
            good.configure("");
            newcomer.configure("");
            String jar = "-javaagent:" + System.getProperty("pipit.benchmarks.jar");
            node.start(List.of(jar, "-Xmx64m"));
            good.start(List.of());
            newcomer.start(List.of());
            try (SocketClient client = good.watch("a/" + TickDriver.SERIES)) {
                PipitPair.read(client, over::get, (_, taken, now) -> samples.add(now - taken));
                Thread.sleep(WARM_SECONDS * 1_000L);
                phases(node, newcomer);
                over.set(true);
            }
        }
        report.table(
                List.of(
                        "",
                        "p50 µs",
                        "p99 µs",
                        "arrived",
                        "RSS MiB",
                        "RSS most MiB",
                        "CPU, % of a core",
                        "log, bytes a minute"),
                rows);
    }

    private void phases(PipitNode node, PipitNode newcomer) throws Exception {
        InetSocketAddress target = node.address();
        phase("no strangers", node, () -> Thread.sleep(seconds * 1_000L));
        try (Hostile hostile = new Hostile(target)) {
            long begin = System.nanoTime();
            phase(
                    "%,d datagrams".formatted(datagrams),
                    node,
                    () -> hostile.flood(datagrams, perSecond));
            report.line(
                    "%,d datagrams from %,d addresses, %,.0f a second; %,d reached a valid cookie; %.2f bytes came back for each one sent."
                            .formatted(
                                    hostile.sent(),
                                    Hostile.SOURCES,
                                    hostile.sent() / ((System.nanoTime() - begin) / 1e9),
                                    hostile.halfOpen(),
                                    hostile.amplification()));
        }
        phase("afterwards", node, () -> Thread.sleep(seconds * 1_000L));
        try (Hostile hostile = new Hostile(target)) {
            phase(
                    "%,d half-open handshakes".formatted(HALF_OPEN),
                    node,
                    () -> halfOpen(hostile, node, newcomer));
        }
        report.line("");
    }

    private void halfOpen(Hostile hostile, PipitNode node, PipitNode newcomer) throws Exception {
        Thread tries =
                new Thread(
                        () -> {
                            try {
                                hostile.leaveHalfOpen(HALF_OPEN, HALF_OPEN_PER_SECOND);
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        "half-open");
        tries.start();
        Thread.sleep(3_000);
        newcomer.knows(node, true);
        long begin = System.nanoTime();
        newcomer.configure("");
        double took = Double.NaN;
        try (Daemon daemon = newcomer.connect()) {
            while (System.nanoTime() - begin < HANDSHAKE_SECONDS_MAX * 1_000_000_000L) {
                List<Document> peers = Daemon.peers(daemon.document("peers"));
                if (!peers.isEmpty() && peers.getFirst().get("reachable").flag(false)) {
                    took = (System.nanoTime() - begin) / 1e9;
                    break;
                }
                Thread.sleep(20);
            }
        }
        boolean meanwhile = tries.isAlive();
        tries.join();
        report.line(
                "%,d handshakes left half-open after a valid cookie, %,d a second tried: a new peer was there %.2f s after it was told of the node%s."
                        .formatted(
                                hostile.halfOpen(),
                                HALF_OPEN_PER_SECOND,
                                took,
                                meanwhile ? ", while they went on" : ""));
    }

    /** Something that takes its time. */
    private interface Work {
        void run() throws Exception;
    }

    private void phase(String name, PipitNode node, Work work) throws Exception {
        Samples here = new Samples(SAMPLES_MAX);
        samples = here;
        long logBefore = Files.size(node.folder.resolve("log"));
        Child.Usage before = node.child().usage();
        double[] most = {before.residentMib()};
        AtomicBoolean done = new AtomicBoolean();
        Thread watching =
                new Thread(
                        () -> {
                            try {
                                while (!done.get()) {
                                    most[0] = Math.max(most[0], node.child().usage().residentMib());
                                    Thread.sleep(1_000);
                                }
                            } catch (IOException | InterruptedException e) {
                                System.err.println("memory isn't watched any more: " + e);
                            }
                        },
                        "memory");
        watching.start();
        work.run();
        done.set(true);
        watching.join();
        Child.Usage after = node.child().usage();
        double minutes = (after.nanos() - before.nanos()) / 60e9;
        rows.add(
                List.of(
                        name,
                        Report.number(here.micros(0.5), 0),
                        Report.number(here.micros(0.99), 0),
                        Integer.toString(here.count()),
                        Report.number(after.residentMib(), 1),
                        Report.number(most[0], 1),
                        Report.number(100 * after.cpuShareSince(before), 1),
                        Report.number(
                                (Files.size(node.folder.resolve("log")) - logBefore) / minutes,
                                0)));
    }
}
