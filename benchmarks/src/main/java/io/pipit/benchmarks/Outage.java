package io.pipit.benchmarks;

import io.pipit.cli.client.Ask;
import io.pipit.cli.client.SocketClient;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;

/**
 * A broker that demands TLS with a client's certificate and a password is killed while readings
 * come in: whether all of them are there afterwards, in order, how soon, and what the node's heap
 * does meanwhile. Fails where one is missing.
 */
final class Outage {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long PATIENCE_SECONDS = 120;
    private static final long POLL_MILLIS = 100;
    private static final String USER = "greenhouse";
    private static final String PASSWORD = "a-password-of-the-benchmark";

    /** CoAP's content-format of text. */
    private static final int TEXT = 0;

    private static final Pattern HEAP = Pattern.compile("used (\\d+)K");

    private final Report report;
    private final int seconds;
    private final int readings;
    private final List<Long> sequences = new ArrayList<>();

    /**
     * @param seconds that the broker is away
     * @param readings that come in meanwhile
     */
    Outage(Report report, int seconds, int readings) {
        this.report = report;
        this.seconds = seconds;
        this.readings = readings;
    }

    void measure(Path folder) throws Exception {
        report.line("### (l) A broker that is away");
        report.line("");
        long everyMillis = Math.max(10, seconds * 1_000L / readings);
        int port = PipitNode.Ports.free();
        int tlsPort = PipitNode.Ports.free();
        Path pki = folder.resolve("pki");
        String guarded = guarded(pki, tlsPort);
        try (Gate gate = new Gate(tlsPort);
                PipitNode node = new PipitNode(folder, "greenhouse")) {
            node.configure(
                    """
                    [mqtt]
                    broker = "mqtts://127.0.0.1:%1$d"
                    username = "%3$s"
                    password = "%4$s"
                    ca = "%5$s/ca.pem"
                    certificate = "%5$s/client.pem"
                    key = "%5$s/client.key"

                    [[sensor]]
                    name = "tick"
                    driver = "tick"
                    every = "%2$dms"
                    """
                            .formatted(gate.port(), everyMillis, USER, PASSWORD, pki));
            Broker first = Broker.start(folder.resolve("b1"), port, guarded);
            node.start(List.of("-javaagent:" + System.getProperty("pipit.benchmarks.jar")));
            MqttAsyncClient before = subscribed(port);
            awaitPublished(200);
            long heapBefore = heapKib(node);
            Child.Usage usageBefore = node.child().usage();
            first.child.kill();
            gate.open = false;
            long reached = last();
            long measuredBefore = measured(node);
            TimeUnit.SECONDS.sleep(seconds);
            long heapAway = heapKib(node);
            Child.Usage usageAway = node.child().usage();
            // Clocks that were corrected meanwhile have places, too: there are at least so many.
            long waiting = reached + measured(node) - measuredBefore;
            long since = System.nanoTime();
            try (Broker _ = Broker.start(folder.resolve("b2"), port, guarded)) {
                MqttAsyncClient after = subscribed(port);
                gate.open = true;
                awaitReached(waiting);
                double took = (System.nanoTime() - since) / NANOS_PER_SECOND;
                after.disconnectForcibly(0, 100, false);
                before.close(true);
                check(reached);
                long heapAfter = heapKib(node);
                report.table(
                        List.of(
                                "away, s",
                                "readings meanwhile",
                                "all there after, s",
                                "heap in use before, away, after, KiB",
                                "RSS before, away, MiB"),
                        List.of(
                                List.of(
                                        Integer.toString(seconds),
                                        Long.toString(waiting - reached),
                                        String.format(Locale.ROOT, "%.1f", took),
                                        heapBefore + ", " + heapAway + ", " + heapAfter,
                                        String.format(
                                                Locale.ROOT,
                                                "%.1f, %.1f",
                                                usageBefore.residentMib(),
                                                usageAway.residentMib()))));
                report.line(
                        "Over TLS, with a client's certificate and a password. None missing, in"
                                + " order; seconds from the broker's start, of which up to a minute"
                                + " is the node's wait between two tries.");
                report.line("");
            }
        }
    }

    /**
     * What the node has to prove to the broker: a certificate and a password. The one that counts
     * comes in by the other listener, without TLS.
     *
     * @return lines of the broker's configuration
     */
    private static String guarded(Path pki, int tlsPort) throws Exception {
        Path root = Path.of(System.getProperty("pipit.root", "."));
        made(
                Files.createDirectories(pki),
                "sh",
                root.resolve("daemon/src/test/sh/certificates.sh").toString(),
                pki.toString());
        Path passwords = pki.resolve("passwords");
        made(pki, "mosquitto_passwd", "-b", "-c", passwords.toString(), USER, PASSWORD);
        return """
        allow_anonymous false
        password_file %1$s
        listener %2$d 127.0.0.1
        set_tcp_nodelay true
        cafile %3$s/ca.pem
        certfile %3$s/server.pem
        keyfile %3$s/server.key
        require_certificate true
        """
                .formatted(passwords, tlsPort, pki);
    }

    private static void made(Path folder, String... command) throws Exception {
        try (Child child =
                Child.start(List.of(command), Map.of(), folder.resolve(command[0] + ".log"))) {
            if (!child.awaitEnd(PATIENCE_SECONDS) || child.failed()) {
                throw new IOException(command[0] + ": " + child.lastWords());
            }
        }
    }

    /** Notes what comes, from a time when the broker is there and the bridge isn't yet. */
    private MqttAsyncClient subscribed(int port) throws MqttException {
        MqttAsyncClient client =
                new MqttAsyncClient("tcp://127.0.0.1:" + port, "reader", new MemoryPersistence());
        client.setCallback(new Reader());
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(USER);
        options.setPassword(PASSWORD.getBytes(StandardCharsets.UTF_8));
        client.connect(options).waitForCompletion();
        client.subscribe("pipit/greenhouse/tick/monotonic", 1).waitForCompletion();
        return client;
    }

    /**
     * Stands before the broker, so that the node reaches it only once somebody has subscribed: what
     * is published before that nobody counts.
     */
    private static final class Gate implements AutoCloseable {
        private final ServerSocket server;
        private final int target;
        volatile boolean open = true;

        Gate(int target) throws IOException {
            this.target = target;
            server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    Socket node = server.accept();
                    if (open) {
                        Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
                        Thread.ofVirtual().start(() -> copy(node, broker));
                        Thread.ofVirtual().start(() -> copy(broker, node));
                    } else {
                        node.close();
                    }
                } catch (IOException e) {
                    // The broker is away, or the measurement over.
                }
            }
        }

        private static void copy(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // Both are closed.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private final class Reader implements Arrivals {
        @Override
        public void messageArrived(String topic, MqttMessage message) throws WireException {
            Document body = Document.read(message.getPayload(), Format.JSON);
            synchronized (sequences) {
                sequences.add(body.get("sequence").whole(0));
            }
        }
    }

    private long last() {
        synchronized (sequences) {
            return sequences.isEmpty() ? 0 : sequences.getLast();
        }
    }

    private void awaitPublished(int count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (size() < count) {
            late(deadline);
        }
    }

    private void awaitReached(long sequence) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (last() < sequence) {
            late(deadline);
        }
    }

    private static void late(long deadline) throws Exception {
        if (System.nanoTime() > deadline) {
            throw new IOException("nothing comes from the bridge");
        }
        Thread.sleep(POLL_MILLIS);
    }

    private int size() {
        synchronized (sequences) {
            return sequences.size();
        }
    }

    /** Each place of the log but those of clocks, which nobody publishes. */
    private void check(long from) throws IOException {
        List<Long> all;
        synchronized (sequences) {
            all = List.copyOf(sequences);
        }
        long before = 0;
        int holes = 0;
        for (long sequence : all) {
            if (sequence < before && before > from + 1) {
                throw new IOException("out of order: " + sequence + " after " + before);
            }
            holes += sequence > before + 1 && before > 0 ? (int) (sequence - before - 1) : 0;
            before = Math.max(before, sequence);
        }
        // A clock that is corrected is an entry of the log, too.
        if (holes > 5) {
            throw new IOException(holes + " readings are missing");
        }
    }

    private static long measured(PipitNode node) throws Exception {
        try (SocketClient client =
                SocketClient.connect(
                        node.folder.resolve("pipit.sock"), Duration.ofSeconds(PATIENCE_SECONDS))) {
            Matcher measured =
                    Pattern.compile("pipit_readings_measured_total (\\S+)")
                            .matcher(
                                    new String(
                                            client.ask(Ask.get("metrics", TEXT)).payload(),
                                            StandardCharsets.UTF_8));
            if (!measured.find()) {
                throw new IOException("no pipit_readings_measured");
            }
            return (long) Double.parseDouble(measured.group(1));
        }
    }

    /** After a collection. */
    private static long heapKib(PipitNode node) throws Exception {
        String said = node.child().jcmd("GC.run", "GC.heap_info");
        Matcher used = HEAP.matcher(said);
        long all = 0;
        while (used.find()) {
            all += Long.parseLong(used.group(1));
        }
        return all;
    }
}
