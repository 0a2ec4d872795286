package io.pipit.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class DebTest {
    private static final Instant TIME = Instant.parse("2026-11-01T00:00:00Z");
    private static final Map<String, String> CONTROL =
            Map.of("control", "Package: x\nInstalled-Size: @INSTALLED_SIZE@\n");

    @Test
    void theSameFilesGiveTheSameBytesInWhateverOrderTheyCame() {
        Tree one = new Tree();
        one.file("usr/lib/x/a", bytes("a"));
        one.program("usr/bin/x", bytes("x"));
        Tree other = new Tree();
        other.program("usr/bin/x", bytes("x"));
        other.file("usr/lib/x/a", bytes("a"));

        assertThat(Deb.of(one, CONTROL, TIME)).isEqualTo(Deb.of(other, CONTROL, TIME));
    }

    @Test
    void aFolderComesBeforeWhatIsInIt() {
        Tree tree = new Tree();
        tree.file("a/b/c", bytes("c"));
        tree.file("a.b", bytes("b"));

        StringBuilder order = new StringBuilder();
        tree.each((path, _) -> order.append(path).append(' '));

        assertThat(order).hasToString("a a.b a/b a/b/c ");
    }

    @Test
    void whatIsBelowEtcIsTheUsersToChange() {
        Tree tree = new Tree();
        tree.file("etc/x.toml", bytes("x"));
        tree.file("usr/lib/x", bytes("x"));

        String control = text(Deb.of(tree, CONTROL, TIME), "control.tar.gz");

        assertThat(control).contains("/etc/x.toml\n");
        assertThat(control).contains("9dd4e461268c8034f5c8564e155c67a6  usr/lib/x\n");
        assertThat(control).doesNotContain("  etc/x.toml");
    }

    @Test
    void theSizeIsThatOfWholeUnits() {
        Tree tree = new Tree();
        tree.file("a", new byte[1025]);
        tree.file("b", new byte[1]);
        tree.link("c", "b");

        assertThat(text(Deb.of(tree, CONTROL, TIME), "control.tar.gz"))
                .contains("Installed-Size: 4\n");
    }

    @Test
    void twoFilesAtOnePathAreRefused() {
        Tree tree = new Tree();
        tree.file("a", bytes("a"));

        assertThatThrownBy(() -> tree.file("a", bytes("b"))).hasMessageContaining("twice");
    }

    @Test
    void aNameTooLongForTheArchiveIsRefused() {
        Tree tree = new Tree();
        tree.file("a".repeat(101), bytes("a"));

        assertThatThrownBy(() -> Archives.tarGz(tree, "", TIME))
                .hasMessageContaining("a".repeat(101));
    }

    @Test
    void whatWasCompressedIsThatAgain() throws IOException {
        byte[] content = bytes("what was, ".repeat(20_000));

        byte[] compressed = Archives.gzip(content);

        assertThat(compressed).hasSizeLessThan(2_000);
        try (var in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }

    /** A compressed member of the package, with the archive's heads and all. */
    private static String text(byte[] deb, String member) {
        String all = new String(deb, java.nio.charset.StandardCharsets.ISO_8859_1);
        int head = all.indexOf(member);
        int length = Integer.parseInt(all.substring(head + 48, head + 58).strip());
        try (var in = new GZIPInputStream(new ByteArrayInputStream(deb, head + 60, length))) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
