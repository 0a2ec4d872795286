package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files between two nodes that are killed under way. */
class FilesIT {
    /** Slow enough that there is a way to be cut on. */
    private static final int BYTES_PER_SECOND = 1_500_000;

    private static final int BYTES = 15_000_000;

    @TempDir Path folder;
    private RunningNode greenhouse;
    private RunningNode shed;

    @BeforeEach
    void start() {
        greenhouse = node("greenhouse");
        shed = node("shed");
        peer(greenhouse, shed);
        peer(shed, greenhouse);
        greenhouse.start();
        shed.start();
    }

    private RunningNode node(String name) {
        RunningNode node = new RunningNode(folder, name);
        return node.with(
                """
                [files]
                share = "%s/share"
                inbox = "%s/inbox"
                keep-free = "0B"
                rate = "%dB"
                """
                        .formatted(node.folder, node.folder, BYTES_PER_SECOND));
    }

    private static void peer(RunningNode node, RunningNode other) {
        node.with(
                """
                [[peer]]
                name = "%s"
                id = "%s"
                address = "127.0.0.1:%d"
                roles = ["monitor", "read", "bulk"]
                """
                        .formatted(other.name, other.id(), other.port));
    }

    @AfterEach
    void stop() {
        greenhouse.close();
        shed.close();
    }

    private static Path write(Path file, int count) throws IOException {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    /** Bytes of all files below whose name ends so. */
    private static long bytes(Path below, String end) {
        if (!Files.exists(below)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(end))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            // It was renamed while it was looked at.
            return 0;
        }
    }

    private static void comes(Path below, String end, long count) {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> bytes(below, end) >= count);
    }

    @Test
    void whatIsSentArrivesThoughEitherSideIsKilled() throws Exception {
        Path source = write(folder.resolve("large.bin"), BYTES);
        Path arrived = shed.folder.resolve("inbox/greenhouse/large.bin");
        Path partial = shed.folder.resolve("inbox/.partial");
        assertThat(greenhouse.verb("send", "--no-wait", source.toString(), "shed").exit()).isZero();

        comes(partial, ".part", BYTES / 4);
        shed.kill();
        assertThat(arrived).doesNotExist();
        shed.start();
        comes(partial, ".part", BYTES * 5L / 8);
        greenhouse.kill();
        assertThat(arrived).doesNotExist();
        greenhouse.start();

        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () -> assertThat(arrived).as(greenhouse.log() + shed.log()).exists());
        assertThat(arrived).hasSameBinaryContentAs(source);
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() ->
                        assertThat(greenhouse.folder.resolve("data/spool")).isEmptyDirectory());
        assertThat(bytes(partial, "")).as("nothing is left behind").isZero();
    }

    @Test
    void whatIsFetchedIsWholeThoughEitherSideIsKilled() throws Exception {
        Path source = write(shed.folder.resolve("share/logs/large.bin"), BYTES);
        Path to = folder.resolve("got.bin");
        CompletableFuture<Program.Outcome> fetch =
                CompletableFuture.supplyAsync(() ->
                        Program.run(
                                Program.command(
                                        "fetch",
                                        "shed:logs/large.bin",
                                        to.toString(),
                                        "-c",
                                        greenhouse.configurationFile().toString()),
                                Duration.ofMinutes(5)));

        comes(folder, "got.bin.part", BYTES / 4);
        shed.kill();
        shed.start();
        comes(folder, "got.bin.part", BYTES * 5L / 8);
        greenhouse.kill();
        greenhouse.start();

        Program.Outcome outcome = fetch.join();
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(to).hasSameBinaryContentAs(source);
    }

    @Test
    void whoHasNotTheRoleIsTold() throws Exception {
        shed.without("roles = [\"monitor\", \"read\", \"bulk\"]")
                .with("roles = [\"monitor\", \"read\"]")
                .reload();
        Path source = write(folder.resolve("small.bin"), 10);
        Program.Outcome send = greenhouse.verb("send", source.toString(), "shed");
        assertThat(send.exit()).isEqualTo(1);
        assertThat(send.err()).contains("shed refuses small.bin", "role bulk");
        assertThat(greenhouse.verb("fetch", "shed:").exit()).isEqualTo(77);
    }
}
