package io.pipit.drivers.linux.tty;

import io.pipit.drivers.linux.kernel.Ioctl;
import io.pipit.drivers.linux.kernel.Struct;

/**
 * The requests of terminals and their struct (asm-generic/termbits.h, asm-generic/ioctls.h); they
 * are the same on x86 and ARM of both word sizes.
 */
final class TtyRequests {

    /** {@code struct termios2}. */
    static final int TERMIOS_BYTES = 44;

    private static final int MAGIC = 'T';

    /** {@code TCGETS2}. */
    static final long GET = Ioctl.reading(MAGIC, 0x2A, TERMIOS_BYTES);

    /** {@code TCSETS2}: at once, without waiting for what is still to be sent. */
    static final long SET = Ioctl.writing(MAGIC, 0x2B, TERMIOS_BYTES);

    /** {@code TCFLSH}; older than the scheme of the others. */
    static final long FLUSH = 0x540B;

    /** {@code TIOCEXCL}: nobody else opens it, root excepted. */
    static final long EXCLUSIVE = 0x540C;

    /** {@code TCIFLUSH}. */
    static final long INPUT = 0;

    /** {@code CS8}, {@code CREAD}, {@code CLOCAL}, {@code BOTHER}: the speed is a number. */
    private static final int EIGHT_BITS = 0x30 | 0x80 | 0x800 | 0x1000;

    private static final int CONTROL_FLAGS_AT = 8;
    private static final int VMIN_AT = 17 + 6;
    private static final int INPUT_SPEED_AT = 36;
    private static final int OUTPUT_SPEED_AT = 40;

    private TtyRequests() {}

    /** An empty {@code struct termios2}. */
    static Struct termios() {
        return Struct.ofSize(TERMIOS_BYTES);
    }

    /**
     * Bytes as they are, both ways. A read that finds none says so, since one that gives zero bytes
     * is what a port that was hung up does.
     */
    static Struct raw(int baud) {
        return termios()
                .putInt(CONTROL_FLAGS_AT, EIGHT_BITS)
                .putByte(VMIN_AT, 1)
                .putInt(INPUT_SPEED_AT, baud)
                .putInt(OUTPUT_SPEED_AT, baud);
    }

    /** The speed in bits a second at which it sends. */
    static int baud(Struct termios) {
        return termios.intAt(OUTPUT_SPEED_AT);
    }
}
