package io.pipit.store.places;

import io.pipit.model.LogId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Up to which place the own log is reserved, beside the store: a file that has all its room from
 * the start and is written in place, so that places can be reserved on a full disk too. Two slots
 * are written in turn; one that the power failed at leaves the other. The store's writer's.
 *
 * <pre>
 * slot, 4,096 bytes: log ID (8) | reserved through (8) | CRC-32C of those (4) | zeros
 * </pre>
 *
 * <p>File systems that write everything elsewhere (btrfs, f2fs) may refuse this on a full disk as
 * they refuse all else.
 */
public final class ReservedPlaces implements AutoCloseable {
    /** A page of the file system, so that no write touches both slots. */
    private static final int SLOT_BYTES = 4_096;

    private static final int SLOTS = 2;
    private static final int CHECKED_BYTES = 2 * Long.BYTES;
    private static final int RECORD_BYTES = CHECKED_BYTES + Integer.BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(ReservedPlaces.class);

    private final Path file;
    private final @Nullable FileChannel channel;
    private int nextSlot;

    /** Opens the file, and makes it where there is none; where it can't be had it does nothing. */
    public ReservedPlaces(Path file) {
        this.file = file;
        FileChannel opened = null;
        try {
            opened =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (opened.size() < (long) SLOTS * SLOT_BYTES) {
                write(opened, 0, ByteBuffer.allocate(SLOTS * SLOT_BYTES));
                opened.force(true);
            }
        } catch (IOException e) {
            // Mostly the store can't be had either, and that is said.
            LOG.debug("can't have {}", file, e);
        }
        channel = opened;
    }

    /** Up to where this log is reserved by the file; 0 where it says nothing of that log. */
    public long through(LogId log) {
        long through = 0;
        nextSlot = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            long one = through(log, slot);
            if (one > through) {
                through = one;
                nextSlot = (slot + 1) % SLOTS;
            }
        }
        return through;
    }

    private long through(LogId log, int slot) {
        ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
        try {
            while (channel != null && record.hasRemaining()) {
                if (channel.read(record, (long) slot * SLOT_BYTES + record.position()) < 0) {
                    return 0;
                }
            }
        } catch (IOException e) {
            LOG.warn("can't read {}", file, e);
            return 0;
        }
        boolean whole = record.getInt(CHECKED_BYTES) == check(record);
        return whole && record.getLong(0) == log.bits() ? record.getLong(Long.BYTES) : 0;
    }

    /**
     * Reserves.
     *
     * @return whether it is on the disk; false where it couldn't be written
     */
    public boolean reserve(LogId log, long through) {
        if (channel == null) {
            return false;
        }
        ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
        record.putLong(log.bits()).putLong(through).putInt(check(record)).flip();
        try {
            write(channel, (long) nextSlot * SLOT_BYTES, record);
            channel.force(false);
            nextSlot = (nextSlot + 1) % SLOTS;
            return true;
        } catch (IOException e) {
            LOG.debug("can't write {}", file, e);
            return false;
        }
    }

    private static void write(FileChannel channel, long at, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, at + bytes.position());
        }
    }

    private static int check(ByteBuffer record) {
        CRC32C crc = new CRC32C();
        crc.update(record.slice(0, CHECKED_BYTES));
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
