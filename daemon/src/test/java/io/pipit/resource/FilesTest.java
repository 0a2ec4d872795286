package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Peer;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Part.FileRange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Options.Block;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilesTest {
    private static final int TCP = 64 * 1_024;

    @TempDir Path folder;
    private final Bench bench = new Bench();

    private void share(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name.replace('/', '_'));
        Files.write(file, content);
        bench.shared.files.put(name, file);
        bench.shared.sizes.put(name, (long) content.length);
    }

    /** A file of which nothing but the size is there. */
    private void share(String name, long bytes) throws IOException {
        Path file = folder.resolve(name);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), bytes - 1);
        }
        bench.shared.files.put(name, file);
        bench.shared.sizes.put(name, bytes);
    }

    private static Caller bulk() {
        return Bench.peer("bulk");
    }

    private static Part block2(int number, int exponent) {
        return new Part(List.of(), null, new Block(number, false, exponent), Request.NONE, null);
    }

    private Response ask(String target, Part part) {
        return bench.as(bulk()).blocks(TCP).part(part).ask(target).only();
    }

    private static FileRange range(Response response) {
        return (FileRange) Objects.requireNonNull(response.part().body());
    }

    @Test
    void listsWhatTheCallerMayRead() {
        bench.shared.sizes.put("a.txt", 5L);
        bench.shared.sizes.put("photos/one two.jpg", 1L << 40);

        assertThat(bench.as(bulk()).blocks(TCP).ask("/files").text())
                .isEqualTo(
                        "</files/a.txt>;ct=42;sz=5,</files/photos/one%20two.jpg>;ct=42;sz=1099511627776");
        assertThat(bench.as(Bench.peer("bulk:photos/*")).blocks(TCP).ask("/files").text())
                .startsWith("</files/photos/")
                .doesNotContain("a.txt");
        assertThat(bench.as(bulk()).blocks(TCP).ask("/files?href=/files/a*").text())
                .isEqualTo("</files/a.txt>;ct=42;sz=5");
    }

    @Test
    void givesALongListOverTcpAlone() {
        for (int i = 0; i < 5_000; i++) {
            bench.shared.sizes.put("file-%04d".formatted(i), 1L);
        }
        assertThat(bench.as(bulk()).blocks(TCP).ask("/files").text().split(",", -1)).hasSize(5_000);
        assertThat(bench.as(bulk()).ask("/files").code()).as("over UDP").isEqualTo(413);
    }

    @Test
    void givesAWholeFileFromTheDisk() throws Exception {
        share("a", new byte[3_000]);
        Response response = ask("/files/a", Part.NONE);

        assertThat(response.code()).isEqualTo(205);
        assertThat(response.contentFormat()).isEqualTo(42);
        assertThat(response.part().block2()).isNull();
        assertThat(response.part().size()).isEqualTo(3_000);
        assertThat(response.part().etags()).containsExactly(BulkFakes.Shared.ETAG);
        assertThat(range(response).from()).isZero();
        assertThat(range(response).bytes()).isEqualTo(3_000);
        assertThat(bench.shared.opened.getFirst().isOpen()).isTrue();
        range(response).release().run();
        assertThat(bench.shared.opened.getFirst().isOpen()).isFalse();
    }

    @Test
    void givesBlocksAsLargeAsTheTransportCarries() throws Exception {
        share("a", new byte[100_000]);
        Response first = ask("/files/a", Part.NONE);
        assertThat(first.part().block2()).isEqualTo(new Block(0, true, 7));
        assertThat(range(first).bytes()).isEqualTo(TCP);
        Response second = ask("/files/a", block2(64, 7));
        assertThat(second.part().block2()).isEqualTo(new Block(64, false, 7));
        assertThat(range(second).from()).isEqualTo(65_536);
        assertThat(range(second).bytes()).isEqualTo(100_000 - 65_536);
    }

    @Test
    void givesSmallBlocksToWhoAsksForThem() throws Exception {
        share("a", new byte[100]);
        Response response = ask("/files/a", block2(2, 1));
        assertThat(response.part().block2()).isEqualTo(new Block(2, true, 1));
        assertThat(range(response).from()).isEqualTo(64);
        assertThat(range(response).bytes()).isEqualTo(32);
        assertThat(range(ask("/files/a", block2(3, 1))).bytes()).isEqualTo(4);
        assertThat(ask("/files/a", block2(4, 1)).code()).isEqualTo(400);
    }

    @Test
    void doesWithoutLargeBlocksWhereTheOtherSideDoes() throws Exception {
        share("a", new byte[3_000]);
        Response response =
                bench.as(bulk()).blocks(1_024).part(block2(1, 7)).ask("/files/a").only();
        assertThat(response.part().block2()).isEqualTo(new Block(1, true, 6));
        assertThat(range(response).from()).isEqualTo(1_024);
        assertThat(range(response).bytes()).isEqualTo(1_024);
    }

    @Test
    void goesOnFromAnyByteOfTenGigabytes() throws Exception {
        long size = 10L << 30;
        share("large", size);
        Response response = ask("/files/large?from=" + (size - 70_000), block2(64, 7));

        assertThat(range(response).from()).isEqualTo(size - 70_000 + 65_536);
        assertThat(range(response).bytes()).isEqualTo(70_000 - 65_536);
        assertThat(response.part().block2().more()).isFalse();
        assertThat(response.part().size()).isEqualTo(70_000);
        assertThat(range(ask("/files/large", block2((1 << 20) - 1, 7))).from())
                .as("the last that a number is there for")
                .isEqualTo((1L << 30) - 1_024);
        assertThat(ask("/files/large?from=" + (size + 1), Part.NONE).code()).isEqualTo(400);
        assertThat(range(ask("/files/large?from=" + size, Part.NONE)).bytes()).isZero();
        assertThat(ask("/files/large?from=-1", Part.NONE).code()).isEqualTo(400);
        assertThat(ask("/files/large?from=999999999999999999", Part.NONE).code()).isEqualTo(400);
    }

    @Test
    void givesAnEmptyFile() throws Exception {
        share("a", new byte[0]);
        assertThat(range(ask("/files/a", Part.NONE)).bytes()).isZero();
        assertThat(bench.as(bulk()).ask("/files/a").only().payload()).isEmpty();
    }

    @Test
    void saysThatTheCallerHasItAlready() throws Exception {
        share("a", new byte[3_000]);
        Part held = new Part(List.of(BulkFakes.Shared.ETAG), null, null, Request.NONE, null);
        Response response = ask("/files/a", held);
        assertThat(response.code()).isEqualTo(203);
        assertThat(response.payload()).isEmpty();
        assertThat(bench.shared.opened.getFirst().isOpen()).isFalse();

        Part other = new Part(List.of(new byte[] {9}), null, null, Request.NONE, null);
        assertThat(ask("/files/a", other).code()).isEqualTo(205);
    }

    @Test
    void givesOverUdpWhatIsSmallAndSaysWhereTheRestIs() throws Exception {
        share("small", new byte[] {1, 2, 3});
        share("large", new byte[9_000]);
        Answers small = bench.as(bulk()).ask("/files/small");
        assertThat(small.only().payload()).containsExactly(1, 2, 3);
        assertThat(small.only().part()).isEqualTo(Part.NONE);
        Answers large = bench.as(bulk()).ask("/files/large");
        assertThat(large.code()).isEqualTo(413);
        assertThat(large.problem().detail()).contains("over TCP");
        assertThat(bench.shared.opened).noneMatch(FileChannel::isOpen);
    }

    @Test
    void saysTheHash() throws Exception {
        share("a", new byte[7]);
        Answers answers = bench.as(bulk()).ask("/files/a?hash=sha-256");
        assertThat(answers.json().get("sha256").text("")).isEqualTo("ab".repeat(32));
        assertThat(answers.json().get("etag").text("")).isEqualTo("0102030405060708");
        Answers busy = bench.as(bulk()).ask("/files/b?hash=sha-256");
        assertThat(busy.code()).isEqualTo(503);
        assertThat(busy.only().maxAgeSeconds()).isPositive();
        assertThat(bench.as(bulk()).ask("/files/a?hash=md5").code()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/files/..", "/files/../x", "/files/.git/config", "/files/", "/files/a//b"})
    void refusesNamesThatLeadElsewhere(String target) {
        assertThat(bench.as(bulk()).blocks(TCP).ask(target).code()).isEqualTo(400);
        assertThat(bench.shared.opened).isEmpty();
    }

    @Test
    void asksForTheRole() throws Exception {
        share("photos/a", new byte[1]);
        share("secret", new byte[1]);
        assertThat(bench.as(Bench.peer("read", "monitor", "write")).ask("/files").code())
                .isEqualTo(403);
        assertThat(bench.as(Bench.peer("read")).ask("/files/secret").code()).isEqualTo(403);
        Caller photos = Bench.peer("bulk:photos/*");
        assertThat(bench.as(photos).ask("/files/photos/a").code()).isEqualTo(205);
        assertThat(bench.as(photos).ask("/files/secret").code()).isEqualTo(403);
        assertThat(bench.as(photos).ask("/files/secret?hash=sha-256").code()).isEqualTo(403);
        assertThat(bench.as(Bench.peer("admin")).ask("/files/secret").code()).isEqualTo(205);
    }

    @Test
    void neverShowsFilesOnTheMonitoringEndpoint() throws Exception {
        share("a", new byte[1]);
        for (String target : List.of("/files", "/files/a", "/inbox/a", "/transfers")) {
            assertThat(bench.as(Bench.monitor()).ask(target).code()).as(target).isEqualTo(404);
        }
        assertThat(bench.as(Bench.monitor()).ask("/.well-known/core").text())
                .doesNotContain("files")
                .doesNotContain("inbox");
        assertThat(bench.as(Bench.peer("monitor")).room(4_000).ask("/.well-known/core").text())
                .doesNotContain("files");
        assertThat(
                        bench.as(Bench.peer("monitor", "bulk"))
                                .room(4_000)
                                .ask("/.well-known/core")
                                .text())
                .contains("</files>", "</inbox>")
                .doesNotContain("outbox");
    }

    @Test
    void keepsToThePace() throws Exception {
        share("a", new byte[400_000]);
        Answers first = bench.as(bulk()).blocks(300 * 1_024).ask("/files/a");
        assertThat(first.code()).isEqualTo(205);
        Answers second = bench.as(bulk()).blocks(300 * 1_024).ask("/files/a");
        assertThat(second.all).isEmpty();
        assertThat(bench.delays.getFirst()).isBetween(1_000_000L, 100_000_000L);
        bench.settle();
        assertThat(second.code()).isEqualTo(205);
        // Who is on this machine takes nothing of the network's.
        assertThat(bench.as(Bench.socket()).blocks(TCP).ask("/files/a").code()).isEqualTo(205);
    }

    @Test
    void handsOnWhatPeersShare() {
        bench.peers.known.put(Bench.PEER, new Peer(Bench.PEER, "shed", null, Set.of()));
        Answers answers =
                bench.as(Bench.socket())
                        .blocks(TCP)
                        .part(block2(3, 7))
                        .ask("/peers/shed/files/photos/a?from=5");
        assertThat(answers.only().payload()).containsExactly(1);
        Request forwarded = bench.forwarded.getFirst();
        assertThat(forwarded.path()).containsExactly("files", "photos", "a");
        assertThat(forwarded.query()).containsExactly("from=5");
        assertThat(forwarded.part().block2()).isEqualTo(new Block(3, false, 7));

        bench.forwardedAnswer = CompletableFuture.failedFuture(new IOException("it is away"));
        Answers away = bench.as(Bench.socket()).ask("/peers/shed/files");
        assertThat(away.code()).isEqualTo(503);
        assertThat(away.text()).contains("shed: it is away");
        assertThat(bench.as(Bench.socket()).ask("/peers/nobody/files").code()).isEqualTo(404);
        assertThat(bench.as(Bench.peer("admin")).ask("/peers/shed/files").code()).isEqualTo(404);
    }
}
