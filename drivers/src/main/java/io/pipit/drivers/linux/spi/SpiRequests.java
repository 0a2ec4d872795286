package io.pipit.drivers.linux.spi;

import io.pipit.drivers.linux.kernel.Ioctl;
import io.pipit.drivers.linux.kernel.Struct;

/** The requests of spidev and their structs (linux/spi/spidev.h). */
final class SpiRequests {

    private static final int MAGIC = 'k';

    /** {@code struct spi_ioc_transfer}; the same on all words, its addresses being 64-bit. */
    static final int TRANSFER_BYTES = 32;

    static final int BITS_PER_WORD = 8;

    /** {@code SPI_IOC_WR_MODE}. */
    static final long MODE = Ioctl.writing(MAGIC, 1, 1);

    /** {@code SPI_IOC_WR_BITS_PER_WORD}. */
    static final long BITS = Ioctl.writing(MAGIC, 3, 1);

    /** {@code SPI_IOC_WR_MAX_SPEED_HZ}. */
    static final long SPEED = Ioctl.writing(MAGIC, 4, 4);

    private static final int DELAY_MICROS_MAX = 0xFFFF;

    private SpiRequests() {}

    /** {@code SPI_IOC_MESSAGE(n)}: so many transfers, the chip being selected all the while. */
    static long message(int transfers) {
        return Ioctl.writing(MAGIC, 0, transfers * TRANSFER_BYTES);
    }

    /** One transfer of a message. Either buffer may have no bytes; else they are of one length. */
    static void transfer(
            Struct message, int index, Struct sent, Struct received, int hertz, int delayMicros) {
        int at = index * TRANSFER_BYTES;
        if (sent.size() > 0) {
            message.putPointer(at, sent);
        }
        if (received.size() > 0) {
            message.putPointer(at + 8, received);
        }
        message.putInt(at + 16, Math.max(sent.size(), received.size()))
                .putInt(at + 20, hertz)
                .putShort(at + 24, Math.min(delayMicros, DELAY_MICROS_MAX))
                .putByte(at + 26, BITS_PER_WORD);
    }
}
