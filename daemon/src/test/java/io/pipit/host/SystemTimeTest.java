package io.pipit.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemTimeTest {
    @TempDir private Path root;

    @Test
    void believesWhatTimesyncdSays() throws Exception {
        assertThat(new SystemTime(root, false).synchronised()).isFalse();
        Files.createDirectories(root.resolve("run/systemd/timesync"));
        Files.createFile(root.resolve("run/systemd/timesync/synchronized"));
        assertThat(new SystemTime(root, false).synchronised()).isTrue();
    }

    @Test
    void readsTheBootAndElseTakesEachStartForOne() throws Exception {
        String boot = "958dff10-7045-4bbc-b620-09ebdcc4e152";
        assertThat(new SystemTime(root, false).bootId())
                .isNotEqualTo(new SystemTime(root, false).bootId());
        Path file = root.resolve("proc/sys/kernel/random/boot_id");
        Files.createDirectories(file.getParent());
        Files.writeString(file, boot + "\n");
        assertThat(new SystemTime(root, false).bootId()).isEqualTo(boot);
    }
}
