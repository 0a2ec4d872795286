package io.pipit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.monitor.Metrics;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.BulkEvent.Outcome;
import io.pipit.tcp.EventLoop;
import io.pipit.tcp.UnixSocketServer;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verbs against the real resources and folders over a real socket. */
@Timeout(60)
class FilesVerbsIT {
    @TempDir Path folder;
    private final Stage stage = new Stage();
    private TwoNodes nodes;
    private EventLoop loop;
    private UnixSocketServer server;
    private Path here;
    private String file;

    @BeforeEach
    void start() throws IOException {
        Path path = folder.resolve("pipit.toml");
        Files.writeString(
                path, "[node]\nname = \"greenhouse\"\ndata-dir = \"data\"\nrun-dir = \"run\"\n");
        file = path.toString();
        here = Files.createDirectory(folder.resolve("here"));
        nodes = new TwoNodes(folder);
        loop = new EventLoop(Thread.ofPlatform().daemon().factory());
        listen();
    }

    private void listen() {
        try {
            server =
                    new UnixSocketServer(
                            folder.resolve("run"),
                            nodes.near,
                            SessionLimits.LOCAL,
                            new Metrics(),
                            loop);
            server.start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() {
        server.close();
        loop.close();
        nodes.close();
    }

    private int run(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("-c", file));
        return stage.run(line.toArray(String[]::new));
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private Path write(Path in, String name, int count) throws IOException {
        Path to = in.resolve(name);
        Files.createDirectories(to.getParent());
        return Files.write(to, bytes(count));
    }

    private Path at(String name) {
        return nodes.inbox.resolve("greenhouse").resolve(name);
    }

    @Test
    void sendsAFileAndWaitsUntilThePeerHasIt() throws Exception {
        Path one = write(here, "one.bin", 3_000_001);

        assertThat(run("send", one.toString(), "shed")).as(stage.complaint()).isZero();
        assertThat(stage.printed()).isEqualTo("one.bin: 3.00 MB delivered to shed\n");
        assertThat(at("one.bin")).hasBinaryContent(bytes(3_000_001));
        assertThat(folder.resolve("spool")).isEmptyDirectory();
    }

    @Test
    void sendsFilesOfAllSizesAndFolders() throws Exception {
        write(here, "tree/a/empty", 0);
        write(here, "tree/a/b/small", 1);
        write(here, "tree/block", 256 * 1_024);
        write(here, "tree/blocks", 512 * 1_024);
        write(here, "tree/more", 512 * 1_024 + 1);
        write(here, "tree/.hidden", 5);
        Path beside = write(here, "beside", 70_000);

        assertThat(run("send", here.resolve("tree").toString(), beside.toString(), "shed"))
                .as(stage.complaint())
                .isZero();
        for (String name :
                List.of(
                        "tree/a/empty",
                        "tree/a/b/small",
                        "tree/block",
                        "tree/blocks",
                        "tree/more",
                        "beside")) {
            assertThat(at(name)).as(name).hasSameBinaryContentAs(here.resolve(name));
        }
        assertThat(at("tree/.hidden")).doesNotExist();
    }

    @Test
    void returnsAtOnceWhereItIsToldTo() throws Exception {
        nodes.refusal = new BulkEvent.PushEnded(0, Outcome.BROKEN, "nobody answers");
        Path one = write(here, "one.bin", 10);
        assertThat(run("send", "--no-wait", one.toString(), "shed")).isZero();
        assertThat(stage.printed()).isEqualTo("one.bin: 10 B queued for shed as number 1\n");
        assertThat(run("transfers")).isZero();
        assertThat(stage.printed()).contains("to shed", "one.bin", "waiting", "nobody answers");

        assertThat(run("transfers", "cancel", "1")).as(stage.complaint()).isZero();
        assertThat(run("transfers", "cancel", "1")).isEqualTo(1);
        assertThat(run("transfers", "--json")).isZero();
        Document all = Document.read(stage.printed().getBytes(UTF_8), Format.JSON);
        assertThat(all.get("transfers").items().getFirst().get("state").text(""))
                .isEqualTo("cancelled");
    }

    @Test
    void saysThatThePeerRefuses() throws Exception {
        nodes.refusal = new BulkEvent.PushEnded(0, Outcome.REFUSED, "the quota is used up");
        Path one = write(here, "one.bin", 10);
        assertThat(run("send", one.toString(), "shed")).isEqualTo(1);
        assertThat(stage.complaint())
                .contains("shed refuses one.bin: the quota is used up", "transfers cancel 1")
                .hasLineCount(1);
    }

    @Test
    void saysWhatCantBeSent() throws Exception {
        assertThat(run("send", here.resolve("none").toString(), "shed")).isEqualTo(1);
        assertThat(stage.complaint()).contains("isn't there").hasLineCount(1);
        Path one = write(here, "one.bin", 10);
        assertThat(run("send", one.toString(), "cellar")).isEqualTo(1);
        assertThat(stage.complaint()).contains("no peer is called 'cellar'").hasLineCount(1);
        assertThat(run("send", one.toString())).isEqualTo(2);
        server.close();
        assertThat(run("send", one.toString(), "shed")).isEqualTo(69);
    }

    @Test
    void listsAndFetches() throws Exception {
        write(nodes.share, "photos/one.jpg", 300_000);
        write(nodes.share, "empty", 0);

        assertThat(run("fetch", "shed:")).isZero();
        assertThat(stage.printed()).contains("photos/one.jpg  300.00 kB", "empty");
        Path to = here.resolve("mine.jpg");
        assertThat(run("fetch", "shed:photos/one.jpg", to.toString()))
                .as(stage.complaint())
                .isZero();
        assertThat(to).hasBinaryContent(bytes(300_000));
        assertThat(run("fetch", "shed:empty", here.toString())).as(stage.complaint()).isZero();
        assertThat(here.resolve("empty")).isEmptyFile();
        assertThat(here.resolve("mine.jpg.part")).doesNotExist();
        assertThat(here.resolve("mine.jpg.part.json")).doesNotExist();
    }

    @Test
    void fetchesAFolder() throws Exception {
        write(nodes.share, "photos/a", 3);
        write(nodes.share, "photos/old/b", 70_000);
        write(nodes.share, "photos-not", 3);
        assertThat(run("fetch", "shed:photos", here.resolve("got").toString()))
                .as(stage.complaint())
                .isZero();
        assertThat(here.resolve("got/a")).hasBinaryContent(bytes(3));
        assertThat(here.resolve("got/old/b")).hasBinaryContent(bytes(70_000));
        try (var files = Files.list(here.resolve("got"))) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void goesOnWhenThePeerIsBack() throws Exception {
        write(nodes.share, "large", 3_000_000);
        nodes.blocksUntilAway.set(20);
        Path to = here.resolve("large");
        assertThat(run("fetch", "shed:large", to.toString())).as(stage.complaint()).isZero();
        assertThat(to).hasBinaryContent(bytes(3_000_000));
    }

    @Test
    void goesOnWithWhatAnEarlierCallFetched() throws Exception {
        write(nodes.share, "large", 3_000_000);
        nodes.blocksUntilAway.set(20);
        nodes.staysAway = true;
        Path to = here.resolve("large");
        assertThat(run("fetch", "--patience", "0", "shed:large", to.toString())).isEqualTo(1);
        assertThat(stage.complaint()).contains("nobody answers", "goes on where this one stopped");
        nodes.blocksUntilAway.set(Integer.MAX_VALUE);
        long held = Files.size(here.resolve("large.part"));
        assertThat(held).isGreaterThan(500_000);

        int[] blocks = new int[1];
        nodes.beforeAnswer = _ -> blocks[0]++;
        assertThat(run("fetch", "shed:large", to.toString())).as(stage.complaint()).isZero();
        assertThat(to).hasBinaryContent(bytes(3_000_000));
        assertThat(blocks[0]).isLessThan((int) ((3_000_000 - held) / 65_536) + 6);
    }

    @Test
    void goesOnWhenTheDaemonWasStartedAnew() throws Exception {
        write(nodes.share, "large", 3_000_000);
        int[] blocks = new int[1];
        nodes.beforeAnswer =
                _ -> {
                    if (++blocks[0] == 20) {
                        Thread.ofPlatform()
                                .daemon()
                                .start(() -> {
                                    server.close();
                                    listen();
                                });
                    }
                };
        Path to = here.resolve("large");
        assertThat(run("fetch", "shed:large", to.toString())).as(stage.complaint()).isZero();
        assertThat(to).hasBinaryContent(bytes(3_000_000));
    }

    @Test
    void noticesThatTheFileChangedUnderWayAndFetchesTheNewOne() throws Exception {
        Path source = write(nodes.share, "large", 3_000_000);
        int[] blocks = new int[1];
        nodes.beforeAnswer =
                _ -> {
                    if (++blocks[0] == 20) {
                        rewrite(source, bytes(2_000_000));
                    }
                };
        Path to = here.resolve("large");
        assertThat(run("fetch", "shed:large", to.toString())).as(stage.complaint()).isZero();
        assertThat(to).hasBinaryContent(bytes(2_000_000));
    }

    private static void rewrite(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void waitsForAFileThatIsJustBeingWrittenAnew() throws Exception {
        Path source = write(nodes.share, "large", 3_000_000);
        int[] blocks = new int[1];
        boolean[] written = new boolean[1];
        nodes.beforeAnswer =
                request -> {
                    boolean listed = request.path().size() == 1;
                    if (++blocks[0] == 20) {
                        rewrite(source, bytes(0));
                    } else if (blocks[0] > 20 && listed && !written[0]) {
                        written[0] = true;
                        rewrite(source, bytes(3_000_000 - 1));
                    }
                };
        Path to = here.resolve("large");
        assertThat(run("fetch", "shed:large", to.toString())).as(stage.complaint()).isZero();
        assertThat(to).hasBinaryContent(bytes(3_000_000 - 1));
    }

    @Test
    void noticesThatWhatWasFetchedBeforeWasDamaged() throws Exception {
        write(nodes.share, "large", 3_000_000);
        nodes.blocksUntilAway.set(20);
        nodes.staysAway = true;
        Path to = here.resolve("large");
        assertThat(run("fetch", "--patience", "0", "shed:large", to.toString())).isEqualTo(1);
        try (FileChannel part =
                FileChannel.open(here.resolve("large.part"), StandardOpenOption.WRITE)) {
            part.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 77);
        }
        nodes.blocksUntilAway.set(Integer.MAX_VALUE);
        assertThat(run("fetch", "shed:large", to.toString())).as(stage.complaint()).isZero();
        assertThat(to).hasBinaryContent(bytes(3_000_000));
    }

    @Test
    void saysWhatCantBeFetched() {
        assertThat(run("fetch", "shed")).isEqualTo(2);
        assertThat(run("fetch", "shed:none")).isEqualTo(1);
        assertThat(stage.complaint()).contains("shed shares no 'none'").hasLineCount(1);
        assertThat(run("fetch", "cellar:")).isEqualTo(1);
        assertThat(stage.complaint()).contains("no peer is called").hasLineCount(1);
    }
}
