package io.pipit.drivers.linux.kernel;

/** A system call failed. */
public final class KernelException extends Exception {

    private static final long serialVersionUID = 1;

    private final transient Errno errno;

    /**
     * @param call what was called, and on what
     */
    public KernelException(String call, Errno errno) {
        super(call + ": " + errno);
        this.errno = errno;
    }

    /** Why. */
    public Errno errno() {
        return errno;
    }
}
