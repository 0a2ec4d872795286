package io.pipit.drivers.linux.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Memory that a system call reads and writes: bytes in the machine's order, and at some places
 * pointers to other such memory. A pointer's own bytes stay zero here; {@link NativeKernel} fills
 * them in. Not thread-safe.
 */
public final class Struct {

    private final byte[] memory;
    private final ByteBuffer bytes;
    private final SortedMap<Integer, Struct> pointers = new TreeMap<>();

    private Struct(byte[] memory) {
        this.memory = memory;
        this.bytes = ByteBuffer.wrap(memory).order(ByteOrder.nativeOrder());
    }

    /** All zero. */
    public static Struct ofSize(int size) {
        return new Struct(new byte[size]);
    }

    /** These very bytes: what the kernel writes is seen in the array. */
    public static Struct over(byte[] bytes) {
        return new Struct(bytes);
    }

    public int size() {
        return memory.length;
    }

    /** The memory itself, not a copy. */
    byte[] memory() {
        return memory;
    }

    /** A copy of the memory, pointers being zero. */
    public byte[] toBytes() {
        return memory.clone();
    }

    public Struct putByte(int at, int value) {
        bytes.put(at, (byte) value);
        return this;
    }

    public Struct putShort(int at, int value) {
        bytes.putShort(at, (short) value);
        return this;
    }

    public Struct putInt(int at, int value) {
        bytes.putInt(at, value);
        return this;
    }

    public Struct putLong(int at, long value) {
        bytes.putLong(at, value);
        return this;
    }

    /** Text in a field of this size, cut off where it is longer, with a zero at its end. */
    public Struct putText(int at, int fieldSize, String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        bytes.put(at, ascii, 0, Math.min(ascii.length, fieldSize - 1));
        return this;
    }

    /** A pointer to other memory. */
    public Struct putPointer(int at, Struct target) {
        pointers.put(at, target);
        return this;
    }

    /** 0 to 255. */
    public int byteAt(int at) {
        return bytes.get(at) & 0xFF;
    }

    /** 0 to 65535. */
    public int shortAt(int at) {
        return bytes.getShort(at) & 0xFFFF;
    }

    public int intAt(int at) {
        return bytes.getInt(at);
    }

    public long longAt(int at) {
        return bytes.getLong(at);
    }

    /** The text in a field of this size, up to its zero. */
    public String textAt(int at, int fieldSize) {
        int length = 0;
        while (length < fieldSize && memory[at + length] != 0) {
            length++;
        }
        return new String(memory, at, length, StandardCharsets.US_ASCII);
    }

    /** What the pointer here points to. */
    public Struct pointerAt(int at) {
        Struct target = pointers.get(at);
        if (target == null) {
            throw new IllegalArgumentException("no pointer at " + at);
        }
        return target;
    }

    /** All pointers, by their place. */
    Map<Integer, Struct> pointers() {
        return pointers;
    }
}
