package io.pipit.port.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                ".hidden",
                "a/../b",
                "../a",
                "a/..",
                "/a",
                "a/",
                "a//b",
                "a\\b",
                "a\0b",
                "a\nb",
                "a\u202Egpj.exe",
                "a\uFFFDb"
            })
    void refusesWhatLeadsElsewhereOrCantBePrinted(String name) {
        assertThatThrownBy(() -> FileName.parse(name))
                .isInstanceOfSatisfying(
                        FileRefused.class,
                        e -> assertThat(e.reason()).isEqualTo(FileRefused.Reason.NAME));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.b",
                "a..b",
                "%2f",
                "%2e%2e",
                "a b",
                "Gew\u00e4chshaus/T\u00fcr 1.jpg",
                "\u6e29\u5ea6.csv",
                "~",
                "-rf",
                "a/b/c"
            })
    void takesWhatIsAFilesNameAndNoMore(String name) throws Exception {
        assertThat(FileName.parse(name)).hasToString(name);
    }

    @Test
    void refusesASlashWithinASegment() {
        assertThatThrownBy(() -> FileName.of(List.of("a/b"))).isInstanceOf(FileRefused.class);
        assertThatThrownBy(() -> FileName.of(List.of("../x"))).isInstanceOf(FileRefused.class);
        assertThatThrownBy(() -> FileName.of(List.of())).isInstanceOf(FileRefused.class);
    }

    @Test
    void refusesWhatIsLongerThanAFileSystemTakes() throws Exception {
        assertThat(FileName.parse("x".repeat(255)).last()).hasSize(255);
        assertThatThrownBy(() -> FileName.parse("x".repeat(256))).isInstanceOf(FileRefused.class);
        // 128 characters of two bytes each.
        assertThatThrownBy(() -> FileName.parse("\u00e4".repeat(128)))
                .isInstanceOf(FileRefused.class);
        assertThatThrownBy(() -> FileName.of(Collections.nCopies(17, "a")))
                .isInstanceOf(FileRefused.class);
        assertThatThrownBy(() -> FileName.of(Collections.nCopies(16, "x".repeat(100))))
                .isInstanceOf(FileRefused.class);
    }
}
