package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.monitor.Metrics;
import io.pipit.tcp.EventLoop;
import io.pipit.tcp.UnixSocketServer;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DoctorIT {
    @TempDir Path folder;
    private final Stage stage = new Stage();

    @Test
    void triesItselfWhatADaemonWouldNeedWhereNoneRuns() throws IOException, WireException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path file = configuration("listen = [\"127.0.0.1:" + taken.getLocalPort() + "\"]");
            assertThat(stage.run("doctor", "--json", "-c", file.toString())).isEqualTo(1);
            Map<String, Document> findings = findings();
            assertThat(state(findings, "configuration")).isEqualTo("ok");
            assertThat(state(findings, "daemon")).isEqualTo("failed");
            assertThat(findings.get("daemon").get("remedy").text("")).contains("systemctl start");
            assertThat(state(findings, "port 127.0.0.1:" + taken.getLocalPort()))
                    .isEqualTo("failed");
            assertThat(state(findings, "data-dir")).isEqualTo("ok");
        }
    }

    @Test
    void saysWhatIsWrongWithTheConfiguration() throws IOException, WireException {
        Path file = configuration("lissten = []");
        assertThat(stage.run("doctor", "--json", "-c", file.toString())).isEqualTo(1);
        assertThat(findings().get("configuration").get("says").text(""))
                .contains("lissten")
                .contains(file + ":");
    }

    @Test
    void aKeyThatOthersCanReadIsSaid() throws IOException, WireException {
        Path file = configuration("monitor = \"127.0.0.1:0\"");
        Path key = folder.resolve("data/identity/key.pem");
        Files.createDirectories(key.getParent());
        Files.writeString(key, "a key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        var _ = stage.run("doctor", "--json", "-c", file.toString());
        assertThat(state(findings(), "key")).isEqualTo("failed");
        assertThat(findings().get("key").get("remedy").text("")).contains("chmod 600 " + key);
    }

    @Test
    void asksADaemonThatRunsAndPrintsWhatToDo() throws IOException {
        Path file = configuration("monitor = \"127.0.0.1:0\"");
        try (UnixSocketServer server =
                new UnixSocketServer(
                        folder.resolve("run"),
                        new FakeTree(),
                        SessionLimits.LOCAL,
                        new Metrics(),
                        new EventLoop(Thread.ofPlatform().daemon().factory()))) {
            server.start();
            assertThat(stage.run("doctor", "-c", file.toString())).isEqualTo(1);
            assertThat(stage.printed())
                    .containsPattern("daemon +ok +runs")
                    .containsPattern("shed over UDP +failed +no answer")
                    .contains("what to do:\n  shed over UDP: switch it on\n");
        }
    }

    private Path configuration(String coap) throws IOException {
        Path path = folder.resolve("pipit.toml");
        Files.writeString(
                path,
                """
                [node]
                name = "greenhouse"
                data-dir = "data"
                run-dir = "run"
                [coap]
                %s
                """
                        .formatted(coap));
        return path;
    }

    private Map<String, Document> findings() throws WireException {
        return Document.read(stage.printed().getBytes(StandardCharsets.UTF_8), Format.JSON)
                .get("findings")
                .items()
                .stream()
                .collect(
                        Collectors.toMap(
                                finding -> finding.get("what").text(""),
                                finding -> finding,
                                (one, other) -> one));
    }

    private static String state(Map<String, Document> findings, String what) {
        return findings.get(what).get("state").text("");
    }
}
