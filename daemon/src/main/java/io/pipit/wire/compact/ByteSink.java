package io.pipit.wire.compact;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that are written one after the other, and grow. For one thread at a time. */
public final class ByteSink {
    private byte[] bytes;
    private int at;

    /** With room for so many at first. */
    public ByteSink(int capacity) {
        bytes = new byte[Math.max(1, capacity)];
    }

    /** How many there are. */
    public int size() {
        return at;
    }

    /** A copy of them. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, at);
    }

    /** All of them so far, and what else the array has room for: only for looking at. */
    public byte[] array() {
        return bytes;
    }

    /** One byte. */
    public void put(byte b) {
        if (at == bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        bytes[at++] = b;
    }

    /** Seven bits a byte, the lowest first; negative numbers take ten. */
    public void putVarint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        put((byte) rest);
    }

    /** As a varint that is short for small numbers of either sign. */
    public void putZigzag(long value) {
        putVarint(Stretch.zigzag(value));
    }

    /** Eight bytes, the lowest first. */
    public void putLong(long value) {
        for (int i = 0; i < 8; i++) {
            put((byte) (value >>> (8 * i)));
        }
    }

    /** Its length and its bytes in UTF-8. */
    void putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putVarint(utf8.length);
        for (byte b : utf8) {
            put(b);
        }
    }
}
