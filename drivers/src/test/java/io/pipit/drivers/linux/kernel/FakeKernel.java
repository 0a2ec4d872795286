package io.pipit.drivers.linux.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A kernel with devices that a test makes up. Remembers what is open. Only {@link #poll} waits, for
 * something to be readable.
 */
public final class FakeKernel implements Kernel {

    /** Something that can be opened. */
    public interface Device {
        /** An ioctl with a struct. */
        int ioctl(long request, Struct argument) throws KernelException;

        /** An ioctl with a number. */
        default int ioctl(long request, long argument) throws KernelException {
            throw failing(Errno.ENOTTY);
        }

        /** What is there to read now; null for nothing yet. */
        default byte @Nullable [] read() throws KernelException {
            return null;
        }

        /** Takes bytes; gives how many. */
        default int write(byte[] bytes) throws KernelException {
            throw failing(Errno.EINVAL);
        }

        /** What poll says besides. */
        default int events() {
            return 0;
        }

        /** The last descriptor to it was closed. */
        default void closed() {}
    }

    private static final class Counter implements Device {
        private long value;

        @Override
        public int ioctl(long request, Struct argument) throws KernelException {
            throw failing(Errno.ENOTTY);
        }

        @Override
        public byte @Nullable [] read() {
            if (value == 0) {
                return null;
            }
            byte[] bytes = Struct.ofSize(8).putLong(0, value).toBytes();
            value = 0;
            return bytes;
        }

        @Override
        public int events() {
            return value > 0 ? POLLIN : 0;
        }
    }

    private final Word word;
    private final Map<String, Device> devices = new HashMap<>();
    private final Map<String, Errno> refused = new HashMap<>();
    private final Map<Integer, Device> open = new TreeMap<>();
    private final List<String> opened = new ArrayList<>();
    private int next = 3;
    private boolean timeStands;
    private int waiting;
    private long stirred;
    private long timedOut;

    public FakeKernel(Word word) {
        this.word = word;
    }

    /** The failure of a call. */
    public static KernelException failing(Errno errno) {
        return new KernelException("fake", errno);
    }

    public synchronized void plug(String path, Device device) {
        devices.put(path, device);
        refused.remove(path);
    }

    public synchronized void refuse(String path, Errno errno) {
        refused.put(path, errno);
    }

    /** How many descriptors are open. */
    public synchronized int openCount() {
        return open.size();
    }

    /** All that was ever opened. */
    public synchronized List<String> opened() {
        return List.copyOf(opened);
    }

    /** A descriptor that a device hands out. */
    public synchronized int handOut(Device device) {
        open.put(next, device);
        return next++;
    }

    /** Something may be readable now. */
    public synchronized void stir() {
        stirred++;
        notifyAll();
    }

    /**
     * From now on no time passes: a wait with a limit lasts until {@link #timeOut} ends it. Before,
     * it ends at once.
     */
    public synchronized void stopTime() {
        timeStands = true;
    }

    /** Until somebody waits in poll. */
    public synchronized void awaitWaiting() throws InterruptedException {
        while (waiting == 0) {
            wait();
        }
    }

    /** The limits of all waits that have one are over. */
    public synchronized void timeOut() {
        timedOut++;
        notifyAll();
    }

    private synchronized Device device(int descriptor) throws KernelException {
        Device device = open.get(descriptor);
        if (device == null) {
            throw failing(Errno.EBADF);
        }
        return device;
    }

    @Override
    public Word word() {
        return word;
    }

    @Override
    public synchronized int open(String path, int flags) throws KernelException {
        if (refused.containsKey(path)) {
            throw new KernelException("open " + path, refused.get(path));
        }
        Device device = devices.get(path);
        if (device == null) {
            throw new KernelException("open " + path, Errno.ENOENT);
        }
        opened.add(path);
        return handOut(device);
    }

    @Override
    public int ioctl(int descriptor, long request, Struct argument) throws KernelException {
        return device(descriptor).ioctl(request, argument);
    }

    @Override
    public int ioctl(int descriptor, long request, long argument) throws KernelException {
        return device(descriptor).ioctl(request, argument);
    }

    @Override
    public synchronized int read(int descriptor, Struct into) throws KernelException {
        byte[] bytes = device(descriptor).read();
        if (bytes == null) {
            throw failing(Errno.EAGAIN);
        }
        for (int i = 0; i < bytes.length; i++) {
            into.putByte(i, bytes[i]);
        }
        return bytes.length;
    }

    @Override
    public synchronized int write(int descriptor, Struct from) throws KernelException {
        if (device(descriptor) instanceof Counter counter) {
            counter.value += from.longAt(0);
            stir();
            return from.size();
        }
        return device(descriptor).write(from.toBytes());
    }

    @Override
    public synchronized int poll(Struct descriptors, int timeoutMs) {
        boolean over = timeoutMs >= 0 && !timeStands;
        while (true) {
            int ready = 0;
            for (int at = 0; at < descriptors.size(); at += POLLFD_BYTES) {
                Device device = open.get(descriptors.intAt(at));
                // POLLNVAL where it is not open.
                int events = device == null ? 0x20 : device.events();
                descriptors.putShort(at + 6, events);
                ready += events == 0 ? 0 : 1;
            }
            if (ready > 0 || over) {
                return ready;
            }
            long stirredBefore = stirred;
            long timedOutBefore = timedOut;
            waiting++;
            notifyAll();
            try {
                // As the kernel: who isn't woken doesn't look.
                while (stirred == stirredBefore && !over) {
                    wait();
                    over = timeoutMs >= 0 && timedOut != timedOutBefore;
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                waiting--;
            }
        }
    }

    @Override
    public synchronized int eventfd() {
        return handOut(new Counter());
    }

    @Override
    public synchronized void close(int descriptor) {
        Device device = open.remove(descriptor);
        if (device != null && !open.containsValue(device)) {
            device.closed();
        }
        stir();
    }
}
