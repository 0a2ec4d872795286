package io.pipit.drivers.linux.kernel;

/**
 * Numbers of ioctl requests, put together as {@code asm-generic/ioctl.h} does: it holds for x86 and
 * ARM of both word sizes. Unsigned 32 bits.
 */
public final class Ioctl {

    private static final long WRITE = 1;
    private static final long READ = 2;
    private static final int SIZE_MAX = (1 << 14) - 1;

    private Ioctl() {}

    /** {@code _IOW}: the kernel reads an argument of this size. */
    public static long writing(int type, int number, int size) {
        return request(WRITE, type, number, size);
    }

    /** {@code _IOR}: the kernel writes it. */
    public static long reading(int type, int number, int size) {
        return request(READ, type, number, size);
    }

    /** {@code _IOWR}: both. */
    public static long exchanging(int type, int number, int size) {
        return request(READ | WRITE, type, number, size);
    }

    private static long request(long direction, int type, int number, int size) {
        if (size > SIZE_MAX) {
            throw new IllegalArgumentException(size + " bytes are too many for an ioctl");
        }
        return direction << 30 | (long) size << 16 | (long) type << 8 | number;
    }
}
