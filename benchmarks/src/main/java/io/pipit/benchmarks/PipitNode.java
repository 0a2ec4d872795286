package io.pipit.benchmarks;

import io.pipit.cli.client.Ask;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.client.SocketClient;
import io.pipit.cli.context.Failure;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.model.NodeId;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node as users run it: {@code ./pipit run}, a process of its own, in a folder of its own. */
final class PipitNode implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 50;

    final String name;
    final Path folder;
    private final int port;
    private final int monitorPort;
    private final String base;
    private final StringBuilder peers = new StringBuilder();
    private @Nullable Child child;

    PipitNode(Path parent, String name) throws IOException {
        this.name = name;
        this.folder = Files.createDirectories(parent.resolve(name));
        this.port = Ports.free();
        this.monitorPort = Ports.free();
        this.base =
                """
                [node]
                name = "%s"
                data-dir = "%s/data"
                run-dir = "%s"

                [coap]
                listen = ["127.0.0.1:%d"]
                monitor = "127.0.0.1:%d"

                """
                        .formatted(name, folder, folder, port, monitorPort);
    }

    Path dataDir() {
        return folder.resolve("data");
    }

    NodeId id() throws IOException {
        try {
            return Identity.loadOrCreate(dataDir()).id();
        } catch (IdentityException e) {
            throw new IOException(e);
        }
    }

    /** Names another one as a peer that may read here; subscribes to all that it has. */
    PipitNode knows(PipitNode other, boolean subscribes) throws IOException {
        return knows(other, subscribes, "\"monitor\", \"read\"");
    }

    /** Names another one as a peer that may do that here. */
    PipitNode knows(PipitNode other, boolean subscribes, String roles) throws IOException {
        peers.append(
                """
                [[peer]]
                name = "%s"
                id = "%s"
                address = "127.0.0.1:%d"
                roles = [%s]

                """
                        .formatted(other.name, other.id(), other.port, roles));
        if (subscribes) {
            subscribes(other, "**");
        }
        return this;
    }

    /** Lets another one in, wherever it comes from. */
    PipitNode trusts(PipitNode other) throws IOException {
        peers.append(
                """
                [[peer]]
                name = "%s"
                id = "%s"
                roles = ["monitor", "read"]

                """
                        .formatted(other.name, other.id()));
        return this;
    }

    /** Where its peers find it. */
    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Wants these of the other one too, from the next {@link #configure} on. */
    void subscribes(PipitNode other, String series) {
        peers.append(
                """
                [[subscribe]]
                peer = "%s"
                series = ["%s"]

                """
                        .formatted(other.name, series));
    }

    /** Writes the configuration; a running node reads it again. */
    void configure(String sensors) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("pipit.toml"), base + sensors + "\n" + peers);
        if (child != null) {
            child.signal("HUP");
        }
    }

    /** Of loopback, where any program may ask. */
    int monitorPort() {
        return monitorPort;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param javaOptions in addition to those of {@code ./pipit}
     */
    void start(List<String> javaOptions) throws IOException, InterruptedException {
        launch(javaOptions);
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try (Daemon daemon = connect()) {
                if (!daemon.document("health").get("status").text("").isEmpty()) {
                    return;
                }
            } catch (Failure e) {
                if (!child().alive() || System.nanoTime() - deadline > 0) {
                    throw new IOException(name + " doesn't answer: " + child().lastWords(), e);
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** An installed one where {@code PIPIT_BENCH_PROGRAM} names it, else the checkout's. */
    static Path program() {
        String installed = System.getenv("PIPIT_BENCH_PROGRAM");
        return installed == null
                ? Path.of(System.getProperty("pipit.root", "."), "pipit")
                : Path.of(installed);
    }

    /** Starts it and returns at once. */
    void launch(List<String> javaOptions) throws IOException {
        List<String> options = new ArrayList<>(javaOptions);
        String more = System.getenv("PIPIT_BENCH_NODE_OPTS");
        if (more != null) {
            options.add(more);
        }
        child =
                Child.start(
                        List.of(
                                program().toString(),
                                "run",
                                "-c",
                                folder.resolve("pipit.toml").toString()),
                        Map.of("PIPIT_JAVA_OPTS", String.join(" ", options)),
                        folder.resolve("log"));
    }

    Child child() {
        if (child == null) {
            throw new IllegalStateException(name + " wasn't started");
        }
        return child;
    }

    Daemon connect() throws Failure {
        return Daemon.connect(folder, name);
    }

    /** Observes what arrives here of a series. */
    SocketClient watch(String series) throws Failure {
        SocketClient client = SocketClient.connect(folder.resolve("pipit.sock"), PATIENCE);
        client.ask(Ask.get("history", Format.CBOR.senml(), "series=" + series).observed());
        return client;
    }

    /** How it stands with its only peer, as {@code /peers} says it. */
    static Document peer(Daemon daemon) throws Failure {
        return Daemon.peers(daemon.document("peers")).getFirst();
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
        }
    }

    /** Ports of loopback that nobody has just now. */
    static final class Ports {
        private Ports() {}

        static int free() throws IOException {
            InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
            try (ServerSocket tcp = new ServerSocket(0, 1, loopback);
                    DatagramSocket udp =
                            new DatagramSocket(
                                    new InetSocketAddress(loopback, tcp.getLocalPort()))) {
                return udp.getLocalPort();
            }
        }
    }
}
