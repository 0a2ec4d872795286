package io.pipit.drivers.linux.i2c;

import io.pipit.drivers.i2c.I2cException;
import io.pipit.drivers.i2c.I2cException.Reason;
import io.pipit.drivers.i2c.I2cWires;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import java.time.Duration;

/**
 * An open bus of the kernel. May be called on any thread; transfers take turns.
 *
 * <p>Transfers are {@code I2C_RDWR}; where the adapter knows SMBus alone, what SMBus has a command
 * for is sent as that. The kernel ends a transfer after {@link #TRANSFER_MAX}, unless the adapter
 * itself hangs; a thread that was interrupted meanwhile begins no other.
 */
final class I2cAdapter implements I2cWires {

    /**
     * A transfer of 32 bytes takes 3 ms at 100 kHz; the rest is for chips that stretch the clock.
     */
    static final Duration TRANSFER_MAX = Duration.ofMillis(500);

    private static final int TIMEOUT_UNIT_MS = 10;

    /** Where another master had the bus; after that it is a reading that failed. */
    private static final int RETRIES = 1;

    /** Only the adapter's own driver can clock a chip free that holds SDA. */
    private static final String FREE_IT =
            "check the wiring, and switch the power of the chips on it off and on; the kernel frees a bus by itself where its driver can and the device tree names its scl-gpios";

    private final String bus;
    private final Kernel kernel;
    private final int descriptor;
    private final long functions;
    private final Holders holders;
    private final Scan scan;

    private I2cAdapter(
            String bus, Kernel kernel, int descriptor, long functions, Holders holders, Scan scan) {
        this.bus = bus;
        this.kernel = kernel;
        this.descriptor = descriptor;
        this.functions = functions;
        this.holders = holders;
        this.scan = scan;
    }

    /** Opens the bus. */
    static I2cAdapter open(String bus, String path, Kernel kernel, Holders holders, Scan scan)
            throws KernelException {
        int descriptor = kernel.open(path, Kernel.O_RDWR | Kernel.O_CLOEXEC);
        try {
            Struct functions = Struct.ofSize(kernel.word().bytes());
            kernel.ioctl(descriptor, I2cRequests.FUNCS, functions);
            kernel.ioctl(descriptor, I2cRequests.RETRIES, RETRIES);
            // The kernel's limit is one for each attempt.
            kernel.ioctl(
                    descriptor,
                    I2cRequests.TIMEOUT,
                    TRANSFER_MAX.toMillis() / (1 + RETRIES) / TIMEOUT_UNIT_MS);
            // All that are known are in the lower half, which comes first: ARM and x86.
            long known = Integer.toUnsignedLong(functions.intAt(0));
            return new I2cAdapter(bus, kernel, descriptor, known, holders, scan);
        } catch (KernelException e) {
            kernel.close(descriptor);
            throw e;
        }
    }

    void close() {
        kernel.close(descriptor);
    }

    /** Checks that no driver of the kernel has this address, and takes it for SMBus transfers. */
    synchronized void claim(int address) {
        try {
            kernel.ioctl(descriptor, I2cRequests.SLAVE, address);
        } catch (KernelException e) {
            throw failure(address, e);
        }
    }

    @Override
    public synchronized byte[] transfer(int address, byte[] written, int count) {
        // Nothing interrupts the kernel within a transfer, so a reading of many ends between two.
        if (Thread.currentThread().isInterrupted()) {
            throw new I2cException(
                    Reason.TIMEOUT, "0x%02x on bus %s: given up".formatted(address, bus));
        }
        // Each time: a driver may be loaded later, and two on one chip upset each other.
        claim(address);
        try {
            return has(I2cRequests.FUNC_I2C)
                    ? plain(address, written, count)
                    : smbus(written, count);
        } catch (KernelException e) {
            // Not the address, which was claimed: so say adapters for which the bus is never free.
            throw e.errno().equals(Errno.EBUSY) ? wedged(address, e) : failure(address, e);
        }
    }

    private byte[] plain(int address, byte[] written, int count) throws KernelException {
        byte[] read = new byte[count];
        kernel.ioctl(
                descriptor,
                I2cRequests.RDWR,
                I2cRequests.transfer(
                        kernel.word(), address, Struct.over(written.clone()), Struct.over(read)));
        return read;
    }

    /** What comes closest: SMBus 3.1 section 6.5, and block transfers as in I2C itself. */
    private byte[] smbus(byte[] written, int count) throws KernelException {
        int command = written.length > 0 ? written[0] & 0xFF : 0;
        Struct data = Struct.ofSize(I2cRequests.DATA_BYTES);
        if (written.length <= 1 && count > 0) {
            return smbusRead(written.length, command, count, data);
        }
        int payload = written.length - 1;
        if (count > 0 || payload < 0 || payload > I2cRequests.BLOCK_BYTES_MAX) {
            throw impossible(written.length, count);
        }
        if (payload == 0 && has(I2cRequests.FUNC_WRITE_BYTE)) {
            smbus(false, command, I2cRequests.BYTE, data);
        } else if (payload == 1 && has(I2cRequests.FUNC_WRITE_BYTE_DATA)) {
            smbus(false, command, I2cRequests.BYTE_DATA, data.putByte(0, written[1]));
        } else if (payload == 2 && has(I2cRequests.FUNC_WRITE_WORD_DATA)) {
            // The lower byte goes first.
            int word = (written[1] & 0xFF) | (written[2] & 0xFF) << 8;
            smbus(false, command, I2cRequests.WORD_DATA, data.putShort(0, word));
        } else if (payload > 0 && has(I2cRequests.FUNC_WRITE_BLOCK)) {
            data.putByte(0, payload);
            for (int i = 1; i <= payload; i++) {
                data.putByte(i, written[i]);
            }
            smbus(false, command, I2cRequests.BLOCK, data);
        } else {
            throw impossible(written.length, count);
        }
        return new byte[0];
    }

    private byte[] smbusRead(int writtenLength, int command, int count, Struct data)
            throws KernelException {
        byte[] read = new byte[count];
        int from = 0;
        if (writtenLength == 0) {
            if (count != 1 || !has(I2cRequests.FUNC_READ_BYTE)) {
                throw impossible(writtenLength, count);
            }
            smbus(true, 0, I2cRequests.BYTE, data);
        } else if (count == 1 && has(I2cRequests.FUNC_READ_BYTE_DATA)) {
            smbus(true, command, I2cRequests.BYTE_DATA, data);
        } else if (count == 2 && has(I2cRequests.FUNC_READ_WORD_DATA)) {
            smbus(true, command, I2cRequests.WORD_DATA, data);
            int word = data.shortAt(0);
            return new byte[] {(byte) word, (byte) (word >> 8)};
        } else if (count <= I2cRequests.BLOCK_BYTES_MAX && has(I2cRequests.FUNC_READ_BLOCK)) {
            smbus(true, command, I2cRequests.BLOCK, data.putByte(0, count));
            if (data.byteAt(0) != count) {
                throw new I2cException(
                        Reason.IO, "%d bytes of %d came".formatted(data.byteAt(0), count));
            }
            from = 1;
        } else {
            throw impossible(writtenLength, count);
        }
        for (int i = 0; i < count; i++) {
            read[i] = (byte) data.byteAt(from + i);
        }
        return read;
    }

    private void smbus(boolean read, int command, int size, Struct data) throws KernelException {
        kernel.ioctl(
                descriptor,
                I2cRequests.SMBUS,
                I2cRequests.smbus(kernel.word(), read, command, size, data));
    }

    private I2cException impossible(int written, int count) {
        return new I2cException(
                Reason.IO,
                "the adapter of bus %s knows SMBus alone, which has nothing for %d bytes written and %d read; connect the chip to another bus"
                        .formatted(bus, written, count));
    }

    private boolean has(long function) {
        return (functions & function) != 0;
    }

    /** Whether somebody acknowledges, as harmlessly as it can be found out; see {@link Scan}. */
    boolean answers(int address, boolean byReading) throws KernelException {
        kernel.ioctl(descriptor, I2cRequests.SLAVE, address);
        boolean read =
                has(I2cRequests.FUNC_READ_BYTE) && (byReading || !has(I2cRequests.FUNC_QUICK));
        if (!read && !has(I2cRequests.FUNC_QUICK)) {
            return false;
        }
        try {
            smbus(
                    read,
                    0,
                    read ? I2cRequests.BYTE : I2cRequests.QUICK,
                    Struct.ofSize(I2cRequests.DATA_BYTES));
            return true;
        } catch (KernelException e) {
            if (isNak(e.errno()) || e.errno().equals(Errno.EIO)) {
                return false;
            }
            throw e;
        }
    }

    /** Whether {@link #answers} can find anybody. */
    boolean canBeSearched() {
        return has(I2cRequests.FUNC_READ_BYTE) || has(I2cRequests.FUNC_QUICK);
    }

    /** A register, in one transfer, without looking for others where nobody is there. */
    synchronized byte[] peek(int address, int register, int count) throws KernelException {
        kernel.ioctl(descriptor, I2cRequests.SLAVE, address);
        byte[] written = {(byte) register};
        return has(I2cRequests.FUNC_I2C) ? plain(address, written, count) : smbus(written, count);
    }

    /** Documentation/i2c/fault-codes.rst, and what adapters really give. */
    private static boolean isNak(Errno errno) {
        return errno.equals(Errno.ENXIO)
                || errno.equals(Errno.EREMOTEIO)
                || errno.equals(Errno.ENODEV);
    }

    private I2cException wedged(int address, KernelException e) {
        return failed(Reason.TIMEOUT, what(address, e), e.errno(), FREE_IT);
    }

    private String what(int address, KernelException e) {
        return "0x%02x on bus %s: %s".formatted(address, bus, e.getMessage());
    }

    private I2cException failure(int address, KernelException e) {
        String what = what(address, e);
        Errno errno = e.errno();
        if (isNak(errno)) {
            return failed(Reason.NAK, what, errno, scan.hint(address, this, holders));
        }
        if (errno.equals(Errno.EBUSY)) {
            return holders.of(address)
                    .map(holder ->
                            new I2cException(
                                    Reason.HELD,
                                    "0x%02x on bus %s is held by the kernel's own driver %s: read the chip through that (driver = \"iio\" or \"hwmon\"), or take its dtoverlay out of /boot/firmware/config.txt and restart (EBUSY)"
                                            .formatted(address, bus, holder)))
                    .orElseGet(() ->
                            failed(
                                    Reason.IO,
                                    what,
                                    errno,
                                    "something in the kernel has the address or the bus; see dmesg"));
        }
        if (errno.equals(Errno.ETIMEDOUT)) {
            return wedged(address, e);
        }
        if (errno.equals(Errno.EACCES) || errno.equals(Errno.EPERM)) {
            return failed(Reason.DENIED, what, errno, "");
        }
        return failed(
                Reason.IO,
                what,
                errno,
                errno.equals(Errno.EOPNOTSUPP) || errno.equals(Errno.EINVAL)
                        ? "this adapter can't do it; connect the chip to another bus"
                        : "check the wires and the pull-ups, shorten the wires or lower the bus speed");
    }

    private static I2cException failed(Reason reason, String what, Errno errno, String hint) {
        return new I2cException(reason, what, errno.toString(), hint);
    }
}
