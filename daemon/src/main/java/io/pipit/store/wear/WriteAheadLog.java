package io.pipit.store.wear;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SQLite's write-ahead log as a file of the card. SQLite as it is built for Java syncs it with its
 * times (fsync(2)), for which the file system writes three blocks of its own journal with each
 * commit; here it is synced without them (fdatasync(2)). And as long as it grows, each sync tells
 * the journal how long it is; so it gets its length at once. The store's writer's.
 */
public final class WriteAheadLog implements AutoCloseable {
    /** Written at once of what lengthens it: of more the kernel counts all for each commit. */
    private static final int ZEROS_BYTES = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(WriteAheadLog.class);

    private final Path file;
    private final FileChannel channel;

    private WriteAheadLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens it, after a commit that SQLite synced itself; null where it can't be had. */
    public static @Nullable WriteAheadLog open(Path file) {
        try {
            return new WriteAheadLog(file, FileChannel.open(file, StandardOpenOption.WRITE));
        } catch (IOException e) {
            LOG.debug("can't have {}", file, e);
            return null;
        }
    }

    /** Returns when all that was written to it is on the disk. */
    public void sync() throws IOException {
        channel.force(false);
    }

    /**
     * Gives it at least this length, where there is room, in zeros, which SQLite takes for its end
     * (sqlite.org/fileformat2.html#walformat). Outside of transactions.
     */
    public void lengthen(long bytes) {
        try {
            long before = channel.size();
            if (Files.getFileStore(file).getUsableSpace() < 2 * bytes) {
                return;
            }
            try {
                for (long at = before; at < bytes; ) {
                    int some = (int) Math.min(ZEROS_BYTES, bytes - at);
                    at += channel.write(ByteBuffer.allocate(some), at);
                }
            } catch (IOException e) {
                channel.truncate(before);
                throw e;
            }
        } catch (IOException e) {
            LOG.debug("{} grows with each commit", file, e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
