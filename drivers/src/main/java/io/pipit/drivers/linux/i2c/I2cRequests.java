package io.pipit.drivers.linux.i2c;

import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.linux.kernel.Word;

/** The requests of i2c-dev and their structs (linux/i2c-dev.h, linux/i2c.h). */
final class I2cRequests {

    /** How often a transfer is tried again where another master had the bus; for the adapter. */
    static final long RETRIES = 0x0701;

    /** How long a transfer may take, in units of 10 ms; holds for the adapter. */
    static final long TIMEOUT = 0x0702;

    /** The address that SMBus transfers go to; refused where a driver of the kernel has it. */
    static final long SLAVE = 0x0703;

    /** What the adapter can do, an {@code unsigned long}. */
    static final long FUNCS = 0x0705;

    static final long RDWR = 0x0707;
    static final long SMBUS = 0x0720;

    static final long FUNC_I2C = 0x0000_0001;
    static final long FUNC_QUICK = 0x0001_0000;
    static final long FUNC_READ_BYTE = 0x0002_0000;
    static final long FUNC_WRITE_BYTE = 0x0004_0000;
    static final long FUNC_READ_BYTE_DATA = 0x0008_0000;
    static final long FUNC_WRITE_BYTE_DATA = 0x0010_0000;
    static final long FUNC_READ_WORD_DATA = 0x0020_0000;
    static final long FUNC_WRITE_WORD_DATA = 0x0040_0000;
    static final long FUNC_READ_BLOCK = 0x0400_0000;
    static final long FUNC_WRITE_BLOCK = 0x0800_0000;

    static final int QUICK = 0;
    static final int BYTE = 1;
    static final int BYTE_DATA = 2;
    static final int WORD_DATA = 3;

    /**
     * {@code I2C_SMBUS_I2C_BLOCK_DATA}: as many bytes as asked for, without a count on the wire.
     */
    static final int BLOCK = 8;

    static final int BLOCK_BYTES_MAX = 32;

    /** {@code union i2c_smbus_data}. */
    static final int DATA_BYTES = 34;

    private static final int FLAG_READ = 1;

    private I2cRequests() {}

    /**
     * {@code struct i2c_rdwr_ioctl_data} with one or two {@code struct i2c_msg}: what is written,
     * where it is not empty, then what is read, where that is not empty.
     */
    static Struct transfer(Word word, int address, Struct written, Struct read) {
        int count = (written.size() > 0 || read.size() == 0 ? 1 : 0) + (read.size() > 0 ? 1 : 0);
        // Two shorts and one more, then a pointer, aligned: at 8 on both words.
        int size = 8 + word.bytes();
        Struct messages = Struct.ofSize(count * size);
        if (count == 2 || read.size() == 0) {
            message(messages, 0, address, 0, written);
        }
        if (read.size() > 0) {
            message(messages, (count - 1) * size, address, FLAG_READ, read);
        }
        return Struct.ofSize(2 * word.bytes()).putPointer(0, messages).putInt(word.bytes(), count);
    }

    private static void message(Struct messages, int at, int address, int flags, Struct buffer) {
        messages.putShort(at, address)
                .putShort(at + 2, flags)
                .putShort(at + 4, buffer.size())
                .putPointer(at + 8, buffer);
    }

    /** {@code struct i2c_smbus_ioctl_data}. */
    static Struct smbus(Word word, boolean read, int command, int size, Struct data) {
        return Struct.ofSize(8 + word.bytes())
                .putByte(0, read ? 1 : 0)
                .putByte(1, command)
                .putInt(4, size)
                .putPointer(8, data);
    }
}
