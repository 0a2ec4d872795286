package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadInputIT {
    private static final int DATAGRAMS = 20_000;
    private static final int DATAGRAM_BYTES_MAX = 300;
    private static final long GROWTH_KILOBYTES_MAX = 24_000;

    @Test
    void saysAllThatIsWrongInAConfigurationWithItsPlace(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("pipit.toml");
        Files.writeString(
                file,
                """
                [node]
                nmae = "greenhouse"

                [[sensor]]
                name = "air"
                driver = "bme208"
                every = "soon"
                """);
        for (String verb : new String[] {"check", "run"}) {
            Program.Outcome outcome = Program.pipit(verb, "-c", file.toString()).hasExit(78);
            String said = outcome.text() + outcome.err();
            assertThat(said)
                    .as(verb)
                    .contains(file + ":2:1: ", "name", file + ":6:", "bme280", file + ":7:");
        }
    }

    @Test
    void badDatagramsAreCountedAndNothingMore(@TempDir Path folder)
            throws IOException, InterruptedException {
        try (RunningNode node =
                new RunningNode(folder, "greenhouse")
                        .with(
                                """
                                [[sensor]]
                                name = "host"
                                driver = "host"
                                every = "1s"
                                """)
                        .start()) {
            pelt(node, new Random(1));
            long before = node.residentKilobytes();
            pelt(node, new Random(2));
            long after = node.residentKilobytes();
            assertThat(node.verb("status").exit()).isZero();
            assertThat(after - before).as("growth in kB").isLessThan(GROWTH_KILOBYTES_MAX);
            assertThat(node.log()).doesNotContain("\tat ").hasSizeLessThan(20_000);
        }
    }

    private static void pelt(RunningNode node, Random random)
            throws IOException, InterruptedException {
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < DATAGRAMS; i++) {
                byte[] bytes = new byte[random.nextInt(DATAGRAM_BYTES_MAX)];
                random.nextBytes(bytes);
                if (bytes.length > 0 && i % 2 == 0) {
                    bytes[0] = (byte) 0x40; // as a CoAP message begins
                }
                int port = i % 4 < 2 ? node.port : node.monitorPort;
                socket.send(
                        new DatagramPacket(
                                bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
                if (i % 500 == 0) {
                    Thread.sleep(Duration.ofMillis(20));
                }
            }
        }
    }
}
