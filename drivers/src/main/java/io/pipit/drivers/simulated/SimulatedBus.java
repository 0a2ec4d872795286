package io.pipit.drivers.simulated;

import io.pipit.drivers.i2c.I2cException;
import io.pipit.drivers.i2c.I2cException.Reason;
import io.pipit.drivers.i2c.I2cWires;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The wires of a simulated I2C bus: chips at addresses, and faults where somebody wants them. May
 * be called on any thread; transfers take turns.
 */
public final class SimulatedBus implements I2cWires {

    private static final long SEED_OF_FLIPPED_BITS = 0x5EED;

    private final String name;
    private final Map<Integer, SimulatedChip> chips = new TreeMap<>();
    private final Random bits = new Random(SEED_OF_FLIPPED_BITS);
    private Fault.Source faults = Fault.none();

    SimulatedBus(String name) {
        this.name = name;
    }

    /** Connects a chip, in place of whatever was at this address. */
    public synchronized void attach(int address, SimulatedChip chip) {
        chips.put(address, chip);
    }

    /** Takes the chip at this address off the bus. */
    public synchronized void detach(int address) {
        chips.remove(address);
    }

    /** Whether a chip is connected at this address. */
    public synchronized boolean isTaken(int address) {
        return chips.containsKey(address);
    }

    /** What goes wrong from now on. */
    public synchronized void faults(Fault.Source source) {
        faults = source;
    }

    @Override
    public synchronized byte[] transfer(int address, byte[] written, int count) {
        Fault fault = faults.next(address);
        SimulatedChip chip = chips.get(address);
        if (chip == null || fault == Fault.NAK) {
            throw new I2cException(
                    Reason.NAK, "no acknowledge from 0x%02x on %s".formatted(address, name));
        }
        if (fault == Fault.STUCK) {
            throw new I2cException(Reason.TIMEOUT, "the bus " + name + " is held low");
        }
        if (fault == Fault.CHIP_RESET) {
            chip.powerOn();
        } else if (fault == Fault.CHIP_SWAPPED) {
            chip.swap();
        }
        boolean flip = fault == Fault.FLIPPED_BIT;
        if (written.length > 0) {
            // Of a read with a register's address before it, the bit to flip is one that is read.
            chip.write(flip && count == 0 ? flipped(written, 1) : written);
        }
        if (count == 0) {
            return new byte[0];
        }
        byte[] read = chip.read(count);
        return flip ? flipped(read, 0) : read;
    }

    private byte[] flipped(byte[] bytes, int from) {
        byte[] wrong = bytes.clone();
        if (bytes.length > from) {
            int at = from + bits.nextInt(bytes.length - from);
            wrong[at] ^= (byte) (1 << bits.nextInt(8));
        }
        return wrong;
    }
}
