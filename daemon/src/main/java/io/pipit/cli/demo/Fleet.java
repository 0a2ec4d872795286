package io.pipit.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.model.NodeId;
import io.pipit.wire.Document;
import io.pipit.wire.Frame;
import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Nodes that find each other and pair, each a process of its own with a folder of its own, in one
 * folder that goes away with them. They end when they are told to, and when their standard input
 * does, so that nothing is left whatever becomes of this process; a folder that a killed demo left
 * is swept away by the next. {@link #close} may be called from any thread, and more than once.
 */
final class Fleet implements AutoCloseable {
    /** What nodes are called; as many as there may be. */
    static final List<String> NAMES =
            List.of(
                    "greenhouse",
                    "shed",
                    "attic",
                    "cellar",
                    "garage",
                    "kitchen",
                    "pond",
                    "barn",
                    "hall",
                    "study",
                    "porch",
                    "loft",
                    "yard",
                    "den",
                    "annex",
                    "gate");

    private static final String PREFIX = "pipit-demo-";
    private static final String LOCK = "lock";
    private static final int SOCKET_PATH_BYTES_MAX = 107;
    private static final int START_SECONDS = 30;
    private static final int START_SECONDS_PER_NODE = 5;

    /** So long one looks for another one, seconds. */
    private static final int FIND_SECONDS = 10;

    private static final long POLL_NANOS = 100_000_000;
    private static final int STOP_SECONDS = 3;
    private static final int LOG_LINES = 5;
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /**
     * One of them.
     *
     * @param id by which the others find it
     */
    record Node(String name, NodeId id, Path folder, Process process) {
        Path runDir() {
            return folder;
        }
    }

    private final Surroundings surroundings;
    private final Path folder;
    private final FileChannel lock;
    private final List<Node> nodes = new ArrayList<>();
    private boolean closed;

    private Fleet(Surroundings surroundings, Path folder, FileChannel lock) {
        this.surroundings = surroundings;
        this.folder = folder;
        this.lock = lock;
    }

    /** A folder for them; nothing runs yet. */
    static Fleet prepare(Surroundings surroundings) throws Failure {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path folder =
                temporary.resolve(
                        PREFIX + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()));
        if (folder.resolve("10/pipit.sock").toString().getBytes(UTF_8).length
                > SOCKET_PATH_BYTES_MAX) {
            throw new Failure(
                    Failure.FAILED,
                    temporary
                            + " is too long for the path of a socket: start with"
                            + " PIPIT_JAVA_OPTS=-Djava.io.tmpdir=/tmp");
        }
        try {
            sweep(temporary);
            Files.createDirectory(
                    folder,
                    java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                            java.nio.file.attribute.PosixFilePermissions.fromString("rwx------")));
            FileChannel lock =
                    FileChannel.open(
                            folder.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            var _ = lock.lock();
            return new Fleet(surroundings, folder, lock);
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, "can't write to " + temporary + ": " + e);
        }
    }

    /** Takes away what demos left that were killed: nobody holds their lock. */
    private static void sweep(Path temporary) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path folder : left) {
                try (FileChannel channel =
                                FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
                        FileLock free = channel.tryLock()) {
                    if (free != null) {
                        delete(folder);
                    }
                } catch (IOException | OverlappingFileLockException e) {
                    // Somebody else's, or just begun: not ours to sweep.
                }
            }
        }
    }

    /** Starts so many and waits until all of them answer. */
    void start(int count) throws Failure {
        try {
            List<Integer> ports = freePorts(2 * count);
            List<NodeId> ids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Files.createDirectory(folderOf(i));
                ids.add(Identity.loadOrCreate(folderOf(i).resolve("data")).id());
            }
            for (int i = 0; i < count; i++) {
                Files.writeString(folderOf(i).resolve("pipit.toml"), configuration(i, ports));
            }
            synchronized (this) {
                for (int i = 0; i < count && !closed; i++) {
                    nodes.add(new Node(NAMES.get(i), ids.get(i), folderOf(i), launch(folderOf(i))));
                }
            }
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, "can't start a node: " + e.getMessage());
        } catch (IdentityException e) {
            throw new Failure(Failure.FAILED, String.valueOf(e.getMessage()));
        }
        long deadline =
                surroundings.nanoTime().getAsLong()
                        + TimeUnit.SECONDS.toNanos(START_SECONDS + START_SECONDS_PER_NODE * count);
        for (Node node : nodes()) {
            awaitAnswer(node, deadline);
        }
    }

    /**
     * Has each two of them pair, as people would: the one shows a code, the other one finds it and
     * brings the code.
     *
     * @param began hears how many are paired of how many
     */
    void pair(Began began) throws Failure {
        List<Node> all = nodes();
        int pairs = all.size() * (all.size() - 1) / 2;
        int paired = 0;
        for (int i = 1; i < all.size(); i++) {
            for (int j = 0; j < i; j++) {
                began.pair(++paired, pairs);
                pair(all.get(j), all.get(i));
            }
        }
    }

    /** Hears of each two that pair. */
    interface Began {
        void pair(int number, int of);
    }

    private void pair(Node opens, Node joins) throws Failure {
        Document opened;
        try (Daemon daemon = connect(opens)) {
            opened = daemon.ask(Frame.POST, "pairing", Map.of());
        }
        String refused = "";
        long deadline =
                surroundings.nanoTime().getAsLong() + TimeUnit.SECONDS.toNanos(FIND_SECONDS);
        try (Daemon daemon = connect(joins)) {
            while (surroundings.nanoTime().getAsLong() - deadline < 0) {
                Document outcome = join(daemon, opens.id().toString(), opened);
                if (outcome.get("paired").flag(false)) {
                    return;
                }
                refused = outcome.get("reason").text("");
                java.util.concurrent.locks.LockSupport.parkNanos(POLL_NANOS);
            }
            // Where no interface knows multicast nobody is found: then by the address.
            for (Document address : opened.get("addresses").items()) {
                Document outcome = join(daemon, address.text(""), opened);
                if (outcome.get("paired").flag(false)) {
                    return;
                }
                refused = outcome.get("reason").text("");
            }
        }
        throw new Failure(
                Failure.FAILED,
                "%s could not be paired with %s: %s"
                        .formatted(joins.name(), opens.name(), refused));
    }

    private static Document join(Daemon daemon, String to, Document opened) throws Failure {
        return daemon.ask(
                Frame.PUT, "pairing", Map.of("to", to, "code", opened.get("code").text("")));
    }

    private void awaitAnswer(Node node, long deadline) throws Failure {
        while (true) {
            try (Daemon daemon = connect(node)) {
                if (!daemon.document("health").get("status").text("").isEmpty()) {
                    return;
                }
            } catch (Failure e) {
                if (!node.process().isAlive()) {
                    throw new Failure(
                            Failure.FAILED,
                            "the node " + node.name() + " ended: " + lastWords(node));
                }
            }
            if (surroundings.nanoTime().getAsLong() - deadline > 0) {
                throw new Failure(
                        Failure.FAILED,
                        "the node " + node.name() + " doesn't answer: " + lastWords(node));
            }
            java.util.concurrent.locks.LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** A connection to one of them. */
    Daemon connect(Node node) throws Failure {
        return Daemon.connect(node.runDir(), node.name());
    }

    /** What it said last, for whoever has to find out why it doesn't run. */
    String lastWords(Node node) {
        try {
            List<String> lines = Files.readAllLines(node.folder().resolve("log"));
            return String.join(
                    " | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "it left no log";
        }
    }

    /** All of them. */
    synchronized List<Node> nodes() {
        return List.copyOf(nodes);
    }

    private Path folderOf(int index) {
        return folder.resolve(Integer.toString(index + 1));
    }

    private Process launch(Path at) throws IOException {
        // Ctrl-C reaches all processes of a terminal: the nodes have to go on until they are
        // counted.
        // Java leaves a signal alone that was ignored when it started.
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
        command.addAll(surroundings.program());
        command.addAll(
                List.of("run", "--stop-with-input", "-c", at.resolve("pipit.toml").toString()));
        File log = at.resolve("log").toFile();
        return new ProcessBuilder(command)
                .directory(at.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    /** Nothing of the others is in it. */
    private String configuration(int self, List<Integer> ports) {
        Path at = folderOf(self);
        return """
        [node]
        name = "%s"
        data-dir = %s
        run-dir = %s

        [coap]
        listen = ["127.0.0.1:%d"]
        monitor = "127.0.0.1:%d"

        [[sensor]]
        name = "host"
        driver = "host"
        every = "1s"

        [[sensor]]
        name = "air"
        driver = "bme280"
        bus = "simulated"
        address = 0x76
        every = "1s"

        [[subscribe]]
        peer = "*"
        series = ["**"]
        """
                .formatted(
                        NAMES.get(self),
                        quoted(at.resolve("data")),
                        quoted(at),
                        ports.get(2 * self),
                        ports.get(2 * self + 1));
    }

    private static String quoted(Path path) {
        return '"'
                + path.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "$${")
                + '"';
    }

    /**
     * Ports that nobody has, UDP and TCP; all are held until all are found, so that they differ.
     */
    private static List<Integer> freePorts(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        List<AutoCloseable> held = new ArrayList<>();
        try {
            while (ports.size() < count) {
                ServerSocket tcp = new ServerSocket(0, 1, LOOPBACK);
                held.add(tcp);
                try {
                    held.add(
                            new DatagramSocket(
                                    new InetSocketAddress(LOOPBACK, tcp.getLocalPort())));
                    ports.add(tcp.getLocalPort());
                } catch (java.net.SocketException e) {
                    // Taken for UDP: the next one.
                }
            }
        } finally {
            for (AutoCloseable socket : held) {
                closeQuietly(socket);
            }
        }
        return ports;
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // A socket that was only held to keep its port.
        }
    }

    /** Ends them all and takes their folder away. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        nodes.forEach(node -> node.process().destroy());
        boolean interrupted = false;
        for (Node node : nodes) {
            try {
                if (!node.process().waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    node.process().destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                interrupted = true;
                var _ = node.process().destroyForcibly();
            }
        }
        try {
            delete(folder);
            lock.close();
        } catch (IOException e) {
            surroundings.err().println("pipit: could not take away " + folder + ": " + e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @org.jspecify.annotations.Nullable IOException failure)
                            throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
