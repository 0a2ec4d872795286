package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One large file that is cut again and again on its way. {@code -Dpipit.cuts=20
 * -Dpipit.cuts.megabytes=2048} is the long one.
 */
class TransferCutsIT {
    private static final int CUTS = Integer.getInteger("pipit.cuts", 6);
    private static final int MEGABYTES = Integer.getInteger("pipit.cuts.megabytes", 120);
    private static final int MEGABYTE = 1 << 20;

    /** What is under way at most, and comes again after a cut: eight blocks. */
    private static final int WINDOW_BYTES = 8 * 256 * 1024;

    /** What the file and its blocks' words may take on the wire, TLS and TCP included. */
    private static final double OVERHEAD = 1.06;

    private static final String OTHER_ADDRESS = "10.213.77.11";

    private enum Cut {
        SENDER_KILLED,
        RECEIVER_KILLED,
        RESET,
        SENDER_MOVED
    }

    private final SplittableRandom random = new SplittableRandom(Long.getLong("pipit.seed", 1));

    @Test
    void aFileThatIsCutOftenArrivesAndWhatIsHeldIsNotSentAgain(@TempDir Path folder)
            throws Exception {
        try (Namespaces network = new Namespaces();
                RunningNode greenhouse = node(network, 0, folder, "greenhouse");
                RunningNode shed = node(network, 1, folder, "shed")) {
            peer(greenhouse, shed, Namespaces.ADDRESSES.get(1));
            peer(shed, greenhouse, Namespaces.ADDRESSES.get(0));
            greenhouse.start();
            shed.start();
            Path source = write(folder.resolve("large.bin"));
            Path partial = shed.folder.resolve("inbox/.partial");
            greenhouse.verb("send", "--no-wait", source.toString(), "shed").hasExit(0);

            long bytes = (long) MEGABYTES * MEGABYTE;
            long before = network.bytesInto(1);
            String address = Namespaces.ADDRESSES.get(0);
            for (int i = 0; i < CUTS; i++) {
                long next = bytes * (i + 1) / (CUTS + 1) + random.nextInt(WINDOW_BYTES);
                await().atMost(Duration.ofMinutes(5))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> held(partial) >= next);
                switch (Cut.values()[i % Cut.values().length]) {
                    case SENDER_KILLED -> {
                        greenhouse.kill();
                        greenhouse.start();
                    }
                    case RECEIVER_KILLED -> {
                        shed.kill();
                        long then = held(partial);
                        shed.start();
                        if (then < bytes) {
                            await().atMost(Duration.ofMinutes(1))
                                    .untilAsserted(() ->
                                            assertThat(held(partial))
                                                    .as(greenhouse.log() + shed.log())
                                                    .isGreaterThan(then));
                        }
                    }
                    case RESET -> {
                        network.resetTcp(1);
                        await().pollDelay(Duration.ofMillis(200)).until(() -> true);
                        network.heal();
                    }
                    case SENDER_MOVED -> {
                        String to =
                                address.equals(OTHER_ADDRESS)
                                        ? Namespaces.ADDRESSES.get(0)
                                        : OTHER_ADDRESS;
                        network.readdress(0, address, to);
                        address = to;
                    }
                }
                assertThat(held(partial)).as("after cut %d", i).isGreaterThanOrEqualTo(next);
            }

            Path arrived = shed.folder.resolve("inbox/greenhouse/large.bin");
            await().atMost(Duration.ofMinutes(5))
                    .untilAsserted(
                            () -> assertThat(arrived).as(greenhouse.log() + shed.log()).exists());
            assertThat(Files.mismatch(arrived, source)).isEqualTo(-1);
            assertThat(network.bytesInto(1) - before)
                    .as("bytes on the wire")
                    .isLessThan((long) (bytes * OVERHEAD) + (long) CUTS * WINDOW_BYTES);
        }
    }

    private static RunningNode node(Namespaces network, int side, Path folder, String name) {
        RunningNode node = new RunningNode(folder, name, "0.0.0.0", network.on(side));
        return node.with(
                """
                [files]
                inbox = "%s/inbox"
                keep-free = "0B"
                rate = "%dMB"
                """
                        .formatted(node.folder, RATE_MEGABYTES));
    }

    /** Slow enough that there is a way to be cut on. */
    private static final int RATE_MEGABYTES = 30;

    private static void peer(RunningNode node, RunningNode other, String address) {
        node.with(
                """
                [[peer]]
                name = "%s"
                id = "%s"
                address = "%s:%d"
                roles = ["monitor", "read", "bulk"]
                """
                        .formatted(other.name, other.id(), address, other.port));
    }

    private static Path write(Path file) throws IOException {
        byte[] some = new byte[MEGABYTE];
        Random random = new Random(1);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < MEGABYTES; i++) {
                random.nextBytes(some);
                out.write(some);
            }
        }
        return file;
    }

    /** How much of the file is there; all of it once it has its name. */
    private static long held(Path partial) {
        List<Path> parts;
        try (Stream<Path> files = Files.walk(partial)) {
            parts = files.filter(file -> file.toString().endsWith(".part")).toList();
            return parts.isEmpty()
                    ? Files.exists(partial.resolveSibling("greenhouse")) ? Long.MAX_VALUE : 0
                    : Files.size(parts.getFirst());
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
