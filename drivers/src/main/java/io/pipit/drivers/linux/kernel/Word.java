package io.pipit.drivers.linux.kernel;

import java.lang.foreign.ValueLayout;

/** How wide pointers and {@code long} are in the kernel's structs. */
public enum Word {
    /** armhf. */
    BITS_32(4),
    /** arm64, x86-64. */
    BITS_64(8);

    private final int bytes;

    Word(int bytes) {
        this.bytes = bytes;
    }

    /** The size of a pointer, and its alignment. */
    public int bytes() {
        return bytes;
    }

    /** That of this machine. */
    public static Word ofThisMachine() {
        return ValueLayout.ADDRESS.byteSize() == BITS_32.bytes ? BITS_32 : BITS_64;
    }
}
