package io.pipit.host;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps the core: takes events, lets the core do what is due, and sleeps in between. It has the
 * thread {@code node-loop}; but a thread of the {@link Relay} that brings an event while nobody
 * steps the core does that itself. An event that throws is counted and named once for each kind,
 * and the next one is taken; where the JVM itself is at its end, it is run with {@code
 * -XX:+ExitOnOutOfMemoryError}.
 */
public final class NodeLoop implements AutoCloseable, Relay.Leg {
    /** The core, as the loop sees it. One thread at a time calls it, and sees what others did. */
    public interface Handler {
        /** One event. */
        void handle(Event event);

        /** After up to {@link #BATCH_MAX} events that waited together: send what they made. */
        void endOfBatch();

        /** Do what is due by time. */
        void tick();

        /**
         * When {@link #tick} is wanted next, on the monotonic clock; {@link Long#MAX_VALUE} for
         * not.
         */
        long nextDeadlineNanos();
    }

    /** Events taken before {@link Handler#endOfBatch}. */
    public static final int BATCH_MAX = 256;

    /** Batches that a thread of the relay takes before it leaves the rest to the own one. */
    static final int CARRIED_MAX = 4;

    private static final Logger LOG = LoggerFactory.getLogger(NodeLoop.class);

    /** So long the loop sleeps at the most: by waking it shows the watchdog that it can. */
    private static final long SLEEP_NANOS_MAX = Duration.ofSeconds(5).toNanos();

    private static final long SLEEP_AFTER_FAILURE_NANOS = Duration.ofMillis(100).toNanos();

    private final BoundedInbox inbox;
    private final Handler handler;
    private final TimeSource time;
    private final Counter failures;
    private final Thread thread;

    /** Whose turn it is to step the core. */
    private final ReentrantLock turn = new ReentrantLock();

    private final Set<String> said = new HashSet<>();
    private final List<Event> batch = new ArrayList<>(BATCH_MAX);
    private volatile boolean started;
    private volatile boolean stopping;
    private volatile boolean ended;
    private volatile boolean busy;
    private volatile long busySinceNanos;

    /** Until when the thread sleeps, on the monotonic clock. */
    private volatile long asleepUntilNanos = Long.MAX_VALUE;

    /** Made, not yet started. */
    public NodeLoop(
            BoundedInbox inbox,
            Handler handler,
            TimeSource time,
            ThreadFactory threads,
            Relay relay,
            Metrics metrics) {
        this.inbox = inbox;
        this.handler = handler;
        this.time = time;
        this.failures =
                metrics.counter(
                        "pipit_loop_failures",
                        "Events and ticks at which the node loop caught an exception.");
        this.thread = threads.newThread(this::run);
        inbox.askWhoCarries(() -> turn.isHeldByCurrentThread() || relay.takes(this));
        metrics.gauge(
                "pipit_loop_busy_seconds",
                "How long the node loop has been at what it does just now.",
                () -> busyNanos() / 1e9);
    }

    /** Starts the thread. */
    public void start() {
        started = true;
        thread.start();
    }

    private void run() {
        try {
            while (!stopping) {
                takeTurn();
                inbox.await(asleepUntilNanos);
            }
            // What was said before the stop is still heard, but nothing for ever.
            for (int left = inbox.size(); left > 0; left -= BATCH_MAX) {
                takeTurn();
            }
        } finally {
            end();
        }
    }

    /** Nobody steps the core after this. */
    private void end() {
        turn.lock();
        try {
            ended = true;
        } finally {
            turn.unlock();
        }
    }

    private void takeTurn() {
        turn.lock();
        try {
            asleepUntilNanos = step();
        } finally {
            turn.unlock();
        }
    }

    /** On a thread that brought an event. */
    @Override
    public void runIfFree() {
        // Who waits for the turn does it: else, where much comes, the thread would wait for ever.
        for (int turns = 0;
                inbox.size() > 0
                        && started
                        && !stopping
                        && !turn.hasQueuedThreads()
                        && turn.tryLock();
                turns++) {
            long nextNanos;
            try {
                if (ended || turns == CARRIED_MAX) {
                    break;
                }
                nextNanos = step();
            } finally {
                turn.unlock();
            }
            if (nextNanos < asleepUntilNanos) {
                inbox.wake();
            }
        }
        if (inbox.size() > 0) {
            inbox.wake();
        }
    }

    private long wakeUpNanos() {
        long now = time.monotonicNanos();
        try {
            long next = handler.nextDeadlineNanos();
            return next == Long.MAX_VALUE
                    ? now + SLEEP_NANOS_MAX
                    : Math.min(next, now + SLEEP_NANOS_MAX);
        } catch (RuntimeException | Error e) {
            failed("nextDeadlineNanos", e);
            return now + SLEEP_AFTER_FAILURE_NANOS;
        }
    }

    /**
     * One round without waiting: a batch of what is there, and what is due.
     *
     * @return when the next one is wanted, on the monotonic clock, if nothing comes before
     */
    long step() {
        busySinceNanos = time.monotonicNanos();
        busy = true;
        try {
            if (inbox.drain(batch, BATCH_MAX) > 0) {
                for (Event event : batch) {
                    guarded(event.getClass().getSimpleName(), () -> handler.handle(event));
                }
                batch.clear();
                guarded("endOfBatch", handler::endOfBatch);
            }
            if (isDue() && !guarded("tick", handler::tick) && isDue()) {
                // It would be due again at once, and fail again.
                return time.monotonicNanos() + SLEEP_AFTER_FAILURE_NANOS;
            }
            return wakeUpNanos();
        } finally {
            busy = false;
        }
    }

    private boolean isDue() {
        try {
            return handler.nextDeadlineNanos() <= time.monotonicNanos();
        } catch (RuntimeException | Error e) {
            failed("nextDeadlineNanos", e);
            return false;
        }
    }

    private boolean guarded(String kind, Runnable work) {
        try {
            work.run();
            return true;
        } catch (RuntimeException | Error e) {
            failed(kind, e);
            return false;
        }
    }

    private void failed(String kind, Throwable cause) {
        failures.increment();
        // The kinds are a handful, and so are the exceptions: no bound is needed.
        if (said.add(kind + cause.getClass().getName())) {
            LOG.error(
                    "the node loop caught {} at {} and goes on; the next of this kind are only counted",
                    cause.toString(),
                    kind,
                    cause);
        }
    }

    /**
     * For the watchdog: how long the loop has been at what it does just now or, while it sleeps,
     * how long ago its thread should have woken. {@link Long#MAX_VALUE} where that ended without
     * having been told.
     */
    public long busyNanos() {
        if (ended) {
            return stopping ? 0 : Long.MAX_VALUE;
        }
        if (busy) {
            return Math.max(0, time.monotonicNanos() - busySinceNanos);
        }
        long until = asleepUntilNanos;
        return until == Long.MAX_VALUE ? 0 : Math.max(0, time.monotonicNanos() - until);
    }

    /**
     * Ends the loop after what waits already, and waits for that.
     *
     * @return false where it didn't end in this time
     */
    public boolean stop(Duration atMost) throws InterruptedException {
        stopping = true;
        inbox.wake();
        return thread.join(atMost);
    }

    /** {@link #stop} within 5 s. */
    @Override
    public void close() {
        try {
            if (!stop(Duration.ofSeconds(5))) {
                LOG.warn("the node loop didn't end within 5 s and is left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
