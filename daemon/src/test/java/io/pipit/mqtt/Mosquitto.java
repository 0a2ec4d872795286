package io.pipit.mqtt;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.pipit.host.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A mosquitto on loopback that can be killed and frozen, and its own clients. */
final class Mosquitto implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");
    private static final Path CERTIFICATES =
            Path.of(System.getProperty("pipit.home", ".."), "daemon/src/test/sh/certificates.sh");

    final int port;
    private final Path folder;
    private final String settings;
    private Process process;

    private Mosquitto(Path folder, int port, String settings) {
        this.folder = folder;
        this.port = port;
        this.settings = settings;
    }

    /**
     * Starts it.
     *
     * @param settings lines of its configuration, after those of its listener
     */
    static Mosquitto start(Path folder, String settings) throws IOException {
        if (!Files.isExecutable(PROGRAM)) {
            String missing = "needs mosquitto and mosquitto-clients: apt install them";
            if ("required".equals(System.getProperty("pipit.peers"))) {
                fail(missing);
            }
            abort(missing);
        }
        Mosquitto broker =
                new Mosquitto(Files.createDirectories(folder), FreePorts.next(), settings);
        broker.start();
        return broker;
    }

    /** Again, on the same port. */
    void start() throws IOException {
        Path file = folder.resolve("mosquitto.conf");
        Files.writeString(
                file,
                """
                user root
                listener %d 127.0.0.1
                persistence false
                max_queued_messages 100000
                %s
                """
                        .formatted(port, settings));
        process =
                new ProcessBuilder(PROGRAM.toString(), "-c", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve("mosquitto.log").toFile()))
                        .start();
        Awaitility.await("mosquitto")
                .atMost(10, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return socket.isConnected();
                    }
                });
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    void freeze() throws Exception {
        signal("STOP");
    }

    void thaw() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    @Override
    public void close() {
        kill();
    }

    /** Subscribes to everything, and returns when it has. */
    Subscriber subscribe(String... options) throws Exception {
        Subscriber subscriber = new Subscriber(port, options);
        Awaitility.await("subscribed")
                .atMost(10, TimeUnit.SECONDS)
                .until(() -> {
                    publish("probe", "", options);
                    return subscriber.lines.stream().anyMatch(line -> line.startsWith("probe"));
                });
        subscriber.lines.removeIf(line -> line.startsWith("probe"));
        return subscriber;
    }

    void publish(String topic, String payload, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "mosquitto_pub",
                                "-V",
                                "5",
                                "-h",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(port),
                                "-q",
                                "1",
                                "-t",
                                topic,
                                "-m",
                                payload));
        command.addAll(List.of(options));
        Process client = new ProcessBuilder(command).inheritIO().start();
        client.waitFor();
    }

    /** {@code mosquitto_sub}: a line for each message, {@code topic|retained|payload}. */
    static final class Subscriber implements AutoCloseable {
        final List<String> lines = new CopyOnWriteArrayList<>();
        private final Process process;

        Subscriber(int port, String... options) throws IOException {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    "stdbuf",
                                    "-oL",
                                    "mosquitto_sub",
                                    "-V",
                                    "5",
                                    "-h",
                                    "127.0.0.1",
                                    "-p",
                                    Integer.toString(port),
                                    "-q",
                                    "1",
                                    "-t",
                                    "#",
                                    "-F",
                                    "%t|%r|%p"));
            command.addAll(List.of(options));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            Thread reader = new Thread(this::read);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            List<String> batch = new ArrayList<>();
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    batch.add(line);
                    // Copying for each line would be too slow.
                    if (!out.ready() || batch.size() >= 1_000) {
                        lines.addAll(batch);
                        batch.clear();
                    }
                }
            } catch (IOException e) {
                // It was closed.
            }
            lines.addAll(batch);
        }

        /** The messages on topics that begin so, {@code topic|retained|payload}. */
        List<String> on(String topic) {
            return lines.stream().filter(line -> line.startsWith(topic)).toList();
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    /** An authority, a certificate for 127.0.0.1, one for another name, and a client's. */
    static void certificates(Path folder) throws Exception {
        Files.createDirectories(folder);
        run(folder, "sh", CERTIFICATES.toString(), folder.toString());
    }

    /** A file with one user's password. */
    static Path passwords(Path folder, String user, String password) throws Exception {
        Path file = Files.createDirectories(folder).resolve("passwords");
        run(folder, "mosquitto_passwd", "-b", "-c", file.toString(), user, password);
        return file;
    }

    private static void run(Path folder, String... command) throws Exception {
        Path log = folder.resolve("run.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (process.waitFor() != 0) {
            throw new IOException(Files.readString(log));
        }
    }
}
