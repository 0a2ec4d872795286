package io.pipit.drivers.i2c;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.i2c.I2C;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A chip on an I2C bus: registers with 8-bit addresses that hold bytes or words, or commands and
 * answers. Whatever goes wrong becomes a {@link SensorException} that names the place. Used on the
 * thread of its bus.
 */
public final class I2cDevice implements AutoCloseable {

    private static final int SETTLING_READS_MAX = 4;

    private final I2C device;
    private final String where;

    private I2cDevice(I2C device, String where) {
        this.device = device;
        this.where = where;
    }

    /** Opens an address of a bus; the first transfer shows whether anything is there. */
    public static I2cDevice open(Hardware hardware, String bus, int address)
            throws SensorException {
        return new I2cDevice(
                hardware.i2c(bus, address), "0x%02x on bus %s".formatted(address, bus));
    }

    /** The value of one register, 0 to 255. */
    public int read(int register) throws SensorException {
        return read(register, 1)[0] & 0xFF;
    }

    /** The values of registers one after the other, in a single transfer. */
    public byte[] read(int register, int count) throws SensorException {
        byte[] bytes = new byte[count];
        int got;
        try {
            got = device.readRegister(register, bytes, 0, count);
        } catch (Pi4JException e) {
            throw translated(e);
        }
        return whole(bytes, got);
    }

    /**
     * Reads registers several times and believes them only where all are alike: I2C has no
     * checksum, and a flipped bit would pass for a value. For registers that stand still: twice for
     * what is read again soon, more for what is believed for long.
     */
    public byte[] readAlike(int times, int register, int count) throws SensorException {
        byte[] first = read(register, count);
        for (int again = 1; again < times; again++) {
            if (!Arrays.equals(first, read(register, count))) {
                throw bitErrors();
            }
        }
        return first;
    }

    /** Sets one register. */
    public void write(int register, int value) throws SensorException {
        try {
            device.writeRegister(register, (byte) value);
        } catch (Pi4JException e) {
            throw translated(e);
        }
    }

    /** A register of 16 bits, most significant byte first: 0 to 65535. */
    public int readWord(int register) throws SensorException {
        return Words.big(read(register, 2), 0);
    }

    /** The same, read twice and believed only where both are alike. */
    public int readWordAlike(int register) throws SensorException {
        return Words.big(readAlike(2, register, 2), 0);
    }

    /** Sets a register of 16 bits, most significant byte first. */
    public void writeWord(int register, int value) throws SensorException {
        send(register, value >> 8, value);
    }

    /**
     * Reads registers that change now and then until twice the same comes, since a flipped bit
     * would pass for a value.
     */
    public byte[] readSettled(int register, int count) throws SensorException {
        byte[] before = read(register, count);
        for (int again = 0; again < SETTLING_READS_MAX; again++) {
            byte[] after = read(register, count);
            if (Arrays.equals(before, after)) {
                return after;
            }
            before = after;
        }
        throw bitErrors();
    }

    /** Writes bytes: a command, with what belongs to it. */
    public void send(int... bytes) throws SensorException {
        byte[] out = new byte[bytes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) bytes[i];
        }
        try {
            device.write(out, 0, out.length);
        } catch (Pi4JException e) {
            throw translated(e);
        }
    }

    /** Reads as many bytes, without writing anything before. */
    public byte[] receive(int count) throws SensorException {
        byte[] bytes = new byte[count];
        int got;
        try {
            got = device.read(bytes, 0, count);
        } catch (Pi4JException e) {
            throw translated(e);
        }
        return whole(bytes, got);
    }

    private byte[] whole(byte[] bytes, int got) throws SensorException {
        if (got != bytes.length) {
            throw fault(Category.IO, "sent %d bytes of %d".formatted(got, bytes.length));
        }
        return bytes;
    }

    /** Two answers that should be alike and are not. */
    public SensorException bitErrors() {
        return fault(
                Category.IO,
                "gave different answers from the same registers: bit errors on the wires;"
                        + " shorten them or lower the bus speed");
    }

    /** An answer whose checksum is not its own. */
    public SensorException wrongChecksum() {
        return fault(
                Category.IO,
                "sent a wrong checksum: bit errors on the wires, or another chip; shorten them or"
                        + " lower the bus speed");
    }

    /** A failure of this device; the message goes on after "the chip at … on bus …". */
    public SensorException fault(Category category, String message) {
        return new SensorException(category, "the chip at " + where + " " + message);
    }

    private SensorException translated(Pi4JException e) {
        I2cException known = null;
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof I2cException ours) {
                known = ours;
                break;
            }
        }
        if (known == null) {
            return new SensorException(
                    Category.IO, "a transfer with " + where + " failed: " + e.getMessage(), e);
        }
        String place = where + (known.errno().isEmpty() ? "" : " (" + known.errno() + ")");
        return switch (known.reason()) {
            case NAK ->
                    new SensorException(
                            Category.ABSENT,
                            "nothing answers at "
                                    + place
                                    + ": check the wiring, the power and the address"
                                    + (known.hint().isEmpty() ? "" : "; " + known.hint()),
                            e);
            case TIMEOUT ->
                    new SensorException(
                            Category.BUS_HELD,
                            "a transfer with "
                                    + place
                                    + " took too long: something holds the bus; "
                                    + (known.hint().isEmpty()
                                            ? "check the wiring, or switch the chip off and on"
                                            : known.hint()),
                            e);
            case DENIED ->
                    new SensorException(
                            Category.DENIED,
                            "this user may not use "
                                    + place
                                    + ": add it to the group i2c (sudo usermod -aG i2c USER) and start Pipit again",
                            e);
            case HELD -> new SensorException(Category.CONFIGURATION, known.getMessage(), e);
            case IO ->
                    new SensorException(
                            Category.IO,
                            known.errno().isEmpty()
                                    ? "a transfer with " + where + " failed: " + known.getMessage()
                                    : "a transfer with " + place + " failed: " + known.hint(),
                            e);
        };
    }

    @Override
    public void close() {
        device.close();
    }
}
