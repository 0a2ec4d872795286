package io.pipit.store.wear;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much has been written so far. */
@FunctionalInterface
public interface WrittenBytes {
    /** Where the kernel doesn't say so. */
    long UNKNOWN = -1;

    /** Bytes, never fewer than before; {@link #UNKNOWN} where that can't be had. */
    long soFar();

    /**
     * By whichever thread asks: {@code write_bytes} (proc_pid_io(5)), which counts each page of the
     * page cache that is written to, once until the kernel has brought it to the disk.
     */
    static WrittenBytes ofThisThread() {
        Path file = Path.of("/proc/thread-self/io");
        return () -> {
            try {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("write_bytes: ")) {
                        return Long.parseLong(line.substring("write_bytes: ".length()));
                    }
                }
            } catch (IOException | NumberFormatException e) {
                return UNKNOWN;
            }
            return UNKNOWN;
        };
    }
}
