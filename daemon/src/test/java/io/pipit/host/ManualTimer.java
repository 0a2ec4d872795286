package io.pipit.host;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A timer that runs what is due, in order and on the test's thread, when the test moves time. */
public final class ManualTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private final ManualTime time;
    private final PriorityQueue<Task<?>> tasks =
            new PriorityQueue<>(
                    Comparator.<Task<?>>comparingLong(task -> task.dueNanos)
                            .thenComparingLong(task -> task.number));
    private long last;
    private boolean ended;

    public ManualTimer(ManualTime time) {
        this.time = time;
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long number = last++;
        private final long everyNanos;
        private long dueNanos;

        Task(Callable<V> task, long dueNanos, long everyNanos) {
            super(task);
            this.dueNanos = dueNanos;
            this.everyNanos = everyNanos;
        }

        void runNow() {
            if (everyNanos == 0) {
                run();
            } else if (runAndReset()) {
                dueNanos = time.monotonicNanos() + everyNanos;
                tasks.add(this);
            }
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            tasks.remove(this);
            return super.cancel(mayInterrupt);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - time.monotonicNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(
                    getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    private <V> Task<V> add(Callable<V> task, long delay, long every, TimeUnit unit) {
        Task<V> added =
                new Task<>(task, time.monotonicNanos() + unit.toNanos(delay), unit.toNanos(every));
        if (!ended) {
            tasks.add(added);
        }
        return added;
    }

    /** Runs what is due until so much later. */
    public void advanceMillis(long millis) {
        long until = time.monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (Task<?> next = tasks.peek();
                next != null && next.dueNanos <= until;
                next = tasks.peek()) {
            tasks.remove(next);
            time.advanceNanos(Math.max(0, next.dueNanos - time.monotonicNanos()));
            next.runNow();
        }
        time.advanceNanos(until - time.monotonicNanos());
    }

    @Override
    public void execute(Runnable task) {
        var _ = schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return add(Executors.callable(task), delay, 0, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return add(task, delay, 0, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
            Runnable task, long delay, long every, TimeUnit unit) {
        return scheduleWithFixedDelay(task, delay, every, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
            Runnable task, long delay, long every, TimeUnit unit) {
        return add(Executors.callable(task), delay, every, unit);
    }

    @Override
    public void shutdown() {
        ended = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> left = new ArrayList<>(tasks);
        tasks.clear();
        ended = true;
        return left;
    }

    @Override
    public boolean isShutdown() {
        return ended;
    }

    @Override
    public boolean isTerminated() {
        return ended;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return ended;
    }
}
