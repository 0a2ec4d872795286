package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.cli.client.Daemon;
import io.pipit.wire.Document;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One large file from a process to another over loopback: Pipit with TLS as users have it and its
 * sessions without, beside nginx and curl, scp, rsync, Netty alone and iperf3.
 */
final class Bulk {
    private static final int MEGABYTE = 1 << 20;
    private static final long POLL_MILLIS = 10;
    private static final long SECONDS_MAX = 600;
    private static final int START_TRIES = 100;
    private static final long SPARE_FACTOR = 5;
    private static final String SBIN = "/usr/sbin:/usr/local/sbin";
    private static final String HTTP = "nginx and curl, http";
    private static final String HTTPS = "nginx and curl, https";

    private final Report report;
    private final int rounds;
    private final long bytes;

    /**
     * One copy.
     *
     * @param cpuSeconds of both ends
     * @param peak resident memory of the sender and the receiver, MiB; empty where it isn't Pipit's
     */
    private record Run(double seconds, double cpuSeconds, String peak) {}

    private interface Copy {
        Run run() throws Exception;
    }

    Bulk(Report report, int rounds, int megabytes) {
        this.report = report;
        this.rounds = rounds;
        this.bytes = (long) megabytes * MEGABYTE;
    }

    /**
     * In memory where there is room: disks differ too much, and none of the others waits for one.
     */
    private Path folder() throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isDirectory(memory)
                        && Files.getFileStore(memory).getUsableSpace() > SPARE_FACTOR * bytes
                ? Files.createTempDirectory(memory, "pb-")
                : Files.createTempDirectory("pb-");
    }

    void measure() throws Exception {
        report.line("### (f) One large file");
        report.line("");
        Path folder = folder();
        try {
            measure(folder);
        } finally {
            Main.delete(folder);
        }
    }

    private void measure(Path folder) throws Exception {
        Path file = Files.createDirectories(folder.resolve("share")).resolve("file.bin");
        fill(file);
        List<AutoCloseable> servers = new ArrayList<>();
        try {
            Map<String, Copy> copies = new LinkedHashMap<>();
            pipit(folder, file, copies, servers);
            nginx(folder, file, copies, servers);
            ssh(folder, file, copies, servers);
            rsync(folder, file, copies, servers);
            iperf(copies);
            Map<String, List<Run>> runs = new LinkedHashMap<>();
            for (int round = 0; round <= rounds; round++) {
                for (Map.Entry<String, Copy> copy : copies.entrySet()) {
                    Run run = copy.getValue().run();
                    if (round > 0) {
                        // Memory that is used for the first time is slow, on virtual machines most.
                        runs.computeIfAbsent(copy.getKey(), _ -> new ArrayList<>()).add(run);
                    }
                    System.err.println(
                            "benchmarks: "
                                    + copy.getKey()
                                    + ": "
                                    + Report.number(rate(run), 2)
                                    + " GB/s");
                }
            }
            table(folder, runs);
        } finally {
            for (AutoCloseable server : servers.reversed()) {
                server.close();
            }
        }
    }

    private void table(Path folder, Map<String, List<Run>> runs) throws IOException {
        report.line(
                Report.number(bytes / 1e9, 2)
                        + " GB in "
                        + folder.getParent()
                        + "; median of "
                        + rounds
                        + " rounds, in turn, after one that doesn't count. CPU is that of both ends.");
        report.line("");
        List<List<String>> rows = new ArrayList<>();
        for (Map.Entry<String, List<Run>> each : runs.entrySet()) {
            double rate = median(each.getValue());
            rows.add(
                    List.of(
                            each.getKey(),
                            Report.number(rate, 2),
                            Report.number(
                                    Samples.median(
                                            each.getValue().stream()
                                                    .map(run -> run.cpuSeconds() / (bytes / 1e9))
                                                    .toList()),
                                    2),
                            ratio(rate, runs.get(HTTP)),
                            ratio(rate, runs.get(HTTP + ", into openssl dgst")),
                            ratio(rate, runs.get(HTTPS)),
                            ratio(rate, runs.get(HTTPS + ", into openssl dgst")),
                            ratio(rate, runs.get("scp")),
                            each.getValue().getLast().peak()));
        }
        report.table(
                List.of(
                        "",
                        "GB/s",
                        "CPU s/GB",
                        "÷ http",
                        "÷ http and hash",
                        "÷ https",
                        "÷ https and hash",
                        "÷ scp",
                        "RSS peak, MiB"),
                rows);
    }

    private double rate(Run run) {
        return bytes / 1e9 / run.seconds();
    }

    private double median(List<Run> runs) {
        return Samples.median(runs.stream().map(this::rate).toList());
    }

    private String ratio(double rate, @Nullable List<Run> beside) {
        return beside == null ? "–" : Report.number(rate / median(beside), 2);
    }

    private void fill(Path file) throws IOException {
        byte[] some = new byte[MEGABYTE];
        SplittableRandom random = new SplittableRandom(1);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long at = 0; at < bytes; at += some.length) {
                random.nextBytes(some);
                out.write(some);
            }
        }
    }

    private void pipit(
            Path folder, Path file, Map<String, Copy> copies, List<AutoCloseable> servers)
            throws Exception {
        PipitNode from = new PipitNode(folder, "a");
        PipitNode to = new PipitNode(folder, "b");
        servers.add(from);
        servers.add(to);
        from.knows(to, false, "\"bulk\"");
        to.knows(from, false, "\"bulk\"");
        from.configure("[files]\nshare = \"" + file.getParent() + "\"\n");
        to.configure("[files]\ninbox = \"" + folder.resolve("inbox") + "\"\n");
        from.start(List.of());
        to.start(List.of());
        copies.put(
                "Pipit, TLS, put into the peer's inbox: hash, fsync", () -> push(from, to, file));
        copies.put(
                "Pipit, TLS, pipit fetch: hash, fsync, the verb's start",
                () -> fetch(from, to, folder.resolve("fetched")));
        for (String how : List.of("tls", "sessions", "netty")) {
            String name =
                    switch (how) {
                        case "tls" -> "Pipit's sessions with TLS, into nothing";
                        case "sessions" -> "Pipit's sessions without TLS, into nothing";
                        default -> "Netty, a file region";
                    };
            Child server = bulkEnd(folder, "serve", how, file);
            servers.add(server);
            String port = awaitLine(server);
            copies.put(name, () -> take(folder, server, how, port));
            if (!how.equals("netty")) {
                copies.put(name + ", SHA-256", () -> take(folder, server, how + "-hash", port));
            }
        }
    }

    private Child bulkEnd(Path folder, Object... arguments) throws IOException {
        Path root = Path.of(System.getProperty("pipit.root", "."));
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "@" + root.resolve("daemon/src/main/jvm/pipit.options"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                BulkEnd.class.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return Child.start(command, Map.of(), Files.createTempFile(folder, "bulk-end", ".log"));
    }

    private static String awaitLine(Child child) throws IOException, InterruptedException {
        for (int i = 0; i < START_TRIES && child.lastWords().isEmpty(); i++) {
            Thread.sleep(10 * POLL_MILLIS);
        }
        return child.lastWords();
    }

    private Run take(Path folder, Child server, String how, String port) throws Exception {
        double before = server.cpuSecondsInAll();
        Child child = bulkEnd(folder, "take", how, port, bytes);
        if (!child.awaitEnd(SECONDS_MAX)) {
            throw new IOException("not done in time: " + child.lastWords());
        }
        String[] said = child.lastWords().split(" ", -1);
        child.close();
        double warm = Math.min(bytes, BulkEnd.WARM_BYTES);
        double served = (server.cpuSecondsInAll() - before) * bytes / (bytes + warm);
        return new Run(Double.parseDouble(said[0]), Double.parseDouble(said[1]) + served, "");
    }

    /** From when the file is whole in the sender's queue until it is whole in the inbox. */
    private Run push(PipitNode from, PipitNode to, Path file) throws Exception {
        Files.deleteIfExists(to.folder.resolveSibling("inbox").resolve("a/file.bin"));
        try (Daemon daemon = from.connect();
                Daemon watching = from.connect()) {
            double[] before = new double[1];
            long[] begin = new long[1];
            daemon.outbox()
                    .put(
                            file,
                            "b",
                            "file.bin",
                            held -> {
                                if (held == bytes) {
                                    begin[0] = System.nanoTime();
                                    before[0] = cpu(from, to);
                                }
                            });
            while (isUnderWay(watching)) {
                Thread.sleep(POLL_MILLIS);
                if (System.nanoTime() - begin[0] > SECONDS_MAX * 1e9) {
                    throw new IOException("not done in time");
                }
            }
            return new Run(
                    (System.nanoTime() - begin[0]) / 1e9,
                    cpu(from, to) - before[0],
                    peak(from, to));
        }
    }

    private static boolean isUnderWay(Daemon daemon) throws Exception {
        for (Document each : daemon.document("transfers").get("transfers").items()) {
            if (List.of("waiting", "sending").contains(each.get("state").text(""))) {
                return true;
            }
            if (each.get("state").text("").equals("refused")) {
                throw new IOException("refused: " + each.get("reason").text(""));
            }
        }
        return false;
    }

    private static double cpu(PipitNode one, PipitNode other) {
        try {
            return one.child().cpuSecondsInAll() + other.child().cpuSecondsInAll();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String peak(PipitNode one, PipitNode other) throws IOException {
        return Report.number(one.child().usage().residentPeakMib(), 0)
                + " + "
                + Report.number(other.child().usage().residentPeakMib(), 0);
    }

    private Run fetch(PipitNode from, PipitNode to, Path target) throws Exception {
        Files.deleteIfExists(target);
        double before = cpu(from, to);
        Run run =
                run(
                        List.of(
                                List.of(
                                        Path.of(System.getProperty("pipit.root", "."), "pipit")
                                                .toString(),
                                        "fetch",
                                        "-c",
                                        to.folder.resolve("pipit.toml").toString(),
                                        "a:file.bin",
                                        target.toString())));
        return new Run(run.seconds(), run.cpuSeconds() + cpu(from, to) - before, peak(from, to));
    }

    /** Commands that read what the one before says; the last one's output is thrown away. */
    private Run run(List<List<String>> commands) throws Exception {
        List<ProcessBuilder> pipeline = new ArrayList<>();
        for (List<String> command : commands) {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().merge("PATH", SBIN, (path, more) -> path + ":" + more);
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            pipeline.add(builder);
        }
        pipeline.getLast().redirectOutput(ProcessBuilder.Redirect.DISCARD);
        double before = Child.cpuSecondsOfEnded();
        long begin = System.nanoTime();
        for (Process process : ProcessBuilder.startPipeline(pipeline)) {
            if (process.waitFor() != 0) {
                throw new IOException(commands + " failed");
            }
        }
        return new Run((System.nanoTime() - begin) / 1e9, Child.cpuSecondsOfEnded() - before, "");
    }

    private Run run(Child server, List<List<String>> commands) throws Exception {
        double before = server.cpuSecondsInAll();
        Run run = run(commands);
        return new Run(run.seconds(), run.cpuSeconds() + server.cpuSecondsInAll() - before, "");
    }

    private static boolean isMissing(Report report, String name, String... command)
            throws IOException {
        boolean missing = !Report.has(command);
        if (missing) {
            report.line(name + " isn't installed: skipped");
            report.line("");
        }
        return missing;
    }

    private void nginx(
            Path folder, Path file, Map<String, Copy> copies, List<AutoCloseable> servers)
            throws Exception {
        if (isMissing(report, "nginx", "nginx", "-v")
                || isMissing(report, "curl", "curl", "--version")) {
            return;
        }
        Path home = Files.createDirectories(folder.resolve("nginx"));
        int http = PipitNode.Ports.free();
        int https = PipitNode.Ports.free();
        run(
                List.of(
                        List.of(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-subj",
                                "/CN=localhost",
                                "-keyout",
                                home + "/key.pem",
                                "-out",
                                home + "/cert.pem")));
        Path configuration = home.resolve("nginx.conf");
        Files.writeString(
                configuration,
                """
                daemon off;
                worker_processes 1;
                user root;
                pid %1$s/pid;
                error_log %1$s/error.log;
                events {}
                http {
                    access_log off;
                    sendfile on;
                    tcp_nopush on;
                    server {
                        listen 127.0.0.1:%2$d;
                        listen 127.0.0.1:%3$d ssl;
                        ssl_certificate %1$s/cert.pem;
                        ssl_certificate_key %1$s/key.pem;
                        ssl_protocols TLSv1.3;
                        root %4$s;
                    }
                }
                """
                        .formatted(home, http, https, file.getParent()));
        Child server =
                Child.start(
                        List.of("nginx", "-p", home.toString(), "-c", configuration.toString()),
                        Map.of("PATH", System.getenv("PATH") + ":" + SBIN),
                        home.resolve("log"));
        servers.add(server);
        awaitPort(server, https);
        List<String> digest = List.of("openssl", "dgst", "-sha256");
        for (String url : List.of("http://127.0.0.1:" + http, "https://127.0.0.1:" + https)) {
            String name = url.startsWith("https") ? HTTPS : HTTP;
            List<String> curl = List.of("curl", "-sk", url + "/" + file.getFileName());
            List<String> toFile = new ArrayList<>(curl);
            toFile.addAll(List.of("-o", folder.resolve("curled").toString()));
            copies.put(name, () -> run(server, List.of(curl)));
            copies.put(name + ", into openssl dgst", () -> run(server, List.of(curl, digest)));
            copies.put(name + ", to a file", () -> run(server, List.of(toFile)));
        }
    }

    private static void awaitPort(Child server, int port) throws Exception {
        for (int i = 0; i < START_TRIES; i++) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                Thread.sleep(10 * POLL_MILLIS);
            }
        }
        throw new IOException("a server doesn't answer: " + server.lastWords());
    }

    private void ssh(Path folder, Path file, Map<String, Copy> copies, List<AutoCloseable> servers)
            throws Exception {
        if (isMissing(report, "scp", "ssh", "-V")
                || isMissing(report, "sshd", "/usr/sbin/sshd", "-V")) {
            return;
        }
        Path home = Files.createDirectories(folder.resolve("ssh"));
        int port = PipitNode.Ports.free();
        for (String key : List.of("host", "user")) {
            run(
                    List.of(
                            List.of(
                                    "ssh-keygen",
                                    "-q",
                                    "-t",
                                    "ed25519",
                                    "-N",
                                    "",
                                    "-f",
                                    home.resolve(key).toString())));
        }
        Files.copy(home.resolve("user.pub"), home.resolve("authorized"));
        Files.writeString(
                home.resolve("sshd.conf"),
                """
                ListenAddress 127.0.0.1:%2$d
                HostKey %1$s/host
                AuthorizedKeysFile %1$s/authorized
                PidFile none
                StrictModes no
                UsePAM no
                PermitRootLogin yes
                Subsystem sftp internal-sftp
                """
                        .formatted(home, port));
        Files.createDirectories(Path.of("/run/sshd"));
        Child server =
                Child.start(
                        List.of("/usr/sbin/sshd", "-D", "-e", "-f", home + "/sshd.conf"),
                        Map.of(),
                        home.resolve("log"));
        servers.add(server);
        awaitPort(server, port);
        List<String> scp =
                List.of(
                        "scp",
                        "-q",
                        "-P",
                        Integer.toString(port),
                        "-i",
                        home + "/user",
                        "-o",
                        "StrictHostKeyChecking=no",
                        "-o",
                        "UserKnownHostsFile=/dev/null",
                        "-o",
                        "LogLevel=ERROR",
                        "127.0.0.1:" + file,
                        folder.resolve("scp").toString());
        copies.put("scp", () -> run(server, List.of(scp)));
    }

    private void rsync(
            Path folder, Path file, Map<String, Copy> copies, List<AutoCloseable> servers)
            throws Exception {
        if (isMissing(report, "rsync", "rsync", "--version")) {
            return;
        }
        Path home = Files.createDirectories(folder.resolve("rsync"));
        int port = PipitNode.Ports.free();
        Files.writeString(
                home.resolve("rsyncd.conf"),
                """
                use chroot = no
                uid = root
                gid = root
                [share]
                path = %s
                """
                        .formatted(file.getParent()));
        Child server =
                Child.start(
                        List.of(
                                "rsync",
                                "--daemon",
                                "--no-detach",
                                "--address=127.0.0.1",
                                "--port=" + port,
                                "--config=" + home + "/rsyncd.conf"),
                        Map.of(),
                        home.resolve("log"));
        servers.add(server);
        awaitPort(server, port);
        Path target = folder.resolve("rsynced");
        copies.put(
                "rsync, its daemon, no encryption",
                () -> {
                    Files.deleteIfExists(target);
                    return run(
                            server,
                            List.of(
                                    List.of(
                                            "rsync",
                                            "-W",
                                            "rsync://127.0.0.1:"
                                                    + port
                                                    + "/share/"
                                                    + file.getFileName(),
                                            target.toString())));
                });
    }

    private void iperf(Map<String, Copy> copies) throws Exception {
        if (isMissing(report, "iperf3", "iperf3", "--version")) {
            return;
        }
        copies.put(
                "iperf3",
                () -> {
                    int port = PipitNode.Ports.free();
                    String at = Integer.toString(port);
                    double before = Child.cpuSecondsOfEnded();
                    Process server =
                            new ProcessBuilder("iperf3", "-s", "-1", "-B", "127.0.0.1", "-p", at)
                                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                    .start();
                    Thread.sleep(50 * POLL_MILLIS);
                    Process client =
                            new ProcessBuilder(
                                            "iperf3",
                                            "-c",
                                            "127.0.0.1",
                                            "-p",
                                            at,
                                            "-J",
                                            "-n",
                                            Long.toString(bytes))
                                    .start();
                    String said;
                    try (BufferedReader lines =
                            new BufferedReader(
                                    new InputStreamReader(client.getInputStream(), UTF_8))) {
                        said = String.join("\n", lines.lines().toList());
                    }
                    client.waitFor();
                    server.waitFor();
                    double seconds =
                            Document.read(said.getBytes(UTF_8), io.pipit.wire.Format.JSON)
                                    .get("end")
                                    .get("sum_received")
                                    .get("seconds")
                                    .number(Double.NaN);
                    return new Run(seconds, Child.cpuSecondsOfEnded() - before, "");
                });
    }
}
