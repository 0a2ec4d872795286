package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CoAP over TCP and TLS as other people's clients, and broken ones, meet it. */
class ReliableTransportIT {
    private static final String CLIENT = "coap-client-openssl";
    private static final int ABORT = 0xe5;
    private static final int ANSWER_MILLIS_MAX = 15_000;

    /** A CSM without options, and a Ping. */
    private static final String CSM = "00e1";

    private static final String PING = "00e2";
    private static final int PONG = 0xe3;

    @TempDir static Path folder;
    private static RunningNode node;

    @BeforeAll
    static void start() {
        node =
                new RunningNode(folder, "greenhouse")
                        .with(
                                """
                                [files]
                                share = "%1$s/share"
                                inbox = "%1$s/inbox"
                                keep-free = "0B"
                                """
                                        .formatted(folder))
                        .start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void givesDocumentsInBlocks() {
        Program.Outcome metrics =
                Program.peer(
                                "coap-client-notls",
                                "-m",
                                "get",
                                "-b",
                                "64",
                                "coap+tcp://127.0.0.1:" + node.monitorPort + "/metrics")
                        .hasExit(0);
        assertThat(metrics.text()).contains("# TYPE pipit_").contains("# EOF\n");
        assertThat(metrics.err()).doesNotContain("updated");
    }

    @Test
    void letsAProgramInThatWasAddedByItsCertificate() {
        Visitor app = new Visitor("app");
        assertThat(app.asks("/health").text()).doesNotContain("status");

        node.verb("peer", "add", app.id, "--name", "app").hasExit(0);
        assertThat(app.asks("/health").hasExit(0).text()).contains("\"status\"");
        Program.Outcome refused = app.asks("/health", "-m", "put", "-e", "x");
        assertThat(refused.text() + refused.err()).contains("4.05");

        node.verb("peer", "revoke", app.id).hasExit(0);
        assertThat(app.asks("/health").text()).doesNotContain("status");
    }

    @Test
    void takesFilesOfSuchAProgramAndGivesThem() throws IOException {
        Visitor camera = new Visitor("camera");
        Path picture = folder.resolve("picture.jpg");
        // More than one message takes.
        byte[] content = new byte[2_300_001];
        new Random(1).nextBytes(content);
        Files.write(picture, content);
        String name = "/inbox/2026/picture.jpg";
        node.verb("peer", "add", camera.id, "--name", "camera").hasExit(0);
        Program.Outcome refused = camera.asks(name, "-m", "put", "-f", picture.toString());
        assertThat(refused.text() + refused.err()).contains("4.03");

        node.verb("peer", "add", camera.id, "--name", "camera", "--role", "bulk").hasExit(0);
        Program.Outcome put =
                camera.asks(name, "-v", "7", "-m", "put", "-f", picture.toString()).hasExit(0);
        assertThat(folder.resolve("inbox/camera/2026/picture.jpg"))
                .as(put.text() + put.err())
                .hasBinaryContent(content);
        assertThat(put.text() + put.err()).containsPattern("Block1:[0-9]+/M/BERT");

        Files.createDirectories(folder.resolve("share"));
        Files.write(folder.resolve("share/firmware.bin"), content);
        Path got = folder.resolve("got.bin");
        Program.Outcome get = camera.asks("/files/firmware.bin", "-v", "7", "-o", got.toString());
        assertThat(got).as(get.text() + get.err()).hasBinaryContent(content);
        assertThat(get.text() + get.err()).contains("Block2:0/M/BERT(262144)");
    }

    /** Somebody's program with a key and a certificate of its own. */
    private static final class Visitor {
        private final Path key;
        private final Path certificate;
        final String id;

        Visitor(String name) {
            key = folder.resolve(name + "-key.pem");
            certificate = folder.resolve(name + ".pem");
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key.toString());
            openssl(
                    "req",
                    "-new",
                    "-x509",
                    "-key",
                    key.toString(),
                    "-subj",
                    "/CN=" + name,
                    "-out",
                    certificate.toString());
            id = Program.pipit("id", "--of", certificate.toString()).hasExit(0).text().strip();
        }

        Program.Outcome asks(String path, String... options) {
            List<String> arguments = new ArrayList<>(List.of(options));
            arguments.addAll(
                    List.of(
                            "-c",
                            certificate.toString(),
                            "-j",
                            key.toString(),
                            "-B",
                            "20",
                            "coaps+tcp://127.0.0.1:" + node.port + path));
            return Program.peer(CLIENT, arguments.toArray(String[]::new));
        }
    }

    private static void openssl(String... arguments) {
        Program.peer("openssl", arguments).hasExit(0);
    }

    @Test
    void answersPing() throws IOException {
        assertThat(codes(CSM + PING)).endsWith(PONG);
    }

    /**
     * What can't be read: a token of nine bytes, an announced gigabyte, a marker with nothing
     * behind it, a reserved option nibble, an option longer than its message, a request before the
     * CSM, a signal that there isn't, a critical option in a Ping, a response instead of a CSM.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "00e1 09 01 000000000000000000",
                "00e1 f0 3fffffff 01",
                "00e1 10 01 ff",
                "00e1 20 01 f100",
                "00e1 20 01 bf61",
                "00 01",
                "00e1 00 e9",
                "00e1 20 e2 1100",
                "00 45",
            })
    void endsAConnectionThatIsBrokenAndNoMore(String hex) throws IOException {
        List<Integer> codes = codes(hex);
        assertThat(codes.getLast()).isEqualTo(ABORT);
        assertThat(codes(CSM + PING)).endsWith(PONG);
    }

    /** The codes of what is answered, until the other side closes or has ponged. */
    private static List<Integer> codes(String hex) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.monitorPort)) {
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
            socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
            InputStream in = socket.getInputStream();
            List<Integer> codes = new ArrayList<>();
            for (int head = in.read(); head >= 0; head = in.read()) {
                int length = head >> 4;
                if (length == 13) {
                    length = 13 + in.read();
                }
                codes.add(in.read());
                in.skipNBytes(length + (head & 15));
                if (codes.getLast() == PONG) {
                    break;
                }
            }
            return codes;
        }
    }
}
