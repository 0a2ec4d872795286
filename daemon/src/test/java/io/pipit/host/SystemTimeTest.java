package io.pipit.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /**
     * {@code struct timex} as the kernel fills it: chrony without rtcsync leaves STA_UNSYNC set.
     */
    @Test
    void goesByHowFarOffTheKernelSaysThatItMayBe() {
        assertThat(SystemTime.isDisciplined(timex(8, 25_000), 8)).isTrue();
        assertThat(SystemTime.isDisciplined(timex(8, 16_000_000), 8)).isFalse();
        assertThat(SystemTime.isDisciplined(timex(4, 15_999_999), 4)).isTrue();
        assertThat(SystemTime.isDisciplined(timex(4, 16_000_000), 4)).isFalse();
    }

    private static MemorySegment timex(int longBytes, int maxErrorMicros) {
        ByteBuffer timex = ByteBuffer.allocate(208).order(ByteOrder.nativeOrder());
        int statusUnsynchronised = 0x40;
        for (int value : new int[] {0, -7, 12_345, maxErrorMicros, 900, statusUnsynchronised}) {
            if (longBytes == Long.BYTES) {
                timex.putLong(value);
            } else {
                timex.putInt(value);
            }
        }
        return MemorySegment.ofBuffer(timex.rewind());
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
