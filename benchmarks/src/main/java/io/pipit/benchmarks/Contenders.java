package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.benchmarks.Contender.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The programs whose footprint is measured. Each is a Debian package, but for Pipit and for the
 * library of the one on Node.js.
 */
final class Contenders {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int PATIENCE_MILLIS = 20;
    private static final double KIB_PER_MIB = 1024;

    /** CON, GET, its message ID and no token; {@code /.well-known/core}. */
    private static final byte[] COAP_QUESTION = coapQuestion();

    private Contenders() {}

    static List<Contender> all() {
        return List.of(new Pipit(), new Mosquitto(), new Nats(), new Collectd(), new NodeCoap());
    }

    private static byte[] coapQuestion() {
        ByteBuffer question = ByteBuffer.allocate(32);
        question.put((byte) 0x40).put((byte) 1).putShort((short) 1);
        question.put((byte) 0xbb).put(".well-known".getBytes(US_ASCII));
        question.put((byte) 4).put("core".getBytes(US_ASCII));
        return Arrays.copyOf(question.array(), question.position());
    }

    private static boolean coapAnswers(int port) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(LOOPBACK, port);
            socket.send(new DatagramPacket(COAP_QUESTION, COAP_QUESTION.length));
            byte[] answer = new byte[1_500];
            socket.receive(new DatagramPacket(answer, answer.length));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The size of Debian packages as dpkg has it. */
    private static String packages(String... names) throws IOException {
        double mib = 0;
        for (String name : names) {
            String size = output("dpkg-query", "-W", "-f", "${Installed-Size}", name);
            mib += size.isBlank() ? 0 : Double.parseDouble(size.strip()) / KIB_PER_MIB;
        }
        return Report.number(mib, 1) + " MiB (" + String.join(", ", names) + ")";
    }

    private static String output(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (InputStream out = process.getInputStream()) {
            return new String(out.readAllBytes(), UTF_8);
        }
    }

    private static double mib(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long bytes = 0;
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(each);
            }
            return bytes / (KIB_PER_MIB * KIB_PER_MIB);
        }
    }

    private static @Nullable String without(String program, String... command) {
        return Report.has(command) ? null : program + " isn't installed";
    }

    private static Child child(Path folder, String... command) throws IOException {
        return Child.start(
                List.of(command),
                Map.of("PATH", System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin"),
                folder.resolve("log"));
    }

    /** {@code ./pipit run}, with twenty series of simulated chips where it is loaded. */
    private static final class Pipit implements Contender {
        private static final int CHIPS = 10;

        /** Ten chips with two series each, five times a second: a hundred readings. */
        private static final String LOADED = "every = \"200ms\"";

        private static final String AT_REST = "every = \"10s\"";

        @Override
        public String name() {
            return "Pipit";
        }

        @Override
        public @Nullable String missing() {
            return null;
        }

        @Override
        public String installed() throws IOException {
            Path program = PipitNode.program();
            Path home =
                    System.getenv("PIPIT_BENCH_PROGRAM") == null
                            ? program.resolveSibling("daemon").resolve("target").resolve("lib")
                            : program.toRealPath().resolve("../..").normalize();
            return Report.number(mib(home), 1) + " MiB, and Java";
        }

        private static String sensors(String every) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < CHIPS; i++) {
                text.append(
                        """
                        [[sensor]]
                        name = "air%d"
                        driver = "sht3x"
                        bus = "simulated-%d"
                        address = 0x%d
                        %s

                        """
                                .formatted(i, i / 2, 44 + i % 2, every));
            }
            return text.toString();
        }

        @Override
        public Run start(Path folder) throws Exception {
            PipitNode node = new PipitNode(folder, "a");
            node.configure(sensors(AT_REST));
            node.launch(List.of());
            return new Run() {
                @Override
                public Child child() {
                    return node.child();
                }

                @Override
                public boolean answers() {
                    return coapAnswers(node.monitorPort());
                }

                @Override
                public void load() throws Exception {
                    node.configure(sensors(LOADED));
                }

                @Override
                public void reading(int number) {
                    // It reads by itself.
                }

                @Override
                public void close() {
                    node.close();
                }
            };
        }
    }

    /** With persistence, one subscriber to all and one publisher with QoS 1. */
    private static final class Mosquitto implements Contender {
        @Override
        public String name() {
            return "mosquitto, QoS 1 to one subscriber, persistence each second";
        }

        @Override
        public @Nullable String missing() {
            return without("mosquitto", "mosquitto", "-h");
        }

        @Override
        public String installed() throws IOException {
            return packages("mosquitto");
        }

        @Override
        public Run start(Path folder) throws Exception {
            Broker broker =
                    Broker.launch(
                            folder,
                            "persistence true\nautosave_interval 1\npersistence_location "
                                    + folder
                                    + "/");
            return new Run() {
                private @Nullable MqttPair pair;

                @Override
                public Child child() {
                    return broker.child;
                }

                @Override
                public boolean answers() {
                    byte[] connect = {
                        0x10, 15, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 3, 'a', 's', 'k'
                    };
                    return tcpAnswers(broker.port, connect, (byte) 0x20);
                }

                @Override
                public void load() throws Exception {
                    pair = new MqttPair(broker, 1, _ -> {});
                }

                @Override
                public void reading(int number) throws Exception {
                    Objects.requireNonNull(pair).publish(number);
                }

                @Override
                public void close() {
                    if (pair != null) {
                        pair.close();
                    }
                    broker.close();
                }
            };
        }
    }

    /** Whether the first byte that comes back is this one. */
    private static boolean tcpAnswers(int port, byte[] question, byte first) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(LOOPBACK, port));
            socket.getOutputStream().write(question);
            return socket.getInputStream().read() == first;
        } catch (IOException e) {
            return false;
        }
    }

    /** Core NATS: at most once, nothing on a disk. */
    private static final class Nats implements Contender {
        @Override
        public String name() {
            return "nats-server, one subscriber, nothing kept";
        }

        @Override
        public @Nullable String missing() {
            return without("nats-server", "nats-server", "--version");
        }

        @Override
        public String installed() throws IOException {
            return packages("nats-server");
        }

        @Override
        public Run start(Path folder) throws Exception {
            int port = PipitNode.Ports.free();
            Child child =
                    child(folder, "nats-server", "-a", "127.0.0.1", "-p", Integer.toString(port));
            return new Run() {
                private @Nullable Socket publisher;
                private @Nullable Socket subscriber;

                @Override
                public Child child() {
                    return child;
                }

                @Override
                public boolean answers() {
                    return tcpAnswers(port, new byte[0], (byte) 'I');
                }

                @Override
                public void load() throws Exception {
                    Socket listening = new Socket(LOOPBACK, port);
                    subscriber = listening;
                    listening
                            .getOutputStream()
                            .write("CONNECT {}\r\nSUB > 1\r\n".getBytes(US_ASCII));
                    Thread.ofPlatform().daemon().start(() -> drain(listening));
                    publisher = new Socket(LOOPBACK, port);
                    publisher.setTcpNoDelay(true);
                    publisher
                            .getOutputStream()
                            .write("CONNECT {\"verbose\":false}\r\n".getBytes(US_ASCII));
                }

                @Override
                public void reading(int number) throws Exception {
                    byte[] value = Integer.toString(number).getBytes(US_ASCII);
                    Objects.requireNonNull(publisher)
                            .getOutputStream()
                            .write(
                                    ("PUB air.temperature "
                                                    + value.length
                                                    + "\r\n"
                                                    + number
                                                    + "\r\n")
                                            .getBytes(US_ASCII));
                }

                @Override
                public void close() {
                    quietly(publisher);
                    quietly(subscriber);
                    child.close();
                }
            };
        }

        private static void drain(Socket socket) {
            try (InputStream in = socket.getInputStream();
                    OutputStream out = OutputStream.nullOutputStream()) {
                in.transferTo(out);
            } catch (IOException e) {
                // It was closed.
            }
        }
    }

    private static void quietly(@Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            System.err.println("benchmarks: " + e);
        }
    }

    /** It reads load, memory and uptime itself each ten seconds, and takes values by its socket. */
    private static final class Collectd implements Contender {
        @Override
        public String name() {
            return "collectd, load, memory and uptime to CSV";
        }

        @Override
        public @Nullable String missing() {
            return without("collectd", "collectd", "-h");
        }

        @Override
        public String installed() throws IOException {
            return packages("collectd-core");
        }

        @Override
        public Run start(Path folder) throws Exception {
            Path socket = folder.resolve("sock");
            Path file = folder.resolve("collectd.conf");
            Files.writeString(
                    file,
                    """
                    BaseDir "%1$s"
                    PIDFile "%1$s/pid"
                    Hostname "a"
                    FQDNLookup false
                    Interval 10
                    LoadPlugin load
                    LoadPlugin memory
                    LoadPlugin uptime
                    LoadPlugin csv
                    LoadPlugin unixsock
                    <Plugin csv>
                      DataDir "%1$s/csv"
                    </Plugin>
                    <Plugin unixsock>
                      SocketFile "%2$s"
                      SocketGroup "root"
                      DeleteSocket true
                    </Plugin>
                    """
                            .formatted(folder, socket));
            Child child = child(folder, "collectd", "-f", "-C", file.toString());
            return new Run() {
                private @Nullable SocketChannel channel;

                @Override
                public Child child() {
                    return child;
                }

                @Override
                public boolean answers() {
                    try (SocketChannel asking = connect()) {
                        say(asking, "LISTVAL\n");
                        return asking.read(ByteBuffer.allocate(100)) > 0;
                    } catch (IOException e) {
                        return false;
                    }
                }

                private SocketChannel connect() throws IOException {
                    SocketChannel asking = SocketChannel.open(StandardProtocolFamily.UNIX);
                    try {
                        asking.connect(UnixDomainSocketAddress.of(socket));
                        return asking;
                    } catch (IOException e) {
                        asking.close();
                        throw e;
                    }
                }

                private void say(SocketChannel to, String line) throws IOException {
                    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(US_ASCII));
                    while (bytes.hasRemaining()) {
                        to.write(bytes);
                    }
                }

                @Override
                public void load() throws Exception {
                    channel = connect();
                }

                @Override
                public void reading(int number) throws Exception {
                    SocketChannel to = Objects.requireNonNull(channel);
                    double now = System.currentTimeMillis() / 1e3;
                    // One value of a name each millisecond at most: it takes none twice.
                    say(
                            to,
                            "PUTVAL a/air/temperature-%d %.3f:%d\n"
                                    .formatted(number % 20, now, number));
                    ByteBuffer answer = ByteBuffer.allocate(200);
                    if (to.read(answer) <= 0) {
                        throw new IOException("collectd closed its socket");
                    }
                }

                @Override
                public void close() {
                    quietly(channel);
                    child.close();
                }
            };
        }
    }

    /** A server of a hundred lines as people write it with the package coap of npm. */
    private static final class NodeCoap implements Contender {
        private static final String SERVER =
                """
                const coap = require('coap');
                let value = '0', observers = new Set();
                coap.createServer((request, answer) => {
                  if (request.method === 'PUT') {
                    value = request.payload.toString();
                    for (const each of observers) each.write(value);
                    answer.code = '2.04';
                    answer.end();
                  } else if (request.headers['Observe'] === 0) {
                    observers.add(answer);
                    answer.on('finish', () => observers.delete(answer));
                    answer.write(value);
                  } else {
                    answer.end(value);
                  }
                }).listen(Number(process.argv[2]), '127.0.0.1');
                """;

        /** Where {@code npm install coap} was called. */
        private static @Nullable Path library() {
            String given = System.getenv("PIPIT_BENCH_NODE_COAP");
            Path folder =
                    Path.of(given == null ? "/usr/local/lib" : given).resolve("node_modules/coap");
            return Files.isDirectory(folder) ? folder.getParent() : null;
        }

        @Override
        public String name() {
            return "Node.js with npm's coap";
        }

        @Override
        public @Nullable String missing() {
            String node = without("nodejs", "node", "--version");
            return node == null && library() == null
                    ? "there is no node_modules/coap in PIPIT_BENCH_NODE_COAP (npm install coap)"
                    : node;
        }

        @Override
        public String installed() throws IOException {
            Path library = library();
            String node = output("sh", "-c", "readlink -f \"$(command -v node)\"").strip();
            return Report.number(mib(Path.of(node)), 1)
                    + " MiB (node) and "
                    + Report.number(library == null ? 0 : mib(library), 1)
                    + " MiB of libraries";
        }

        @Override
        public Run start(Path folder) throws Exception {
            int port = PipitNode.Ports.free();
            Path script = folder.resolve("server.js");
            Files.writeString(script, SERVER);
            Child child =
                    Child.start(
                            List.of("node", script.toString(), Integer.toString(port)),
                            Map.of("NODE_PATH", String.valueOf(library())),
                            folder.resolve("log"));
            DatagramSocket socket = new DatagramSocket();
            return new Run() {
                @Override
                public Child child() {
                    return child;
                }

                @Override
                public boolean answers() {
                    return coapAnswers(port);
                }

                @Override
                public void load() throws IOException {
                    socket.connect(LOOPBACK, port);
                    socket.setSoTimeout(PATIENCE_MILLIS);
                }

                @Override
                public void reading(int number) throws IOException {
                    byte[] value = Integer.toString(number).getBytes(US_ASCII);
                    ByteBuffer put = ByteBuffer.allocate(64);
                    // CON, PUT, a message ID of its own, /t.
                    put.put((byte) 0x40).put((byte) 3).putShort((short) number);
                    put.put((byte) 0xb1).put((byte) 't').put((byte) 0xff).put(value);
                    socket.send(new DatagramPacket(put.array(), put.position()));
                    byte[] answer = new byte[100];
                    try {
                        socket.receive(new DatagramPacket(answer, answer.length));
                    } catch (SocketTimeoutException e) {
                        // The next one tells.
                    }
                }

                @Override
                public void close() {
                    socket.close();
                    child.close();
                }
            };
        }
    }
}
