package io.pipit.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.Incoming.Coming;
import io.pipit.port.bulk.Incoming.Held;
import io.pipit.port.bulk.Incoming.Sink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InboxFolderTest {
    private static final long QUOTA = 100L << 20;

    @TempDir Path folder;
    private Desk desk = new Desk();
    private Path root;
    private InboxFolder inbox;
    private int boot;

    @BeforeEach
    void make() throws IOException {
        root = folder.resolve("inbox");
        inbox = open(QUOTA, 2 * QUOTA);
    }

    private InboxFolder open(long peerMax, long max) throws IOException {
        InboxFolder.Limits limits = new InboxFolder.Limits(peerMax, max);
        return new InboxFolder(root, limits, "boot" + boot, desk.disk(), desk);
    }

    /** The power goes, and comes back. */
    private void crash() throws IOException {
        boot++;
        die();
    }

    /** Everything in memory is lost, and the files that nobody saw to are as they were. */
    private void die() throws IOException {
        desk.tasks.clear();
        desk = new Desk();
        inbox = open(QUOTA, 2 * QUOTA);
        inbox.sweep();
        desk.settle();
    }

    private Path in(String name) {
        return root.resolve("shed").resolve(name);
    }

    // Whoever asked closes it.
    @SuppressWarnings("StreamResourceLeak")
    private Stream<Path> partials() throws IOException {
        return Files.walk(root.resolve(".partial")).filter(Files::isRegularFile);
    }

    private Path partial(String ending) throws IOException {
        return partials().filter(f -> f.toString().endsWith(ending)).findFirst().orElseThrow();
    }

    /** So much of a file comes; the last part says that it is. */
    private CompletionStage<Held> part(Coming file, byte[] content, long from, int to) {
        byte[] bytes = Arrays.copyOfRange(content, (int) from, to);
        return Desk.put(inbox, file, from, to == content.length, bytes);
    }

    private CompletionStage<Held> whole(Coming file, byte[] content) {
        return part(file, content, 0, content.length);
    }

    private CompletionStage<Held> whole(String name, byte[] content) throws FileRefused {
        return whole(Desk.known(name, content), content);
    }

    /** The connection breaks after so much of a file. */
    private Sink breaksOff(Coming file, byte[] content, int after) {
        Sink sink = inbox.receive(file, 0, true);
        sink.take(ByteBuffer.wrap(content, 0, after), () -> {});
        sink.broken();
        return sink;
    }

    @Test
    void putsAFileIntoThePeersOwnFolder() throws Exception {
        byte[] content = Desk.bytes(100_000, 1);
        Held held = desk.of(whole("photos/one.jpg", content));

        assertThat(held).isEqualTo(new Held(100_000, true, 0, Desk.sha256(content)));
        assertThat(in("photos/one.jpg")).hasBinaryContent(content);
        assertThat(partials()).isEmpty();
    }

    @Test
    void takesAnEmptyFile() throws Exception {
        byte[] nothing = {};
        assertThat(desk.of(whole("empty", nothing)).complete()).isTrue();
        assertThat(in("empty")).isEmptyFile();
        assertThat(desk.of(whole(Desk.plain("bare"), nothing)).complete()).isTrue();
    }

    @Test
    void takesOneWhoseSizeAndHashNobodySaidInParts() throws Exception {
        byte[] content = Desk.bytes(5_000, 1);
        Coming file = Desk.plain("a.bin");
        assertThat(desk.of(part(file, content, 0, 2_048))).isEqualTo(new Held(2_048, false, 0, ""));
        assertThat(in("a.bin")).doesNotExist();
        desk.of(part(file, content, 2_048, 5_000));

        assertThat(in("a.bin")).hasBinaryContent(content);
    }

    @Test
    void takesSeveralPartsThatWereSentBeforeTheFirstWasAnswered() throws Exception {
        byte[] content = Desk.bytes(4_096, 1);
        Coming file = Desk.known("a", content);
        var first = part(file, content, 0, 1_024);
        var second = part(file, content, 1_024, 2_048);
        var third = part(file, content, 2_048, 4_096);

        assertThat(desk.of(third).complete()).isTrue();
        assertThat(desk.of(first).bytes()).isEqualTo(1_024);
        assertThat(desk.of(second).bytes()).isEqualTo(2_048);
        assertThat(in("a")).hasBinaryContent(content);
    }

    @Test
    void refusesWhatLeavesAHole() throws Exception {
        byte[] content = Desk.bytes(4_096, 1);
        Coming file = Desk.known("a", content);
        desk.of(part(file, content, 0, 1_024));

        assertThat(desk.refusal(Desk.put(inbox, file, 2_048, true, new byte[2_048])).reason())
                .isEqualTo(Reason.OUT_OF_ORDER);
        assertThat(desk.of(inbox.held(file)).bytes()).isEqualTo(1_024);
    }

    @Test
    void skipsWhatItHoldsAlready() throws Exception {
        byte[] content = Desk.bytes(4_096, 1);
        Coming file = Desk.known("a", content);
        desk.of(part(file, content, 0, 3_000));
        desk.of(part(file, content, 1_000, 4_096));

        assertThat(in("a")).hasBinaryContent(content);
    }

    @Test
    void throwsAwayWhatHasAnotherHashThanWasSaid() throws Exception {
        byte[] content = Desk.bytes(4_096, 1);
        byte[] other = content.clone();
        other[4_000]++;
        var refusal = desk.refusal(Desk.put(inbox, Desk.known("a", content), 0, true, other));

        assertThat(refusal.reason()).isEqualTo(Reason.CORRUPT);
        assertThat(in("a")).doesNotExist();
        assertThat(partials()).isEmpty();
        assertThat(desk.of(inbox.held(Desk.known("a", content))).bytes()).isZero();
        assertThat(desk.of(whole("a", content)).complete()).isTrue();
    }

    @Test
    void refusesMoreThanWasSaid() throws Exception {
        byte[] content = Desk.bytes(100, 1);
        assertThat(
                        desk.refusal(
                                        Desk.put(
                                                inbox,
                                                Desk.known("a", content),
                                                0,
                                                true,
                                                new byte[101]))
                                .reason())
                .isEqualTo(Reason.CORRUPT);
    }

    @Test
    void knowsAFileThatIsThereAlready() throws Exception {
        byte[] content = Desk.bytes(2 * Hashes.STEP_BYTES + 7, 1);
        Coming file = Desk.known("a", content);
        desk.of(whole(file, content));
        assertThat(desk.of(inbox.held(file)).complete()).isTrue();

        crash();

        assertThat(desk.of(inbox.held(file)))
                .isEqualTo(new Held(content.length, true, 0, Desk.sha256(content)));
    }

    @Test
    void replacesAnOlderFileOfThatNameAtOnce() throws Exception {
        byte[] first = Desk.bytes(3_000, 1);
        byte[] second = Desk.bytes(3_000, 2);
        desk.of(whole("a", first));
        desk.of(part(Desk.known("a", second), second, 0, 1_000));
        assertThat(in("a")).hasBinaryContent(first);
        assertThat(desk.of(inbox.held(Desk.known("a", second))).complete()).isFalse();

        desk.of(part(Desk.known("a", second), second, 1_000, 3_000));
        assertThat(in("a")).hasBinaryContent(second);
    }

    @Test
    void keepsTwoOfOneNameApartThatComeAtOnce() throws Exception {
        byte[] one = Desk.bytes(2_000, 1);
        byte[] two = Desk.bytes(2_000, 2);
        desk.of(part(Desk.known("a", one), one, 0, 1_000));
        desk.of(part(Desk.known("a", two), two, 0, 1_000));
        desk.of(part(Desk.known("a", one), one, 1_000, 2_000));
        assertThat(in("a")).hasBinaryContent(one);
        desk.of(part(Desk.known("a", two), two, 1_000, 2_000));
        assertThat(in("a")).hasBinaryContent(two);
    }

    @Test
    void beginsAnewWhereNobodySaidWhatItIs() throws Exception {
        desk.of(Desk.put(inbox, Desk.plain("a"), 0, false, new byte[2_048]));
        var old = inbox.receive(Desk.plain("a"), 2_048, true);
        old.take(ByteBuffer.wrap(new byte[10]), () -> {});
        desk.of(Desk.put(inbox, Desk.plain("a"), 0, false, Desk.bytes(1_024, 1)));
        old.end();
        assertThat(desk.refusal(old.outcome()).reason()).isEqualTo(Reason.OUT_OF_ORDER);

        assertThat(desk.refusal(Desk.put(inbox, Desk.plain("a"), 512, true, new byte[1])).reason())
                .isEqualTo(Reason.OUT_OF_ORDER);
        desk.of(Desk.put(inbox, Desk.plain("a"), 1_024, true, new byte[0]));
        assertThat(in("a")).hasBinaryContent(Desk.bytes(1_024, 1));
    }

    @Test
    void goesOnAfterAConnectionBroke() throws Exception {
        byte[] content = Desk.bytes(10_000, 1);
        Coming file = Desk.known("a", content);
        Sink sink = breaksOff(file, content, 6_000);
        assertThat(desk.refusal(sink.outcome()).reason()).isEqualTo(Reason.BUSY);

        assertThat(desk.of(inbox.held(file)).bytes()).isEqualTo(6_000);
        crash();
        assertThat(desk.of(inbox.held(file)).bytes()).isEqualTo(6_000);
        desk.of(part(file, content, 6_000, 10_000));
        assertThat(in("a")).hasBinaryContent(content);
    }

    @Test
    void goesOnFromWhatIsDurableAfterACrash() throws Exception {
        byte[] content = Desk.bytes((int) Upload.CHECKPOINT_BYTES + 500_000, 1);
        Coming file = Desk.known("a", content);
        Sink sink = inbox.receive(file, 0, true);
        int bite = 1 << 20;
        for (int at = 0; at < content.length - bite; at += bite) {
            sink.take(ByteBuffer.wrap(content, at, bite), () -> {});
        }
        desk.settle();
        crash();

        long held = desk.of(inbox.held(file)).bytes();
        assertThat(held).isEqualTo(Upload.CHECKPOINT_BYTES);
        desk.of(part(file, content, held, content.length));
        assertThat(in("a")).hasBinaryContent(content);
    }

    @Test
    void holdsAllThatCameWhereOnlyTheProcessDied() throws Exception {
        byte[] content = Desk.bytes(10_000, 1);
        Coming file = Desk.known("a", content);
        for (int at = 0; at < 8_000; at += 2_000) {
            desk.of(part(file, content, at, at + 2_000));
            die();
            assertThat(desk.of(inbox.held(file)).bytes()).isEqualTo(at + 2_000);
        }
        crash();

        assertThat(desk.of(inbox.held(file)).bytes()).isZero();
        desk.of(part(file, content, 0, 4_000));
        die();
        desk.of(part(file, content, 4_000, 10_000));
        assertThat(in("a")).hasBinaryContent(content);
    }

    @Test
    void noticesThatWhatItHeldWasDamagedMeanwhile() throws Exception {
        byte[] content = Desk.bytes(10_000, 1);
        Coming file = Desk.known("a", content);
        breaksOff(file, content, 6_000);
        desk.settle();
        crash();
        Path part = partial(".part");
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 3_000);
        }

        byte[] rest = Arrays.copyOfRange(content, 6_000, 10_000);
        assertThat(desk.refusal(Desk.put(inbox, file, 6_000, true, rest)).reason())
                .isEqualTo(Reason.CORRUPT);
        assertThat(desk.of(inbox.held(file)).bytes()).isZero();
    }

    @Test
    void beginsAnewWhereTheStateIsTorn() throws Exception {
        byte[] content = Desk.bytes(10_000, 1);
        Coming file = Desk.known("a", content);
        breaksOff(file, content, 6_000);
        desk.settle();
        Path state = partial(".json");
        Files.writeString(state, "{\"name\":\"a\",\"byt");
        crash();

        assertThat(desk.of(inbox.held(file)).bytes()).isZero();
        desk.of(whole(file, content));
        assertThat(in("a")).hasBinaryContent(content);
    }

    @Test
    void believesNoMoreThanThereIs() throws Exception {
        byte[] content = Desk.bytes(10_000, 1);
        Coming file = Desk.known("a", content);
        breaksOff(file, content, 6_000);
        desk.settle();
        Path part = partial(".part");
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.truncate(1_000);
        }
        crash();

        assertThat(desk.of(inbox.held(file)).bytes()).isEqualTo(1_000);
    }

    @Test
    void sweepsWhatNobodyCanGoOnWith() throws Exception {
        desk.of(Desk.put(inbox, Desk.plain("a"), 0, false, new byte[2_048]));
        Path own = root.resolve(".partial/shed");
        Files.writeString(own.resolve(".x.json.123"), "half a state");
        crash();

        assertThat(partials()).isEmpty();
    }

    @Test
    void sweepsWhatDidNotComeOnForAMonth() throws Exception {
        byte[] content = Desk.bytes(10_000, 1);
        Sink sink = inbox.receive(Desk.known("a", content), 0, true);
        sink.take(ByteBuffer.wrap(content, 0, 6_000), () -> {});
        sink.broken();
        desk.settle();
        crash();
        assertThat(partials()).hasSize(2);

        desk.wallMicros += 31L * 24 * 3_600 * 1_000_000;
        inbox.sweep();
        desk.settle();
        assertThat(partials()).isEmpty();
    }

    @Test
    void followsNoLinkOnTheWay() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        byte[] content = Desk.bytes(100, 1);
        desk.of(whole("first", content));
        Files.createSymbolicLink(in("way"), outside);

        var refusal = desk.refusal(whole("way/x", content));
        assertThat(refusal.reason()).isEqualTo(Reason.NAME);
        assertThat(outside).isEmptyDirectory();
        Files.createSymbolicLink(in("file"), outside.resolve("target"));
        desk.of(whole("file", content));
        assertThat(outside).isEmptyDirectory();
        assertThat(in("file")).isRegularFile();
        assertThat(Files.isSymbolicLink(in("file"))).isFalse();
    }

    @Test
    void followsNoLinkThatTookAFoldersPlaceUnderWay() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        byte[] content = Desk.bytes(100, 1);
        desk.of(whole("way/first", content));
        Coming file = Desk.known("way/x", Desk.bytes(200, 2));
        desk.of(Desk.put(inbox, file, 0, false, Arrays.copyOf(Desk.bytes(200, 2), 100)));
        Files.move(in("way"), folder.resolve("elsewhere"));
        Files.createSymbolicLink(in("way"), outside);

        byte[] rest = Arrays.copyOfRange(Desk.bytes(200, 2), 100, 200);
        assertThat(desk.refusal(Desk.put(inbox, file, 100, true, rest)).reason())
                .isEqualTo(Reason.NAME);
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void doesNotPutAFileInAFoldersPlace() throws Exception {
        byte[] content = Desk.bytes(100, 1);
        desk.of(whole("a/b", content));
        assertThat(desk.refusal(whole("a", content)).reason()).isEqualTo(Reason.NAME);
        assertThat(desk.refusal(whole("a/b/c", content)).reason()).isEqualTo(Reason.NAME);
        assertThat(in("a/b")).hasBinaryContent(content);
    }

    @Test
    void refusesWhatIsMoreThanThePeersQuota() throws Exception {
        inbox = open(10_000, 100_000);
        byte[] most = Desk.bytes(9_000, 1);
        desk.of(Desk.put(inbox, Desk.known("a", most), 0, true, most));
        var refusal =
                desk.refusal(
                        Desk.put(
                                inbox,
                                Desk.known("b", Desk.bytes(2_000, 2)),
                                0,
                                false,
                                new byte[1]));
        assertThat(refusal.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(refusal).hasMessageContaining("[files] quota");

        // Another one has a folder of its own.
        byte[] others = Desk.bytes(2_000, 2);
        Coming cellars =
                new Coming(
                        "cellar",
                        new FileName(java.util.List.of("b")),
                        Desk.sha256(others),
                        2_000,
                        "");
        assertThat(desk.of(Desk.put(inbox, cellars, 0, true, others)).complete()).isTrue();
    }

    @Test
    void countsWhatIsOnlyAnnouncedTowardsTheQuota() throws Exception {
        inbox = open(10_000, 100_000);
        desk.of(Desk.put(inbox, Desk.known("a", Desk.bytes(9_000, 1)), 0, false, new byte[1]));
        assertThat(
                        desk.refusal(
                                        Desk.put(
                                                inbox,
                                                Desk.known("b", Desk.bytes(2_000, 2)),
                                                0,
                                                false,
                                                new byte[1]))
                                .reason())
                .isEqualTo(Reason.TOO_LARGE);
    }

    @Test
    void refusesWhatIsMoreThanAllMayHaveTogether() throws Exception {
        inbox = open(10_000, 12_000);
        byte[] most = Desk.bytes(9_000, 1);
        desk.of(Desk.put(inbox, Desk.known("a", most), 0, true, most));
        Coming cellars = new Coming("cellar", FileName.parse("b"), Desk.sha256(most), 9_000, "");
        assertThat(desk.refusal(Desk.put(inbox, cellars, 0, true, most)))
                .hasMessageContaining("inbox-max-size");
    }

    @Test
    void stopsOneWhoseSizeNobodySaidAtTheQuota() throws Exception {
        inbox = open(Upload.CHECKPOINT_BYTES - 1, QUOTA);
        Sink sink = inbox.receive(Desk.plain("a"), 0, true);
        byte[] bite = new byte[1 << 20];
        boolean[] taken = new boolean[1];
        for (int i = 0; i < 20; i++) {
            sink.take(ByteBuffer.wrap(bite), () -> taken[0] = true);
        }
        sink.end();
        assertThat(desk.refusal(sink.outcome()).reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(taken[0]).as("so that the connection goes on").isTrue();
        assertThat(in("a")).doesNotExist();
    }

    @Test
    void leavesTheDiskSomeRoom() throws Exception {
        desk = new Desk(Long.MAX_VALUE / 2);
        inbox = open(QUOTA, QUOTA);
        byte[] content = Desk.bytes(10, 1);
        assertThat(desk.refusal(whole("a", content)).reason()).isEqualTo(Reason.NO_ROOM);
    }

    @Test
    void knowsAFullDiskFromAFailedOne() throws Exception {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> channel.write(ByteBuffer.wrap(new byte[100])))
                    .satisfies(e ->
                            assertThat(desk.disk().refusal(e).reason()).isEqualTo(Reason.NO_ROOM));
        }
        assertThat(desk.disk().refusal(new IOException("Input/output error")).reason())
                .isEqualTo(Reason.BUSY);
    }

    @Test
    void countsTenGigabytesWithoutLosingAByte() throws Exception {
        inbox = open(20L << 30, 20L << 30);
        long size = 10L << 30;
        Coming file = new Coming("shed", FileName.parse("large"), "0".repeat(64), size, "");
        Path own = Files.createDirectory(root.resolve(".partial/shed"));
        Sink sink = inbox.receive(file, 0, false);
        sink.take(ByteBuffer.wrap(new byte[] {1}), () -> {});
        sink.broken();
        desk.settle();
        Path part;
        Path state;
        try (Stream<Path> files = Files.list(own)) {
            part = files.filter(f -> f.toString().endsWith(".part")).findFirst().orElseThrow();
        }
        try (Stream<Path> files = Files.list(own)) {
            state = files.filter(f -> f.toString().endsWith(".json")).findFirst().orElseThrow();
        }
        // A hole takes no room on the disk.
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), size - 2);
        }
        Files.writeString(
                state, Files.readString(state).replace("\"held\":1", "\"held\":" + (size - 1)));
        desk.tasks.clear();
        desk = new Desk();
        inbox = open(20L << 30, 20L << 30);

        assertThat(desk.of(inbox.held(file)).bytes()).isEqualTo(size - 1);
        // Only the part itself: counting ten gigabytes is for the benchmarks.
        CompletionStage<Held> wrong = Desk.put(inbox, file, size, true, new byte[1]);
        desk.tasks.remove().run();
        assertThat(wrong.toCompletableFuture().exceptionNow().getMessage())
                .contains((size - 1) + " bytes of it are held");
    }

    @Test
    void saysWhatComesInJustNow() throws Exception {
        desk.of(Desk.put(inbox, Desk.known("a", Desk.bytes(2_000, 1)), 0, false, new byte[5]));
        assertThat(inbox.receiving())
                .containsExactly(new Incoming.Receiving("shed", FileName.parse("a"), 0, 2_000));
    }

    @Test
    void takesNoMoreThanSoManyAtOnceAndMakesPlaceForNewOnes() throws Exception {
        for (int i = 0; i < Receiver.UPLOADS_MAX; i++) {
            desk.of(Desk.put(inbox, Desk.known("f" + i, Desk.bytes(20, i)), 0, false, new byte[1]));
        }
        Coming more = Desk.known("more", Desk.bytes(20, 1));
        assertThat(desk.refusal(Desk.put(inbox, more, 0, false, new byte[1])).reason())
                .isEqualTo(Reason.BUSY);
        desk.nowNanos += Receiver.IDLE_NANOS;
        desk.of(Desk.put(inbox, more, 0, false, new byte[1]));
        assertThat(desk.of(inbox.held(Desk.known("f0", Desk.bytes(20, 0)))).bytes()).isEqualTo(1);
    }

    @Test
    void keepsWhatCameWhenTheNodeStops() throws Exception {
        byte[] content = Desk.bytes(2_000, 1);
        Coming file = Desk.known("a", content);
        desk.of(part(file, content, 0, 1_500));
        inbox.close();
        desk.settle();
        crash();
        assertThat(desk.of(inbox.held(file)).bytes()).isEqualTo(1_500);
    }
}
