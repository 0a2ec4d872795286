package io.pipit.drivers.i2c;

/**
 * The wires of one I2C bus, simulated or the kernel's. {@link WiredI2cProvider} lets one call at a
 * time onto them.
 */
public interface I2cWires {

    /**
     * A write, a read, or both with a repeated start between them.
     *
     * @param address 7 bits
     * @param written what to write first; empty for nothing
     * @param count how many bytes to read then; 0 for none
     * @return the bytes read
     * @throws I2cException where it failed
     */
    byte[] transfer(int address, byte[] written, int count);

    /**
     * A device at this address is opened.
     *
     * @throws I2cException where there is no such bus or the address cannot be had
     */
    default void opened(int address) {}

    /** It was closed. */
    default void released(int address) {}
}
