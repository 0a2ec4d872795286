package io.pipit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a process of its own, with nodes that only answer like ones. */
@Timeout(120)
class DemoIT {
    @TempDir Path temporary;
    private Path output;

    @BeforeEach
    void where() {
        output = temporary.resolve("output");
    }

    private Process start(String fault, String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        // Who runs the tests in the background of a shell ignores SIGINT, and so
                        // would all that it starts.
                        "env",
                        "--default-signal=INT",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        DemoMain.class.getName(),
                        "demo");
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PIPIT_TEST_FAULT", fault);
        return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    private String printed() throws IOException {
        return Files.readString(output);
    }

    private void leavesNothing() throws IOException {
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).containsExactly(output);
        }
        assertThat(children()).isEmpty();
    }

    /** Processes that work in our temporary folder. */
    private List<Path> children() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.flatMap(process -> workingIn(process).stream())
                    .filter(at -> at.toString().startsWith(temporary + "/pipit-demo-"))
                    .toList();
        }
    }

    private static Optional<Path> workingIn(ProcessHandle process) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd")));
        } catch (IOException e) {
            return Optional.empty(); // ended just now, or somebody else's
        }
    }

    @Test
    void countsThatEverythingIsEverywhereOnce() throws Exception {
        Process demo = start("", "--nodes", "2", "--for", "3s", "--json");

        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).as(printed()).isZero();
        List<String> lines = printed().lines().toList();
        for (String line : lines) {
            assertThat(Document.read(line.getBytes(UTF_8), Format.JSON).fields()).isNotEmpty();
        }
        assertThat(lines.getFirst())
                .startsWith("{\"at\":\"greenhouse\",\"readings\":[{\"node\":\"greenhouse\"")
                .contains("\"came\":\"live\",\"roundTripMs\":1.5");
        assertThat(lines.getLast())
                .matches(
                        "\\{\"ok\":true,\"nodes\":\\[(,?\\{\"name\":\"(greenhouse|shed)\","
                                + "\"own\":\\{\"series\":2,\"readings\":\\d+\\},"
                                + "\"received\":\\{\"series\":2,\"readings\":\\d+,"
                                + "\"missing\":0,\"duplicates\":0\\}\\}){2}]\\}");
        leavesNothing();
    }

    @Test
    void saysThatSomethingIsMissingOrTwice() throws Exception {
        Process demo = start("twice", "--nodes", "2", "--for", "1s");
        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isEqualTo(1);
        assertThat(printed()).contains("not every reading is at every node once");

        Process other = start("missing", "--nodes", "2", "--for", "1s", "--json");
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(other.exitValue()).isEqualTo(1);
        assertThat(printed().lines().toList().getLast())
                .startsWith("{\"ok\":false,\"nodes\":[")
                .contains("\"missing\":1,\"duplicates\":0");
        leavesNothing();
    }

    @Test
    void showsTablesAndEndsByAnInterrupt() throws Exception {
        Process demo = start("", "--nodes", "2");
        await().atMost(Duration.ofSeconds(40)).until(() -> printed().contains("host/load"));

        interrupt(demo);

        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).as(printed()).isZero();
        assertThat(printed())
                .contains("starting 2 nodes", "ROUND TRIP", "20.50 °C", "1.5 ms")
                .endsWith("every reading is at every node, once\n");
        leavesNothing();
    }

    @Test
    void leavesNoProcessWhereItIsKilled() throws Exception {
        Process demo = start("", "--nodes", "2", "--json");
        await().atMost(Duration.ofSeconds(40)).until(() -> printed().contains("\"at\""));
        assertThat(children()).isNotEmpty();

        assertThat(demo.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();

        await().atMost(Duration.ofSeconds(20)).until(() -> children().isEmpty());
        Process next = start("", "--nodes", "2", "--for", "1s", "--json");
        assertThat(next.waitFor(60, TimeUnit.SECONDS)).isTrue();
        leavesNothing();
    }

    @Test
    void saysWhyANodeDoesNotStart() throws Exception {
        Process demo = start("die", "--nodes", "2");

        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isEqualTo(1);
        assertThat(printed()).contains("pipit: the node greenhouse ended: bad luck");
        leavesNothing();
    }

    private static void interrupt(Process process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }
}
