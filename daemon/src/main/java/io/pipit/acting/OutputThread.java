package io.pipit.acting;

import io.pipit.drivers.output.Output;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.acting.Actuators.Actuator;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One actuator: opens it, sets it, opens it anew where it failed, ever more rarely. {@link #run} is
 * its thread, which alone touches the output; the rest may be called on any thread and never waits
 * for it. A test calls {@link #step} instead of running a thread.
 */
final class OutputThread implements Runnable {
    /** What takes longer is interrupted, and counts as failed. */
    static final Duration STEP_MAX = Duration.ofSeconds(2);

    /** After a failure it is opened anew after this; each time twice as long. */
    static final Duration AGAIN_FIRST = Duration.ofSeconds(1);

    /** At the most. */
    static final Duration AGAIN_LAST = Duration.ofMinutes(1);

    private static final long NANOS_PER_MICRO = 1_000;

    /** What is to be done next. */
    private enum Step {
        OPEN,
        SET,
        CLOSE
    }

    private final String name;
    private final Inbox inbox;
    private final TimeSource time;
    private final LongSupplier sessions;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable OutletSpec spec;
    private @Nullable Output output;
    private @Nullable OutletSpec opened;
    private long session;
    private boolean wanted;
    private long number;
    private double value;
    private long againAtNanos;
    private long againAfterNanos = AGAIN_FIRST.toNanos();
    private @Nullable Thread thread;
    private boolean busy;
    private long busySinceNanos;
    private boolean hung;

    /** What was measured last; not a number where that isn't known. The thread's. */
    private double told = Double.NaN;

    /**
     * @param sessions gives each time that an output is open a number of its own
     */
    OutputThread(String name, Inbox inbox, TimeSource time, LongSupplier sessions) {
        this.name = name;
        this.inbox = inbox;
        this.time = time;
        this.sessions = sessions;
    }

    /** It is to be like this from now on, or given up where this is null. */
    void become(@Nullable OutletSpec next) {
        lock.lock();
        try {
            OutletSpec before = spec;
            if (next == null
                    || before == null
                    || next.outlet().generation() != before.outlet().generation()) {
                spec = next;
                wanted = false;
                againAtNanos = time.monotonicNanos();
                againAfterNanos = AGAIN_FIRST.toNanos();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Starts its thread, where there is something to do and none that does it. */
    void ensureRunning(ThreadFactory threads) {
        lock.lock();
        try {
            if (thread == null && (spec != null || output != null)) {
                Thread made = threads.newThread(this);
                made.setName("output-" + name);
                thread = made;
                made.start();
            }
        } finally {
            lock.unlock();
        }
    }

    /** As {@link io.pipit.port.acting.Outputs#set}. */
    void set(long during, long asNumber, double to) {
        lock.lock();
        try {
            if (during == session && output != null && !hung) {
                wanted = true;
                number = asNumber;
                value = to;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts what takes longer than it may. */
    void watch() {
        OutletSpec at;
        lock.lock();
        try {
            at = spec;
            if (!busy || hung || time.monotonicNanos() - busySinceNanos <= STEP_MAX.toNanos()) {
                return;
            }
            hung = true;
            wanted = false;
            if (thread != null) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
        if (at != null) {
            failed(at, "no answer for more than " + STEP_MAX.toSeconds() + " s");
        }
    }

    /** Gives it up, as soon as what it is at comes back. */
    @Nullable Thread close() {
        become(null);
        lock.lock();
        try {
            return thread;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        while (true) {
            boolean didSomething = step();
            lock.lock();
            try {
                if (spec == null && output == null) {
                    // Under the lock: who makes it anything from now on finds no thread.
                    thread = null;
                    return;
                }
                if (!didSomething && next() == null) {
                    if (output == null) {
                        long ignored = changed.awaitNanos(againAtNanos - time.monotonicNanos());
                    } else {
                        changed.await();
                    }
                }
            } catch (InterruptedException e) {
                // Meant for a step that came back just before: nothing is left to interrupt.
            } finally {
                lock.unlock();
            }
        }
    }

    private @Nullable Step next() {
        if (output != null) {
            boolean same =
                    spec != null
                            && opened != null
                            && spec.outlet().generation() == opened.outlet().generation();
            return !same ? Step.CLOSE : wanted ? Step.SET : null;
        }
        return spec != null && againAtNanos <= time.monotonicNanos() ? Step.OPEN : null;
    }

    /**
     * Does what is to be done next.
     *
     * @return whether there was anything
     */
    boolean step() {
        Step step;
        OutletSpec what;
        Output on;
        long asNumber;
        double to;
        lock.lock();
        try {
            step = next();
            if (step == null) {
                return false;
            }
            what = step == Step.OPEN ? spec : opened;
            on = output;
            asNumber = number;
            to = value;
            wanted = false;
            busy = true;
            busySinceNanos = time.monotonicNanos();
        } finally {
            lock.unlock();
        }
        if (what != null) {
            switch (step) {
                case OPEN -> open(what);
                case SET -> set(what, on, asNumber, to);
                case CLOSE -> {
                    end(on);
                    tell(what.outlet().actuator(), what.outlet().actuator().safe());
                    // What comes next may measure something else.
                    told = Double.NaN;
                }
            }
        }
        return true;
    }

    private void open(OutletSpec what) {
        Output made = null;
        String failure = "";
        try {
            made = what.opener().open();
        } catch (Exception | LinkageError e) {
            failure = words(e);
        }
        boolean tooLate = isOver();
        if (made == null || tooLate) {
            end(made);
            giveUp(what, failure, tooLate);
            return;
        }
        long now;
        lock.lock();
        try {
            output = made;
            opened = what;
            session = sessions.getAsLong();
            now = session;
            wanted = false;
            againAfterNanos = AGAIN_FIRST.toNanos();
        } finally {
            lock.unlock();
        }
        tell(what.outlet().actuator(), what.outlet().actuator().safe());
        offer(new ActingEvent.Opened(name, what.outlet().generation(), now));
    }

    private void set(OutletSpec what, @Nullable Output on, long asNumber, double to) {
        String failure = "";
        try {
            if (on == null) {
                failure = "it is closed";
            } else if (Double.isNaN(to)) {
                on.rest();
            } else {
                on.set(to);
            }
        } catch (Exception | LinkageError e) {
            failure = words(e);
        }
        boolean tooLate = isOver();
        if (!failure.isEmpty() || tooLate) {
            end(on);
            giveUp(what, failure, tooLate);
            return;
        }
        Actuator actuator = what.outlet().actuator();
        tell(actuator, Double.isNaN(to) ? actuator.safe() : to);
        offer(new ActingEvent.Applied(name, session, asNumber, to));
    }

    /** The step has come back. Whether it took longer than it may, which was said then. */
    private boolean isOver() {
        lock.lock();
        try {
            // An interrupt that came too late must not hit the next step.
            boolean ignored = Thread.interrupted();
            busy = false;
            boolean late = hung;
            hung = false;
            return late;
        } finally {
            lock.unlock();
        }
    }

    /** Closing is what makes it safe; it may hang as anything else may. */
    private void end(@Nullable Output on) {
        if (on != null) {
            lock.lock();
            try {
                busy = true;
                busySinceNanos = time.monotonicNanos();
            } finally {
                lock.unlock();
            }
            try {
                on.close();
            } catch (RuntimeException e) {
                // It is given up anyway, and what is wrong with it was said.
            }
            boolean ignored = isOver();
        }
        lock.lock();
        try {
            output = null;
            opened = null;
            wanted = false;
        } finally {
            lock.unlock();
        }
    }

    private void giveUp(OutletSpec what, String failure, boolean said) {
        told = Double.NaN;
        lock.lock();
        try {
            againAtNanos = time.monotonicNanos() + againAfterNanos;
            againAfterNanos = Math.min(2 * againAfterNanos, AGAIN_LAST.toNanos());
        } finally {
            lock.unlock();
        }
        if (!said) {
            failed(what, failure);
        }
    }

    private void failed(OutletSpec what, String reason) {
        offer(
                new ActingEvent.Failed(
                        name, what.outlet().generation(), reason + "; it is opened anew"));
    }

    private static String words(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    private void offer(ActingEvent event) {
        inbox.offer(new Event.Acting(event));
    }

    /** Each change is a reading. */
    private void tell(Actuator actuator, double now) {
        if (!Double.isNaN(now) && Double.compare(now, told) != 0) {
            told = now;
            inbox.offer(
                    new Event.Measured(
                            name,
                            time.monotonicNanos() / NANOS_PER_MICRO,
                            List.of(new Event.Value(actuator.quantity(), now, actuator.unit()))));
        }
    }
}
