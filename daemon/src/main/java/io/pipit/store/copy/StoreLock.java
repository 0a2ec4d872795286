package io.pipit.store.copy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whoever holds it has a store's file for itself; the system lets go of it with the process. */
public final class StoreLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreLock.class);

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /** The file that is locked, beside the store; it stays. */
    public static Path fileOf(Path store) {
        return store.resolveSibling(store.getFileName() + ".lock");
    }

    /**
     * Takes it.
     *
     * @return null where another process, or another part of this one, has it
     */
    public static @Nullable StoreLock take(Path store) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        fileOf(store), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            LOG.debug("held by this very process", e);
        }
        if (lock == null) {
            channel.close();
            return null;
        }
        return new StoreLock(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
