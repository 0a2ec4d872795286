package io.pipit.drivers.linux.tty;

import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.tty.SerialException;
import io.pipit.drivers.tty.SerialPort;
import java.io.EOFException;
import java.time.Duration;
import java.util.Arrays;

/** An open terminal of the kernel. May be closed on any thread. */
final class LinuxSerialPort implements SerialPort {

    /** A wait in the kernel does not notice an interrupt, so that it is cut into pieces. */
    private static final long SLICE_MS = 200;

    private static final int READ_BYTES_MAX = 4096;

    private final Kernel kernel;
    private final int descriptor;
    private final String path;
    private final Runnable onClose;
    private boolean closed;

    LinuxSerialPort(Kernel kernel, int descriptor, String path, Runnable onClose) {
        this.kernel = kernel;
        this.descriptor = descriptor;
        this.path = path;
        this.onClose = onClose;
    }

    @Override
    public int read(byte[] into, Duration timeout) throws SerialException, InterruptedException {
        long leftMs = timeout.toMillis();
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for " + path);
            }
            long slice = Math.clamp(leftMs, 0, SLICE_MS);
            int count = readWithin(into, (int) slice);
            leftMs -= slice;
            if (count > 0 || leftMs <= 0) {
                return count;
            }
        }
    }

    private synchronized int readWithin(byte[] into, int timeoutMs) throws SerialException {
        Struct polled =
                Struct.ofSize(Kernel.POLLFD_BYTES).putInt(0, open()).putShort(4, Kernel.POLLIN);
        try {
            if (kernel.poll(polled, timeoutMs) == 0) {
                return 0;
            }
            // Where it was hung up this says so.
            Struct bytes = Struct.ofSize(Math.min(into.length, READ_BYTES_MAX));
            int count = kernel.read(descriptor, bytes);
            if (count == 0) {
                throw new SerialException(unplugged(), true, new EOFException(path));
            }
            System.arraycopy(bytes.toBytes(), 0, into, 0, count);
            return count;
        } catch (KernelException e) {
            if (e.errno().equals(Errno.EAGAIN) || e.errno().equals(Errno.EINTR)) {
                return 0;
            }
            throw failure(e);
        }
    }

    @Override
    public synchronized void write(byte[] bytes) throws SerialException {
        int sent = 0;
        try {
            while (sent < bytes.length) {
                byte[] rest = Arrays.copyOfRange(bytes, sent, bytes.length);
                sent += kernel.write(open(), Struct.over(rest));
            }
        } catch (KernelException e) {
            throw failure(e);
        }
    }

    @Override
    public synchronized void discard() throws SerialException {
        try {
            kernel.ioctl(open(), TtyRequests.FLUSH, TtyRequests.INPUT);
        } catch (KernelException e) {
            throw failure(e);
        }
    }

    private int open() throws SerialException {
        if (closed) {
            throw new SerialException(path + " was closed", true, new IllegalStateException());
        }
        return descriptor;
    }

    private SerialException failure(KernelException e) {
        Errno errno = e.errno();
        if (errno.equals(Errno.EIO) || errno.equals(Errno.ENXIO) || errno.equals(Errno.ENODEV)) {
            return new SerialException("%s (%s)".formatted(unplugged(), errno), true, e);
        }
        if (errno.equals(Errno.EAGAIN)) {
            return new SerialException(
                    path + " takes no more bytes: it does not send what it was given", false, e);
        }
        return new SerialException(path + " failed: " + e.getMessage(), false, e);
    }

    private String unplugged() {
        return "nothing is behind %s any more: plug the adapter in again, and check its power and cable"
                .formatted(path);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            kernel.close(descriptor);
        }
        onClose.run();
    }
}
