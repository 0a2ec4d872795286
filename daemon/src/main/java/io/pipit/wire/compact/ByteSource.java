package io.pipit.wire.compact;

import io.pipit.wire.WireException;
import java.nio.charset.StandardCharsets;

/** Bytes that are read one after the other, and never beyond their end. One thread at a time. */
public final class ByteSource {
    private final byte[] bytes;
    private final int end;
    private int at;

    /** From one place up to another, which isn't read. */
    public ByteSource(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** How many are left. */
    public int left() {
        return end - at;
    }

    /** One byte. */
    public byte take() throws WireException {
        if (at == end) {
            throw early();
        }
        return bytes[at++];
    }

    /** What {@link ByteSink#putVarint} wrote. */
    public long varint() throws WireException {
        // Most are one byte.
        if (at < end && bytes[at] >= 0) {
            return bytes[at++];
        }
        return longVarint();
    }

    private long longVarint() throws WireException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == end) {
                throw early();
            }
            byte b = bytes[at++];
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new WireException("a number of more than 64 bits");
    }

    /** One that isn't negative and no more than this. */
    long varint(String what, long max) throws WireException {
        long value = varint();
        if (value < 0 || value > max) {
            throw new WireException(what + " is out of bounds: " + value);
        }
        return value;
    }

    /** What {@link ByteSink#putZigzag} wrote. */
    public long zigzag() throws WireException {
        return Stretch.unzigzag(varint());
    }

    /** What {@link ByteSink#putLong} wrote. */
    public long takeLong() throws WireException {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value |= (take() & 0xffL) << (8 * i);
        }
        return value;
    }

    /** A text of at most so many bytes. */
    String text(String what, int bytesMax) throws WireException {
        int length = (int) varint("the length of " + what, bytesMax);
        if (length > left()) {
            throw early();
        }
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            throw new WireException(what + " is no text");
        }
        at += length;
        return text;
    }

    private static WireException early() {
        return new WireException("it ends early");
    }
}
