package io.pipit.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import io.pipit.port.bulk.SharedFiles.Digest;
import io.pipit.port.bulk.SharedFiles.Opened;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShareFolderTest {
    @TempDir Path folder;
    private final Desk desk = new Desk();
    private Path root;
    private ShareFolder share;

    @BeforeEach
    void make() throws IOException {
        root = Files.createDirectory(folder.resolve("share"));
        share = new ShareFolder(root, desk.disk());
        Files.writeString(folder.resolve("secret"), "of the node");
    }

    private Path write(String name, byte[] content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    private String read(String name) throws Exception {
        Opened opened = desk.of(share.open(FileName.parse(name)));
        try (FileChannel channel = opened.channel()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) opened.bytes());
            channel.read(bytes, 0);
            return new String(bytes.array(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private Reason refused(String name) throws FileRefused {
        return desk.refusal(share.open(FileName.parse(name))).reason();
    }

    @Test
    void listsFilesInFoldersByName() throws Exception {
        write("b.txt", new byte[3]);
        write("a/z/deep.bin", new byte[5]);
        write("a/first", new byte[0]);

        assertThat(desk.of(share.list()))
                .extracting(listed -> listed.name() + " " + listed.bytes())
                .containsExactly("a/first 0", "a/z/deep.bin 5", "b.txt 3");
    }

    @Test
    void neitherListsNorGivesWhatIsHiddenOrALink() throws Exception {
        write(".hidden", new byte[1]);
        write(".git/config", new byte[1]);
        Files.createSymbolicLink(root.resolve("link"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("way"), folder);
        write("plain", Desk.text("plain"));

        assertThat(desk.of(share.list()))
                .extracting(l -> l.name().toString())
                .containsOnly("plain");
        assertThat(refused("link")).isEqualTo(Reason.NOT_FOUND);
        assertThat(refused("way/secret")).isEqualTo(Reason.NOT_FOUND);
        assertThat(refused("way")).isEqualTo(Reason.NOT_FOUND);
        assertThat(refused("nothing/there")).isEqualTo(Reason.NOT_FOUND);
        assertThat(refused("plain/below")).isEqualTo(Reason.NOT_FOUND);
        assertThat(read("plain")).isEqualTo("plain");
    }

    @Test
    void doesNotFollowALinkThatTookTheFoldersPlaceAfterTheListing() throws Exception {
        write("pictures/secret", Desk.text("a picture"));
        assertThat(desk.of(share.list())).hasSize(1);
        Files.delete(root.resolve("pictures/secret"));
        Files.delete(root.resolve("pictures"));
        Files.createSymbolicLink(root.resolve("pictures"), folder);

        assertThat(refused("pictures/secret")).isEqualTo(Reason.NOT_FOUND);
        assertThat(desk.of(share.list())).isEmpty();
    }

    @Test
    void doesNotWaitForThePipeOfAProgram() throws Exception {
        Process made = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
        assertThat(made.waitFor()).isZero();

        assertThat(refused("pipe")).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void saysAnotherETagForAnotherContent() throws Exception {
        Path file = write("a", Desk.text("one"));
        byte[] first = desk.of(share.open(FileName.parse("a"))).etag();
        assertThat(desk.of(share.open(FileName.parse("a"))).etag()).isEqualTo(first).hasSize(8);

        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, FileTime.from(time.toInstant().plusNanos(1_000)));
        byte[] second = desk.of(share.open(FileName.parse("a"))).etag();
        assertThat(second).isNotEqualTo(first);

        // Another file of the same size and time.
        Path other = write("b", Desk.text("six"));
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(desk.of(share.open(FileName.parse("a"))).etag()).isNotEqualTo(second);
    }

    @Test
    void countsTheHashOfASmallFileAtOnceAndOfALargeOneInSteps() throws Exception {
        byte[] small = Desk.bytes(1_000, 1);
        byte[] large = Desk.bytes(3 * Hashes.STEP_BYTES + 1, 2);
        write("small", small);
        write("large", large);

        Digest digest = desk.of(share.digest(FileName.parse("small")));
        assertThat(digest.sha256()).isEqualTo(Desk.sha256(small));
        assertThat(digest.etag()).isEqualTo(desk.of(share.open(FileName.parse("small"))).etag());

        assertThat(desk.refusal(share.digest(FileName.parse("large"))).reason())
                .isEqualTo(Reason.BUSY);
        assertThat(desk.of(share.digest(FileName.parse("large"))).sha256())
                .isEqualTo(Desk.sha256(large));
    }

    @Test
    void countsAgainWhatChanged() throws Exception {
        Path file = write("a", Desk.text("one"));
        assertThat(desk.of(share.digest(FileName.parse("a"))).sha256())
                .isEqualTo(Desk.sha256(Desk.text("one")));
        Files.write(file, Desk.text("two, longer"));
        assertThat(desk.of(share.digest(FileName.parse("a"))).sha256())
                .isEqualTo(Desk.sha256(Desk.text("two, longer")));
    }

    @Test
    void saysWhatToDoWhereTheFolderIsMissing() throws Exception {
        Files.delete(root);
        assertThat(desk.refusal(share.list())).hasMessageContaining("share isn't there");
    }

    @Test
    void saysThatTooMuchWaits() throws Exception {
        desk.full = true;
        assertThat(desk.refusal(share.open(FileName.parse("a"))).reason()).isEqualTo(Reason.BUSY);
    }
}
