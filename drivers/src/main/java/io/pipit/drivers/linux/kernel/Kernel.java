package io.pipit.drivers.linux.kernel;

/**
 * The system calls that reach hardware, one method each, as in section 2 of the manual. May be
 * called on any thread; a call blocks as long as the kernel does.
 */
public interface Kernel {

    int O_RDONLY = 0;
    int O_RDWR = 2;
    int O_NOCTTY = 0x100;
    int O_NONBLOCK = 0x800;
    int O_CLOEXEC = 0x80000;

    short POLLIN = 1;

    /** {@code struct pollfd}: fd, events, revents. */
    int POLLFD_BYTES = 8;

    /** What the structs are laid out for. */
    Word word();

    /** Opens a device; the descriptor is to be closed. */
    int open(String path, int flags) throws KernelException;

    /** An ioctl with a pointer to a struct, which the kernel may change. */
    int ioctl(int descriptor, long request, Struct argument) throws KernelException;

    /** An ioctl with a number. */
    int ioctl(int descriptor, long request, long argument) throws KernelException;

    /** Reads what there is, at most as much as fits; gives how many bytes. */
    int read(int descriptor, Struct into) throws KernelException;

    /** Writes; gives how many bytes. */
    int write(int descriptor, Struct from) throws KernelException;

    /**
     * Waits for descriptors.
     *
     * @param descriptors an array of {@code struct pollfd}
     * @param timeoutMs negative for as long as it takes
     * @return how many have something
     */
    int poll(Struct descriptors, int timeoutMs) throws KernelException;

    /** A counter to write to, which wakes {@link #poll}; non-blocking. */
    int eventfd() throws KernelException;

    /** Closes a descriptor; does not fail, since it is closed in any case. */
    void close(int descriptor);
}
