package io.pipit.drivers.linux.gpio;

import io.pipit.drivers.line.Edge;
import io.pipit.drivers.line.EdgeListener;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits for edges of all lines on one thread, which there is only while there are lines. May be
 * called on any thread; listeners are called on the one, and on no other.
 */
public final class EdgeWatch {

    /** Lines at once; the header has 28. */
    static final int LINES_MAX = 128;

    /** Edges taken at once of a line, before the others have their turn. */
    private static final int EDGES_AT_ONCE = 16;

    /**
     * How long it waits at most before it looks whether the lines are there still. Of a chip that
     * is gone poll says that it hung up, but a kernel such as 6.1 wakes nobody for that who waits
     * in it already.
     */
    private static final Duration LOOK_AFTER = Duration.ofSeconds(30);

    private static final Duration LEAVE_MAX = Duration.ofSeconds(1);
    private static final int COUNTER_BYTES = 8;

    private static final class Watched {
        private final GpioLine line;
        private final EdgeListener listener;
        private int last;
        private boolean gone;

        Watched(GpioLine line, EdgeListener listener) {
            this.line = line;
            this.listener = listener;
        }
    }

    private final Kernel kernel;
    private final ThreadFactory threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final Map<Integer, Watched> lines = new TreeMap<>();
    private @Nullable Thread thread;
    private int waker = -1;

    /** How often the thread came out of its wait. */
    private long rounds;

    private boolean waiting;

    public EdgeWatch(Kernel kernel, ThreadFactory threads) {
        this.kernel = kernel;
        this.threads = threads;
    }

    /** Tells of a line's edges from now on. */
    void add(GpioLine line, EdgeListener listener) throws KernelException {
        lock.lock();
        try {
            if (lines.size() >= LINES_MAX) {
                throw new KernelException(
                        "more than " + LINES_MAX + " lines with edges", new Errno(24));
            }
            if (thread == null) {
                waker = kernel.eventfd();
            }
            lines.put(line.descriptor(), new Watched(line, listener));
            if (thread == null) {
                Thread made = threads.newThread(this::run);
                thread = made;
                made.start();
            } else {
                wake();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells no more of a line: when this returns its listener is not called any more, and the
     * kernel's wait has let go of it, so that closing it gives it back.
     */
    void remove(GpioLine line) {
        lock.lock();
        try {
            if (lines.remove(line.descriptor()) == null || thread == Thread.currentThread()) {
                return;
            }
            wake();
            long seen = rounds;
            long nanos = LEAVE_MAX.toNanos();
            while (waiting && rounds == seen && nanos > 0) {
                nanos = left.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        try {
            kernel.write(waker, Struct.ofSize(COUNTER_BYTES).putLong(0, 1));
        } catch (KernelException e) {
            // EAGAIN: it was told so often that it knows.
        }
    }

    private void run() {
        for (Struct polled = next(); polled != null; polled = next()) {
            @Nullable Errno failure = null;
            try {
                kernel.poll(polled, (int) LOOK_AFTER.toMillis());
            } catch (KernelException e) {
                failure = e.errno();
            }
            lock.lock();
            try {
                waiting = false;
                rounds++;
                left.signalAll();
                if (failure == null) {
                    take(polled);
                } else if (!failure.equals(Errno.EINTR)) {
                    String reason = failure.toString();
                    lines.values().forEach(watched -> end(watched, reason));
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** What to wait for; null where there is nothing any more. */
    private @Nullable Struct next() {
        lock.lock();
        try {
            List<Integer> descriptors = new ArrayList<>();
            descriptors.add(waker);
            lines.forEach((descriptor, watched) -> {
                if (!watched.gone) {
                    descriptors.add(descriptor);
                }
            });
            if (descriptors.size() == 1) {
                kernel.close(waker);
                thread = null;
                return null;
            }
            Struct polled = Struct.ofSize(descriptors.size() * Kernel.POLLFD_BYTES);
            for (int i = 0; i < descriptors.size(); i++) {
                polled.putInt(i * Kernel.POLLFD_BYTES, descriptors.get(i))
                        .putShort(i * Kernel.POLLFD_BYTES + 4, Kernel.POLLIN);
            }
            waiting = true;
            return polled;
        } finally {
            lock.unlock();
        }
    }

    private void take(Struct polled) {
        for (int at = 0; at < polled.size(); at += Kernel.POLLFD_BYTES) {
            int events = polled.shortAt(at + 6);
            int descriptor = polled.intAt(at);
            if (events == 0) {
                continue;
            }
            if (descriptor == waker) {
                drainWaker();
                continue;
            }
            Watched watched = lines.get(descriptor);
            if (watched == null) {
                continue;
            }
            if ((events & Kernel.POLLIN) != 0) {
                read(watched);
            } else {
                end(watched, "its chip is gone");
            }
        }
    }

    private void drainWaker() {
        try {
            kernel.read(waker, Struct.ofSize(COUNTER_BYTES));
        } catch (KernelException e) {
            // Somebody was faster.
        }
    }

    private void read(Watched watched) {
        Struct events = Struct.ofSize(EDGES_AT_ONCE * GpioRequests.EVENT_BYTES);
        int bytes;
        try {
            bytes = kernel.read(watched.line.descriptor(), events);
        } catch (KernelException e) {
            if (!e.errno().equals(Errno.EAGAIN) && !e.errno().equals(Errno.EINTR)) {
                end(watched, e.errno().toString());
            }
            return;
        }
        for (int at = 0; at + GpioRequests.EVENT_BYTES <= bytes; at += GpioRequests.EVENT_BYTES) {
            int number = GpioRequests.eventNumber(events, at);
            // Numbers of 32 bits that go round.
            long lost = Integer.toUnsignedLong(number - watched.last - 1);
            watched.last = number;
            tell(
                    watched,
                    new Edge(
                            GpioRequests.eventNanos(events, at),
                            GpioRequests.eventRises(events, at),
                            lost));
        }
    }

    private static void tell(Watched watched, Edge edge) {
        try {
            watched.listener.edge(edge);
        } catch (RuntimeException e) {
            end(watched, e.toString());
        }
    }

    private static void end(Watched watched, String reason) {
        if (watched.gone) {
            return;
        }
        watched.gone = true;
        try {
            watched.listener.failed(watched.line.name() + " tells of no more edges: " + reason);
        } catch (RuntimeException e) {
            // One listener that throws must not cost the other lines their edges.
        }
    }
}
