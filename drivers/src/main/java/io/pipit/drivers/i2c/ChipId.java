package io.pipit.drivers.i2c;

import java.util.Set;

/**
 * A register by which a chip says which one it is.
 *
 * @param register where it is
 * @param mask which bits of it count; what is wider than a byte is two bytes, the first one above
 * @param values what those bits are
 */
public record ChipId(int register, int mask, Set<Integer> values) {

    private static final int BYTE = 0xFF;

    public ChipId {
        values = Set.copyOf(values);
    }

    /** All of a register of one byte. */
    public static ChipId of(int register, Integer... values) {
        return new ChipId(register, BYTE, Set.of(values));
    }

    /** How many bytes are read. */
    public int bytes() {
        return mask > BYTE ? 2 : 1;
    }

    /** Whether what was read is this chip's. */
    public boolean fits(int read) {
        return values.contains(read & mask);
    }
}
