package io.pipit.drivers.simulated;

import io.pipit.drivers.i2c.Words;

/**
 * A chip with registers of 16 bits, most significant byte first, and a pointer to one of them that
 * stays where it is. Called by its {@link SimulatedBus}, one transfer at a time.
 */
public abstract class WordChip implements SimulatedChip {

    private int pointer;

    /**
     * Brings the chip's state up to now, once before each transfer, so that a word is of a piece.
     */
    protected abstract void settle();

    /** The value of a register, 0 to 65535. */
    protected abstract int load(int register);

    /** Sets a register, where it can be set. */
    protected abstract void store(int register, int value);

    /** Loses all that it was told. */
    protected abstract void forget();

    @Override
    public void write(byte[] bytes) {
        settle();
        if (bytes.length == 0) {
            return;
        }
        pointer = bytes[0] & 0xFF;
        if (bytes.length >= 3) {
            store(pointer, Words.big(bytes, 1));
        }
    }

    @Override
    public byte[] read(int count) {
        settle();
        int value = load(pointer);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i % 2 == 0 ? value >> 8 : value);
        }
        return bytes;
    }

    @Override
    public void powerOn() {
        pointer = 0;
        forget();
    }
}
