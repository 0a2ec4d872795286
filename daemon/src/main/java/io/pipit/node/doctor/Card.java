package io.pipit.node.doctor;

import io.pipit.port.TimeSource;
import io.pipit.resource.doctor.Doctor.Finding;
import io.pipit.resource.doctor.Doctor.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tries the card that the node's data lie on: whether it takes a file, how fast, and its room. */
final class Card {
    /** Below this the store soon has no room, bytes. */
    private static final long FREE_BYTES_MIN = 64L << 20;

    /** A card that takes longer to write one block is dying, or very busy, milliseconds. */
    private static final double WRITE_MILLIS_MAX = 1_000;

    private static final int BLOCK_BYTES = 4_096;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final long MEBIBYTE = 1L << 20;

    private final Path directory;
    private final TimeSource time;

    Card(Path directory, TimeSource time) {
        this.directory = directory;
        this.time = time;
    }

    /** Writes a block and takes it away again; waits for the card. */
    List<Finding> examine() {
        List<Finding> all = new ArrayList<>();
        try {
            all.add(written());
            all.add(room());
        } catch (IOException e) {
            all.add(
                    new Finding(
                            "store",
                            "card",
                            State.FAILED,
                            directory + " can't be written: " + e,
                            "make room, or see 'dmesg' for errors of the card; it has to belong to the user that pipit runs as"));
        }
        return all;
    }

    private Finding written() throws IOException {
        long sinceNanos = time.monotonicNanos();
        Path file = Files.createTempFile(directory, "doctor-", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
            while (block.hasRemaining()) {
                var _ = channel.write(block);
            }
            channel.force(true);
        } finally {
            Files.deleteIfExists(file);
        }
        double millis = (time.monotonicNanos() - sinceNanos) / NANOS_PER_MILLI;
        String says =
                String.format(
                        Locale.ROOT,
                        "%d bytes were on the card after %.1f ms",
                        BLOCK_BYTES,
                        millis);
        return millis <= WRITE_MILLIS_MAX
                ? Finding.ok("store", "card", says)
                : new Finding(
                        "store",
                        "card",
                        State.DOUBTFUL,
                        says,
                        "a card that slow may be worn out: look for errors in 'dmesg', and take a new one");
    }

    private Finding room() throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        String says = free / MEBIBYTE + " MiB free for " + directory;
        return free >= FREE_BYTES_MIN
                ? Finding.ok("store", "room", says)
                : new Finding(
                        "store",
                        "room",
                        State.DOUBTFUL,
                        says,
                        "free some, or lower [store] max-size: a full card takes no more readings");
    }
}
