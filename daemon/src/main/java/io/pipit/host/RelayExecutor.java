package io.pipit.host;

import io.pipit.monitor.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one at a time and in order, on the threads of a {@link Relay} that bring them or else
 * on one of its own, on which the timers are too. What a task throws is counted and named.
 * Thread-safe.
 */
public final class RelayExecutor extends AbstractExecutorService
        implements ScheduledExecutorService, Relay.Leg {
    /** Tasks that a thread of the relay runs before it leaves the rest to the own one. */
    static final int CARRIED_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(RelayExecutor.class);

    private final Relay relay;
    private final Executor carrier;
    private final Counter died;
    private final ScheduledThreadPoolExecutor own;
    private final ReentrantLock turn = new ReentrantLock();
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean called = new AtomicBoolean();

    /**
     * @param relay whose threads run what they bring
     * @param carrier what the thread of its own runs in
     * @param threads makes that thread
     * @param died counts tasks that ended by an exception
     */
    public RelayExecutor(Relay relay, Executor carrier, ThreadFactory threads, Counter died) {
        this.relay = relay;
        this.carrier = carrier;
        this.died = died;
        own = new ScheduledThreadPoolExecutor(1, threads);
        own.setRemoveOnCancelPolicy(true);
        own.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Tasks that wait, timers among them. */
    public int size() {
        return count.get() + own.getQueue().size();
    }

    @Override
    public void execute(Runnable task) {
        if (own.isShutdown()) {
            throw new RejectedExecutionException("it is closed");
        }
        waiting.add(task);
        count.incrementAndGet();
        // Who has the turn looks again when it gives it back.
        if (!turn.isHeldByCurrentThread() && !relay.takes(this)) {
            callOwn();
        }
    }

    private void callOwn() {
        if (called.compareAndSet(false, true)) {
            try {
                own.execute(() -> carrier.execute(this::runOnOwn));
            } catch (RejectedExecutionException e) {
                // Closed meanwhile: nobody waits for it any more.
                called.set(false);
            }
        }
    }

    private void runOnOwn() {
        called.set(false);
        turn.lock();
        try {
            run(CARRIED_MAX);
        } finally {
            turn.unlock();
        }
        if (!waiting.isEmpty()) {
            callOwn();
        }
    }

    @Override
    public void runIfFree() {
        // Who waits for the turn does it: else, where much comes, timers would wait for ever.
        while (!waiting.isEmpty() && !turn.hasQueuedThreads() && turn.tryLock()) {
            boolean all;
            try {
                all = run(CARRIED_MAX);
            } finally {
                turn.unlock();
            }
            if (!all) {
                callOwn();
                return;
            }
        }
    }

    /** Whether it has run all. */
    private boolean run(int most) {
        for (int i = 0; i < most; i++) {
            Runnable task = waiting.poll();
            if (task == null) {
                return true;
            }
            count.decrementAndGet();
            guarded(task);
        }
        return waiting.isEmpty();
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            died.increment();
            LOG.error("a task ended by {}", e.toString(), e);
        }
    }

    /** At its time, in its turn, and then what came of it. */
    private Runnable timed(Runnable task) {
        return () ->
                carrier.execute(() -> {
                    turn.lock();
                    try {
                        guarded(task);
                        run(CARRIED_MAX);
                    } finally {
                        turn.unlock();
                    }
                    if (!waiting.isEmpty()) {
                        callOwn();
                    }
                });
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return own.schedule(timed(task), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return own.schedule(
                () -> {
                    turn.lock();
                    try {
                        return task.call();
                    } finally {
                        turn.unlock();
                        if (!waiting.isEmpty()) {
                            callOwn();
                        }
                    }
                },
                delay,
                unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
            Runnable task, long initial, long period, TimeUnit unit) {
        return own.scheduleAtFixedRate(timed(task), initial, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
            Runnable task, long initial, long delay, TimeUnit unit) {
        return own.scheduleWithFixedDelay(timed(task), initial, delay, unit);
    }

    @Override
    public void shutdown() {
        own.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> left = new ArrayList<>(own.shutdownNow());
        for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
            count.decrementAndGet();
            left.add(task);
        }
        return left;
    }

    @Override
    public boolean isShutdown() {
        return own.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return own.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return own.awaitTermination(timeout, unit);
    }
}
