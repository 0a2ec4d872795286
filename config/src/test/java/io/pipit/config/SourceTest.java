package io.pipit.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.toml.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that aren't what a configuration should be. */
class SourceTest {
    @TempDir private Path folder;
    private LoaderFixture fixture;

    @BeforeEach
    void laysOutAFolder() {
        fixture = new LoaderFixture(folder);
    }

    private String problem(byte[] bytes) throws IOException {
        Files.write(fixture.main, bytes);
        return problem(fixture.main);
    }

    private String problem(Path file) {
        assertThat(fixture.problems(fixture.load(file))).hasSize(1);
        return fixture.problems(fixture.load(file)).getFirst();
    }

    @Test
    void saysThatAFileIsAbsent() {
        assertThat(problem(fixture.main))
                .startsWith("pipit.toml:1:1: does not exist: name another with -c");
    }

    @Test
    void saysThatAFileIsAFolder() {
        assertThat(problem(folder)).contains("is a folder: name the file in it");
        assertThat(problem(Path.of("/"))).startsWith("/:1:1: is a folder");
        assertThat(problem(Path.of(""))).contains("is a folder");
    }

    @Test
    void saysThatAFileIsNoFile() {
        assertThat(problem(Path.of("/dev/zero"))).contains("is not a plain file");
        assertThat(problem(fixture.main.resolve("below-a-file"))).contains("does not exist");
    }

    @Test
    void saysWhoMayNotReadAFile() {
        assertThat(Source.reason(new AccessDeniedException("/etc/pipit/pipit.toml")))
                .contains("may not be read by user " + System.getProperty("user.name"));
        assertThat(Source.reason(new IOException("Input/output error")))
                .isEqualTo("cannot be read: Input/output error");
    }

    @Test
    void saysThatAFileIsEmpty() throws IOException {
        assertThat(problem(new byte[0]))
                .startsWith("pipit.toml:1:1: is empty: `pipit config` prints");
        assertThat(problem(" \n\t\n".getBytes(StandardCharsets.UTF_8))).contains("is empty");
    }

    @Test
    void saysWhereAFileIsNotUtf8() throws IOException {
        assertThat(problem("[node]\nname = \"gr\u00fcn\"".getBytes(StandardCharsets.ISO_8859_1)))
                .startsWith("pipit.toml:2:11: is not UTF-8 from here on");
        assertThat(problem(new byte[] {'a', (byte) 0xC3}))
                .startsWith("pipit.toml:1:2: is not UTF-8");
        assertThat(problem("[node]".getBytes(StandardCharsets.UTF_16LE)))
                .contains("has zero bytes from here on");
        assertThat(problem("[node]".getBytes(StandardCharsets.UTF_16))).contains("is UTF-16");
    }

    @Test
    void saysThatAFileLostItsContentToAPowerCut() throws IOException {
        assertThat(problem(new byte[1000]))
                .startsWith("pipit.toml:1:1: has zero bytes from here on");
        assertThat(problem("[node]\nna\0\0".getBytes(StandardCharsets.UTF_8)))
                .startsWith("pipit.toml:2:3: has zero bytes from here on");
    }

    @Test
    void takesTheMarkAndTheLineEndsOfWindows() throws IOException {
        assertThat(fixture.accepted("\uFEFF[node]\r\nname = 'a'\r\n").node().name()).isEqualTo("a");
    }

    @Test
    void refusesFilesThatAreTooLarge() throws IOException {
        assertThat(problem("#".repeat(Source.BYTES_MAX + 1).getBytes(StandardCharsets.UTF_8)))
                .contains("is too large")
                .contains("128 KiB");
        assertThat(problem("#\n".repeat(Source.LINES_MAX + 1).getBytes(StandardCharsets.UTF_8)))
                .contains("is too long")
                .contains("4096 lines");
    }

    @Test
    void countsAllFilesTogether() throws IOException {
        String half = "#".repeat(Source.BYTES_MAX / 2);
        fixture.accepted(half);
        fixture.dropIn("a.toml", half).accepted(half);
        assertThat(fixture.dropIn("b.toml", "#").problems(half))
                .singleElement()
                .asString()
                .startsWith("conf.d/b.toml:1:1: is too large");
    }

    @Test
    void refusesMoreCommentsInARowThanTheParserTakesInGoodTime() throws IOException {
        String most = "#\n".repeat(Source.BLANK_LINES_MAX);
        fixture.accepted(most + "[node]\n" + most + "[log]\n");
        assertThat(fixture.problems("[node]\n" + most + " \n[log]\n"))
                .containsExactly(
                        "pipit.toml:258:1: more than 256 blank lines and comments in a row: take some"
                                + " out");
    }

    @Test
    void readsSomeDropInsAndNotAnyNumber() throws IOException {
        for (int i = 0; i < Source.DROP_INS_MAX + 1; i++) {
            fixture.dropIn("%03d.toml".formatted(i), "#");
        }
        assertThat(fixture.problems("#"))
                .containsExactly("conf.d:1:1: holds 65 files; at most 64 are read");
    }

    @Test
    void doesNotMindAFileThatIsCalledLikeTheFolderOfDropIns() throws IOException {
        Files.writeString(folder.resolve("conf.d"), "x");
        fixture.accepted("#");
    }

    @Test
    void reportsAFolderAmongTheDropIns() throws IOException {
        Files.createDirectories(folder.resolve("conf.d/x.toml"));
        assertThat(fixture.problems("#"))
                .singleElement()
                .asString()
                .startsWith("conf.d/x.toml:1:1: is a folder");
    }
}
