package io.pipit.http.page;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Lets what may block on a connection take so long and no longer: then its thread is interrupted,
 * which closes the connection, and it fails by a {@link
 * java.nio.channels.ClosedByInterruptException}. Thread-safe.
 */
final class Patience {
    /** What may block. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    private final ScheduledExecutorService timer;

    Patience(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /**
     * Runs it on this thread.
     *
     * @throws IOException as the task does, also where it took too long
     */
    void within(Duration most, Task task) throws IOException {
        Alarm alarm = new Alarm(Thread.currentThread());
        ScheduledFuture<?> ringing =
                timer.schedule(alarm::ring, most.toMillis(), TimeUnit.MILLISECONDS);
        try {
            task.run();
        } finally {
            ringing.cancel(false);
            alarm.silence();
        }
    }

    /** Never rings for what comes after the task. */
    private static final class Alarm {
        private final Thread thread;
        private boolean silenced;

        Alarm(Thread thread) {
            this.thread = thread;
        }

        synchronized void ring() {
            if (!silenced) {
                thread.interrupt();
            }
        }

        synchronized void silence() {
            silenced = true;
            // It was about this task alone.
            var _ = Thread.interrupted();
        }
    }
}
