package io.pipit.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Mosquitto on loopback, without TLS unless the settings add it, in a folder of its own. */
final class Broker implements AutoCloseable {
    private static final int START_TRIES = 100;
    private static final long POLL_MILLIS = 50;

    final int port;
    final Child child;

    private Broker(int port, Child child) {
        this.port = port;
        this.child = child;
    }

    /**
     * Starts it and waits until it takes connections.
     *
     * @param settings lines of its configuration
     */
    static Broker start(Path folder, String settings) throws IOException, InterruptedException {
        return start(folder, PipitNode.Ports.free(), settings);
    }

    /** The same on a port that something knows already. */
    static Broker start(Path folder, int port, String settings)
            throws IOException, InterruptedException {
        Broker broker = launch(folder, port, settings);
        for (int i = 0; i < START_TRIES; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), broker.port));
                return broker;
            } catch (IOException e) {
                Thread.sleep(POLL_MILLIS);
            }
        }
        broker.close();
        throw new IOException("mosquitto doesn't answer: " + broker.child.lastWords());
    }

    /** Starts it and returns at once. */
    static Broker launch(Path folder, String settings) throws IOException {
        return launch(folder, PipitNode.Ports.free(), settings);
    }

    private static Broker launch(Path folder, int port, String settings) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("mosquitto.conf");
        // As root it would become another user, who may not write to the folder.
        Files.writeString(
                file,
                """
                user root
                listener %d 127.0.0.1
                allow_anonymous true
                set_tcp_nodelay true
                %s
                """
                        .formatted(port, settings));
        Child child =
                Child.start(
                        List.of("mosquitto", "-c", file.toString()),
                        Map.of("PATH", System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin"),
                        folder.resolve("log"));
        return new Broker(port, child);
    }

    @Override
    public void close() {
        child.close();
    }
}
