package io.pipit.drivers.linux.kernel;

/**
 * An error number of the kernel. The numbers are the same on x86 and ARM ({@code
 * asm-generic/errno.h}).
 *
 * @param number as in {@code errno}
 */
public record Errno(int number) {

    public static final Errno EPERM = new Errno(1);
    public static final Errno ENOENT = new Errno(2);
    public static final Errno EINTR = new Errno(4);
    public static final Errno EIO = new Errno(5);
    public static final Errno ENXIO = new Errno(6);
    public static final Errno EBADF = new Errno(9);
    public static final Errno EAGAIN = new Errno(11);
    public static final Errno EACCES = new Errno(13);
    public static final Errno EBUSY = new Errno(16);
    public static final Errno ENODEV = new Errno(19);
    public static final Errno EINVAL = new Errno(22);
    public static final Errno ENOTTY = new Errno(25);
    public static final Errno EMSGSIZE = new Errno(90);
    public static final Errno EOPNOTSUPP = new Errno(95);
    public static final Errno ETIMEDOUT = new Errno(110);
    public static final Errno EREMOTEIO = new Errno(121);

    /** Its name and what it means, where it is one that drivers of the kernel give. */
    @Override
    public String toString() {
        return switch (number) {
            case 1 -> "EPERM, not permitted";
            case 2 -> "ENOENT, no such file";
            case 4 -> "EINTR, interrupted";
            case 5 -> "EIO, input or output error";
            case 6 -> "ENXIO, no such address";
            case 9 -> "EBADF, closed already";
            case 11 -> "EAGAIN, nothing yet, or the bus was lost to another master";
            case 12 -> "ENOMEM, no memory";
            case 13 -> "EACCES, permission denied";
            case 16 -> "EBUSY, in use";
            case 19 -> "ENODEV, no such device";
            case 22 -> "EINVAL, not possible there";
            case 23 -> "ENFILE, too many open files on this machine";
            case 24 -> "EMFILE, too many open files";
            case 25 -> "ENOTTY, not a device of this kind";
            case 71 -> "EPROTO, protocol error";
            case 74 -> "EBADMSG, wrong checksum";
            case 90 -> "EMSGSIZE, too long";
            case 95 -> "EOPNOTSUPP, not supported by this adapter";
            case 108 -> "ESHUTDOWN, shut down";
            case 110 -> "ETIMEDOUT, timed out";
            case 121 -> "EREMOTEIO, no acknowledge";
            default -> "errno " + number;
        };
    }
}
