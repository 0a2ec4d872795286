package io.pipit.drivers.simulated;

/**
 * A chip with 8-bit register addresses that count up by themselves, which is most of them. Called
 * by its {@link SimulatedBus}, one transfer at a time.
 */
public abstract class RegisterChip implements SimulatedChip {

    private int pointer;

    /**
     * Brings the chip's state up to now, once before each transfer, so that a burst is of a piece.
     */
    protected abstract void settle();

    /** The value of a register, 0 to 255. */
    protected abstract int load(int register);

    /** Sets a register, where it can be set. */
    protected abstract void store(int register, int value);

    /** Which register comes after this one in a burst. */
    protected int after(int register) {
        return (register + 1) & 0xFF;
    }

    @Override
    public void write(byte[] bytes) {
        settle();
        if (bytes.length == 0) {
            return;
        }
        pointer = bytes[0] & 0xFF;
        for (int i = 1; i < bytes.length; i++) {
            store(pointer, bytes[i] & 0xFF);
            pointer = after(pointer);
        }
    }

    @Override
    public byte[] read(int count) {
        settle();
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) load(pointer);
            pointer = after(pointer);
        }
        return bytes;
    }
}
