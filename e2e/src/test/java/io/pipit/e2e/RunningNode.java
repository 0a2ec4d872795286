package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A node of its own process, with its own folder, ports and configuration; closed it is gone. */
final class RunningNode implements AutoCloseable {
    private static final int PORT_TRIES_MAX = 100;
    private static final int CONTENT = 205;

    /** Below those of the kernel's own choice, which begin at 32,768. */
    private static final int PORTS_FROM = 12_000;

    private static final int PORTS = 20_000;

    /** Processes that test at the same time begin apart: their IDs follow each other. */
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 397 % PORTS));

    /** Other tests' nodes on this machine are none of its business. */
    private static final String SILENT =
            """
            [discovery]
            multicast = false
            dns-sd = false

            """;

    final String name;
    final Path folder;
    int port = freePort();
    final int monitorPort = freePort();
    private final String address;
    private final List<String> launcher;
    private final List<String> environment = new ArrayList<>();
    private final StringBuilder configuration = new StringBuilder();
    private @Nullable Process process;
    private @Nullable String firstId;

    RunningNode(Path parent, String name) {
        this(parent, name, "127.0.0.1", List.of());
    }

    /**
     * @param address where its peers reach it
     * @param launcher what the daemon's command line begins with
     */
    RunningNode(Path parent, String name, String address, List<String> launcher) {
        this.name = name;
        this.address = address;
        this.launcher = List.copyOf(launcher);
        this.folder = parent.resolve(name);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        configuration.append(
                """
                [node]
                name = "%s"
                data-dir = "%s/data"
                run-dir = "%s/run"

                [coap]
                listen = ["%s:%d"]
                monitor = "127.0.0.1:%d"

                """
                        .formatted(name, folder, folder, address, port, monitorPort));
        configuration.append(SILENT);
    }

    /** Adds to the configuration file. */
    RunningNode with(String toml) {
        configuration.append(toml).append('\n');
        write();
        return this;
    }

    /** Takes out what was added to the configuration file. */
    RunningNode without(String toml) {
        int at = configuration.indexOf(toml);
        assertThat(at).as("%s in %s", toml, configuration).isNotNegative();
        configuration.delete(at, at + toml.length());
        write();
        return this;
    }

    /** Replaces a part of the configuration file. */
    RunningNode replace(String part, String by) {
        int at = configuration.indexOf(part);
        assertThat(at).as("%s in %s", part, configuration).isNotNegative();
        configuration.replace(at, at + part.length(), by);
        write();
        return this;
    }

    /** Looks for others and lets itself be found, as it does where nothing is configured. */
    RunningNode findsOthers() {
        return without(SILENT);
    }

    /** Trusts the other one to read here, wants everything that it has, and knows no address. */
    RunningNode trusts(RunningNode other) {
        return with(
                """
                [[peer]]
                name = "%s"
                id = "%s"

                [[subscribe]]
                peer = "%s"
                series = ["**"]
                """
                        .formatted(other.name, other.firstId(), other.name));
    }

    /** From the next start on it listens elsewhere. */
    RunningNode moves() {
        String before = ":" + port + "\"]";
        port = freePort();
        int at = configuration.indexOf(before);
        configuration.replace(at, at + before.length(), ":" + port + "\"]");
        write();
        return this;
    }

    /** SIGHUP. */
    RunningNode reload() {
        return signalled("-HUP");
    }

    /** SIGSTOP: it does nothing until {@link #thaw}. */
    RunningNode freeze() {
        return signalled("-STOP");
    }

    /** SIGCONT. */
    RunningNode thaw() {
        return signalled("-CONT");
    }

    private RunningNode signalled(String signal) {
        Program.run(List.of("kill", signal, Long.toString(process().pid())), Duration.ofSeconds(5))
                .hasExit(0);
        return this;
    }

    /**
     * Names the other one as a peer that may read here, and wants everything that it has.
     *
     * @param more what else it may do here
     */
    RunningNode knows(RunningNode other, String... more) {
        List<String> roles = new ArrayList<>(List.of("monitor", "read"));
        roles.addAll(List.of(more));
        return with(
                """
                [[peer]]
                name = "%s"
                id = "%s"
                address = "%s:%d"
                roles = ["%s"]

                [[subscribe]]
                peer = "%s"
                series = ["**"]
                """
                        .formatted(
                                other.name,
                                other.firstId(),
                                other.address,
                                other.port,
                                String.join("\", \"", roles),
                                other.name));
    }

    /** Where its peers reach it. */
    String place() {
        return address + ":" + port;
    }

    /** As its verb says it. */
    String id() {
        write();
        return verb("id").hasExit(0).text().strip();
    }

    /** As it was when this was asked for first: each verb takes a Java of its own. */
    String firstId() {
        if (firstId == null) {
            firstId = id();
        }
        return firstId;
    }

    Path configurationFile() {
        return folder.resolve("pipit.toml");
    }

    private void write() {
        try {
            Files.writeString(configurationFile(), configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the daemon and waits until it answers. */
    RunningNode start() {
        return startWithoutWaiting().awaitAnswer();
    }

    /** Starts several at the same time, and waits until they answer. */
    static void startAll(RunningNode... nodes) {
        List.of(nodes).forEach(RunningNode::startWithoutWaiting);
        List.of(nodes).forEach(RunningNode::awaitAnswer);
    }

    /** Waits until the started daemon answers. */
    RunningNode awaitAnswer() {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(
                        () -> assertThat(answers() || !process().isAlive()).as(log()).isTrue());
        assertThat(process().isAlive()).as(log()).isTrue();
        return this;
    }

    RunningNode startWithoutWaiting() {
        write();
        List<String> command = new ArrayList<>(launcher);
        command.addAll(environment);
        command.addAll(Program.command("run", "-c", configurationFile().toString()));
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            folder.resolve("log").toFile()))
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Sets a variable for the daemon and the verbs. */
    RunningNode knowing(String variable, String value) {
        environment.addAll(List.of("env", variable + "=" + value));
        return this;
    }

    /** One of Pipit's verbs against this node. */
    Program.Outcome verb(String... arguments) {
        List<String> command = new ArrayList<>(environment);
        command.addAll(Program.command(arguments));
        command.add("-c");
        command.add(configurationFile().toString());
        return Program.run(command, Duration.ofMinutes(1));
    }

    private Path socket() {
        return folder.resolve("run/pipit.sock");
    }

    private boolean answers() {
        try {
            return NodeSocket.get(socket(), "/health", NodeSocket.JSON).code() == CONTENT;
        } catch (IOException e) {
            return false;
        }
    }

    /** What it answers on its socket, whatever that is. */
    NodeSocket.Answer ask(int method, String target, int accept, byte[] payload) {
        try {
            return NodeSocket.ask(socket(), method, target, accept, payload);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " said: " + log(), e);
        }
    }

    /** A document of its own, like {@code /peers}. */
    JsonNode document(String target) {
        return json(target, NodeSocket.JSON);
    }

    /** By the key that it speaks with at present; empty where it doesn't answer just now. */
    String presentId() {
        try {
            NodeSocket.Answer answer = NodeSocket.get(socket(), "/peers", NodeSocket.JSON);
            return answer.code() == CONTENT
                    ? new ObjectMapper().readTree(answer.payload()).get("id").asString()
                    : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** Whom it trusts, as {@code /trust} says it. */
    String trusted() {
        return document("/trust").toString();
    }

    private JsonNode json(String target, int format) {
        NodeSocket.Answer answer = ask(NodeSocket.GET, target, format, new byte[0]);
        assertThat(answer.code()).as("%s: %s", target, answer.text()).isEqualTo(CONTENT);
        return new ObjectMapper().readTree(answer.payload());
    }

    /** All readings in its store, as {@link #history(String)} has them. */
    Map<String, Integer> history() {
        return history("**");
    }

    /**
     * The readings in its store that a pattern fits, by {@code node/series log:sequence}, with how
     * often each is there.
     */
    Map<String, Integer> history(String pattern) {
        JsonNode peers = document("/peers");
        Map<String, String> names = new HashMap<>();
        peers.get("peers")
                .forEach(peer -> names.put(peer.get("id").asString(), peer.get("name").asString()));
        names.put(peers.get("id").asString(), name);
        Map<String, Integer> readings = new TreeMap<>();
        String after = "";
        while (true) {
            JsonNode page =
                    json("/history?limit=1000&series=" + pattern + after, NodeSocket.SENML_JSON);
            String origin = "";
            String log = "";
            String place = "";
            for (JsonNode record : page) {
                origin = record.path("bn").asString(origin + "/").replaceFirst("/$", "");
                log = record.path("log").asString(log);
                place = log + ":" + record.path("seq").asLong();
                if (record.has("v")) {
                    String series = record.path("n").asString();
                    readings.merge(
                            names.getOrDefault(origin, origin) + "/" + series + " " + place,
                            1,
                            Integer::sum);
                }
            }
            if (page.isEmpty()) {
                return readings;
            }
            after = "&after=" + origin + ":" + place;
        }
    }

    /** What the process said on its standard output and error. */
    String log() {
        try {
            Path log = folder.resolve("log");
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Process process() {
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return process;
    }

    /** As a power cut for the process: SIGKILL, and it is gone when this returns. */
    void kill() {
        end(process().destroyForcibly());
    }

    /** SIGTERM, and its exit code. */
    int stop() {
        process().destroy();
        end(process());
        return process().exitValue();
    }

    private static void end(Process process) {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("it took more than 20 s to end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** {@code VmRSS} of the process, in kB. */
    long residentKilobytes() {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(process().pid()), "status"))
                    .stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            end(process.destroyForcibly());
        }
    }

    /**
     * One that is free for UDP and TCP, and stays so: the kernel hands out none of these to whoever
     * asks for any port, and other tests at the same time count from elsewhere.
     */
    static int freePort() {
        for (int tries = 0; ; tries++) {
            int port = PORTS_FROM + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
            InetAddress loopback = InetAddress.getLoopbackAddress();
            try (DatagramSocket _ = new DatagramSocket(port, loopback);
                    ServerSocket _ = new ServerSocket(port, 1, loopback)) {
                return port;
            } catch (IOException e) {
                if (tries == PORT_TRIES_MAX) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
