package io.pipit.store.format;

import io.pipit.wire.WireException;
import io.pipit.wire.compact.ByteSink;
import io.pipit.wire.compact.ByteSource;
import io.pipit.wire.compact.Stretch;
import java.io.IOException;
import java.util.Arrays;

/**
 * A stretch of one series as the file has it. No state.
 *
 * <pre>
 * version 1 | {@link Stretch} | CRC-32C of all before, 4 bytes, the lowest first
 * </pre>
 */
public final class BlockCodec {
    /** More readings than this aren't decoded: a limit on what a damaged count may allocate. */
    public static final int READINGS_MAX = 65_536;

    private static final byte VERSION = 1;

    private BlockCodec() {}

    /** Encodes at least one and at most {@link #READINGS_MAX} readings. */
    public static byte[] encode(Stretch block) {
        ByteSink out = new ByteSink(16 + block.count() * 4);
        out.put(VERSION);
        block.write(out, block.count());
        byte[] bytes = Arrays.copyOf(out.array(), out.size() + CheckSum.BYTES);
        CheckSum.put(bytes, out.size());
        return bytes;
    }

    /**
     * The readings again.
     *
     * @throws IOException where the bytes aren't what was encoded
     */
    public static Stretch decode(byte[] data) throws IOException {
        int end = data.length - CheckSum.BYTES;
        if (end < 2 || data[0] != VERSION) {
            throw new IOException("not a block of version " + VERSION);
        }
        if (!CheckSum.isRight(data, end)) {
            throw new IOException("a block's check sum is wrong");
        }
        try {
            return Stretch.read(new ByteSource(data, 1, end), READINGS_MAX);
        } catch (WireException e) {
            throw new IOException("a block isn't what it was: " + e.getMessage(), e);
        }
    }
}
