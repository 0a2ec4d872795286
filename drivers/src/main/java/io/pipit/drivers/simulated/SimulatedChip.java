package io.pipit.drivers.simulated;

/**
 * A chip on a simulated I2C bus, seen from the wires. Called by its {@link SimulatedBus}, one
 * transfer at a time.
 */
public interface SimulatedChip {

    /** The bytes of a write; the first is often a register's address. */
    void write(byte[] bytes);

    /** The bytes that it sends when it is read. */
    byte[] read(int count);

    /** It loses its power for a moment. */
    void powerOn();

    /** Another specimen of the same type takes its place, with its own calibration, if any. */
    default void swap() {
        powerOn();
    }

    /**
     * Whether what it has begun to measure never ends. Where a chip has no way to say so, it keeps
     * its last value.
     */
    default void stuck(boolean isStuck) {
        // A chip that takes no time has nothing to be stuck in.
    }
}
