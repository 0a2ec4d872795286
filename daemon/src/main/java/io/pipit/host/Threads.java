package io.pipit.host;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all of the node's threads: named, daemons (what ends the process is decided elsewhere), and
 * heard of when they die of something. Thread-safe.
 */
public final class Threads {
    /** How long a thread without work is kept, seconds. */
    private static final int OCCASIONAL_KEPT_S = 10;

    private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

    private final Counter died;

    /**
     * Threads that are counted when they end by an exception.
     *
     * @param died how many did
     */
    public Threads(Counter died) {
        this.died = died;
    }

    /** Makes threads with this name; the second one is {@code name-2}. */
    public ThreadFactory named(String name) {
        AtomicInteger made = new AtomicInteger();
        return task -> {
            int number = made.incrementAndGet();
            Thread thread = new Thread(task, number == 1 ? name : name + "-" + number);
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler(this::uncaught);
            return thread;
        };
    }

    /** Starts one thread. */
    public Thread start(String name, Runnable task) {
        Thread thread = named(name).newThread(task);
        thread.start();
        return thread;
    }

    /**
     * A timer on one thread, which is made when it is first needed. What it runs must be short; a
     * repeated task that throws isn't run again, as everywhere in Java, but is counted.
     */
    public ScheduledExecutorService timer(String name) {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, named(name)) {
                    @Override
                    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
                        // The future swallows what the task threw: nobody would hear of it.
                        if (task instanceof Future<?> future
                                && future.state() == Future.State.FAILED) {
                            uncaught(Thread.currentThread(), future.exceptionNow());
                        }
                    }
                };
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    /**
     * Runs tasks one at a time, on a thread that goes when there is nothing to do.
     *
     * @param waitingMax tasks that wait; one more is refused with a {@link
     *     java.util.concurrent.RejectedExecutionException}
     */
    public ExecutorService occasional(String name, int waitingMax) {
        return new ThreadPoolExecutor(
                0,
                1,
                OCCASIONAL_KEPT_S,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(waitingMax),
                named(name));
    }

    /** Runs tasks one at a time, on the relay's threads or one of its own, within the carrier. */
    public RelayExecutor relayed(String name, Relay relay, Executor carrier, Metrics metrics) {
        RelayExecutor executor = new RelayExecutor(relay, carrier, named(name), died);
        metrics.gauge(
                "pipit_coap_protocol_queue",
                "Tasks that wait for the CoAP thread, timers among them",
                executor::size);
        return executor;
    }

    private void uncaught(Thread thread, Throwable cause) {
        died.increment();
        LOG.error("a task of thread {} ended by {}", thread.getName(), cause.toString(), cause);
    }
}
