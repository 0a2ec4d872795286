package io.pipit.e2e.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.pipit.e2e.Program;
import io.pipit.e2e.Program.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.assertj.core.data.Offset;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * The virtual board, booted: a Linux kernel as a process with systemd, I2C chips and GPIO lines.
 * Closed it is off, and nothing of it is left. See {@code e2e/board/README.md}.
 */
final class Board implements AutoCloseable {
    private static final String KIT = Program.HOME.resolve("e2e/board/board").toString();
    private static final String CONTAINER = Program.HOME.resolve("e2e/board/container").toString();
    private static final int UNUSABLE = 69;
    private static final Duration BUILD_PATIENCE = Duration.ofMinutes(25);
    private static final Duration BOOT_PATIENCE = Duration.ofMinutes(5);
    private static final Duration COMMAND_PATIENCE = Duration.ofMinutes(4);

    /** Longer than any pause between two tries of a sensor in these tests. */
    private static final Duration SOON = Duration.ofSeconds(40);

    /** A board that a test forgot is switched off by then. */
    private static final Duration LIFE = Duration.ofMinutes(30);

    static final int PLAIN_JSON = 50;
    private static final int SENML_JSON = 110;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String ANSWER = "board-exit ";

    private final Path shared;
    private final Path console;
    private final Process process;
    private final Writer input;
    private final boolean quick;
    private int commands;

    private Board(Path shared, Path console, Process process, boolean quick) {
        this.quick = quick;
        this.shared = shared;
        this.console = console;
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Boots Debian 12 with this checkout's program, installed as the README of the unit says.
     * Builds the board before where it isn't built yet, which takes minutes. Skips the test, or
     * fails it where peers are required, if it can't be built here.
     *
     * @param parent where its files are kept
     */
    static Board boot(Path parent) {
        Board board =
                switchOn(
                        parent,
                        "suite=bookworm",
                        "pipit=" + Program.HOME,
                        "jdk=" + System.getProperty("java.home"));
        // Where it is older than its sources it builds itself, which it can't on the board.
        Program.run(Program.command("--version"), BUILD_PATIENCE).hasExit(0);
        board.install();
        return board;
    }

    /**
     * Boots Debian 13 with its own Java and nothing of Pipit, likewise; on the kernel of this
     * machine where that can be had, which is many times as fast.
     */
    static Board bootBare(Path parent) {
        Outcome container = Program.run(List.of(CONTAINER, "check"), COMMAND_PATIENCE);
        if (container.exit() != 0) {
            System.out.println(container.err().strip());
        }
        return switchOn(
                parent, "suite=trixie", "kernel=" + (container.exit() == 0 ? "host" : "own"));
    }

    private static Board switchOn(Path parent, String... options) {
        Outcome check = Program.run(List.of(KIT, "check"), COMMAND_PATIENCE);
        if (check.exit() == UNUSABLE) {
            Program.skip(check.err().strip());
        }
        check.hasExit(0);
        build();
        try {
            Path shared = Files.createDirectories(parent.resolve("shared"));
            Path console = parent.resolve("console");
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    KIT,
                                    "start",
                                    shared.toString(),
                                    "timeout=" + LIFE.toSeconds()));
            command.addAll(List.of(options));
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(console.toFile())
                            .start();
            Board board =
                    new Board(shared, console, process, List.of(options).contains("kernel=host"));
            board.awaitOnConsole("board-ready", 1, BOOT_PATIENCE);
            return board;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void build() {
        try {
            Process build =
                    new ProcessBuilder(
                                    "timeout",
                                    Long.toString(BUILD_PATIENCE.toSeconds()),
                                    KIT,
                                    "build")
                            .redirectErrorStream(true)
                            .start();
            StringBuilder said = new StringBuilder();
            try (BufferedReader output = build.inputReader()) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    System.out.println(line);
                    said.append(line).append('\n');
                }
            }
            assertThat(build.waitFor()).as(said.toString()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Whether it runs on this machine's own kernel. */
    boolean isQuick() {
        return quick;
    }

    /** The folder that the board has as {@code /shared}. */
    Path shared() {
        return shared;
    }

    /** Runs a script of bash as root, to its end. */
    Outcome sh(String script) {
        String number = Integer.toString(++commands);
        Path out = shared.resolve(number + ".out");
        Path err = shared.resolve(number + ".err");
        try {
            Files.writeString(shared.resolve(number + ".sh"), "set -e\n" + script);
            input.write(
                    "bash /shared/%1$s.sh >/shared/%1$s.out 2>/shared/%1$s.err\n"
                            .formatted(number));
            input.flush();
            awaitOnConsole(ANSWER, commands, COMMAND_PATIENCE);
            String answer = answers(ANSWER).getLast().substring(ANSWER.length());
            return new Outcome(
                    List.of(script),
                    Integer.parseInt(answer),
                    Files.readAllBytes(out),
                    Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Installs Pipit as systemd/README.md says. */
    private void install() {
        sh("""
        ln -s /opt/pipit/pipit /usr/bin/pipit
        useradd --system --home-dir /var/lib/pipit --shell /usr/sbin/nologin pipit
        usermod --append --groups i2c,gpio,spi pipit
        install -m 0644 /opt/pipit/systemd/pipit.service /etc/systemd/system/
        mkdir /etc/systemd/system/pipit.service.d
        printf '[Service]\\nNoExecPaths=\\n' >/etc/systemd/system/pipit.service.d/checkout.conf
        systemctl daemon-reload
        """)
                .hasExit(0);
    }

    /** (Re)starts Pipit with this configuration. */
    void runPipit(String toml) {
        try {
            Files.writeString(shared.resolve("pipit.toml"), toml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sh("install -D -m 0644 /shared/pipit.toml /etc/pipit/pipit.toml").hasExit(0);
        restartPipit();
    }

    /** (Re)starts Pipit; it is up when this returns. */
    void restartPipit() {
        sh("systemctl restart pipit || { journalctl --no-pager --unit pipit >&2; exit 1; }")
                .hasExit(0);
    }

    /** What Pipit has said since the board was switched on. */
    String journal() {
        return sh("journalctl --no-pager --output cat --unit pipit").hasExit(0).text();
    }

    /** What the monitoring endpoint answers, asked by libcoap's client, in JSON. */
    Optional<JsonNode> get(String path, int format) {
        Outcome outcome =
                sh(
                        "coap-client-notls -m get -B 5 -A %d coap://127.0.0.1:5683%s"
                                .formatted(format, path));
        // It exits with 0 whatever the answer was, and says an error's code on standard error.
        return outcome.exit() == 0 && outcome.err().isBlank() && !outcome.text().isBlank()
                ? Optional.of(JSON.readTree(outcome.text()))
                : Optional.empty();
    }

    /** The newest value of a sensor's series; none where there is none, or it is out of date. */
    OptionalDouble value(String series) {
        return get("/sensors/" + series, SENML_JSON)
                .map(pack -> OptionalDouble.of(pack.get(0).get("v").asDouble()))
                .orElse(OptionalDouble.empty());
    }

    void awaitValue(String series, double expected, Offset<Double> offset) {
        await().atMost(SOON)
                .untilAsserted(() -> {
                    OptionalDouble value = value(series);
                    assertThat(value).as(series).isPresent();
                    assertThat(value.getAsDouble()).as(series).isEqualTo(expected, offset);
                });
    }

    /** What {@code /sensors} says of a sensor. */
    JsonNode sensor(String name) {
        return get("/sensors", PLAIN_JSON)
                .orElseThrow()
                .get("sensors")
                .valueStream()
                .filter(sensor -> sensor.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** How many readings of a series those hear who observe it for so long. */
    int readingsWithin(Duration time, String series) {
        String heard =
                sh("coap-client-notls -m get -s %d -A %d coap://127.0.0.1:5683/sensors/%s"
                                .formatted(time.toSeconds(), SENML_JSON, series))
                        .hasExit(0)
                        .text();
        return heard.split(series, -1).length - 1;
    }

    /** The readings of a series of this node, oldest first: time, node, series, value, unit. */
    List<String[]> history(String series) {
        return sh("pipit history --csv " + series).hasExit(0).lines().stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .toList();
    }

    /** How the sensors are, as {@code /health} says. */
    JsonNode sensorsHealth() {
        return get("/health", PLAIN_JSON).orElseThrow().at("/parts/sensors");
    }

    /** Waits until what {@code /health} says of the sensors is so. */
    void awaitSensorsHealth(Consumer<String> assertions) {
        await().atMost(SOON).untilAsserted(() -> assertions.accept(sensorsHealth().toString()));
    }

    private void awaitOnConsole(String beginning, int times, Duration patience) {
        await().atMost(patience)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> answers(beginning).size() >= times || !process.isAlive());
        if (answers(beginning).size() < times) {
            fail("the board went off; its console said:\n" + console());
        }
    }

    private List<String> answers(String beginning) {
        return console().lines().filter(line -> line.startsWith(beginning)).toList();
    }

    /** What the console has shown. */
    String console() {
        try {
            return Files.readString(console);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            input.write("quit\n");
            input.flush();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroy();
                process.waitFor();
            }
        } catch (IOException alreadyOff) {
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
        }
    }
}
