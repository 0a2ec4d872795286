package io.pipit.sampling;

import io.pipit.port.Event;
import io.pipit.port.SensorStatus;
import io.pipit.port.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One bus: its schedule, and the probes that are open on it. {@link #run} is its thread, which
 * alone touches probes; the rest may be called on any thread and never waits for a probe. A test
 * calls {@link #step} instead of running a thread.
 *
 * <p>A reading that takes too long is interrupted. Where that doesn't help, the thread is left
 * behind in it and another serves the other sensors; the one that hangs is read again when its
 * thread has come back.
 */
final class Bus implements Runnable {
    /** Threads that may be left behind in readings; then the bus waits for them. */
    static final int LEFT_MAX = 2;

    /** So long after its interrupt a reading's thread is left behind. */
    static final Duration LEFT_AFTER = Duration.ofSeconds(2);

    /** A sensor's turn to be read, or to be asked what happened. Guarded by the lock. */
    private static final class Turn {
        private final SensorSpec spec;
        private final long sinceNanos;
        private final @Nullable Thread thread;
        private boolean hung;
        private boolean left;

        private Turn(SensorSpec spec, long sinceNanos, @Nullable Thread thread) {
            this.spec = spec;
            this.sinceNanos = sinceNanos;
            this.thread = thread;
        }
    }

    private final String name;
    private final TimeSource time;
    private final BusListener listener;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BusSchedule schedule = new BusSchedule();
    private final List<Probe> retired = new ArrayList<>();
    private final Map<String, Probe> probes = new HashMap<>();
    private final Set<String> woken = new LinkedHashSet<>();
    private boolean justWoken;
    private final List<Turn> left = new ArrayList<>();
    private @Nullable Turn turn;
    private @Nullable Thread thread;
    private String trouble = "";
    private long tries;
    private boolean closing;

    Bus(String name, TimeSource time, BusListener listener) {
        this.name = name;
        this.time = time;
        this.listener = listener;
    }

    /** Starts its thread, where there is something to do and none that does it. */
    void ensureRunning(ThreadFactory threads) {
        lock.lock();
        try {
            if (thread == null && !closing && !schedule.isEmpty()) {
                Thread made = threads.newThread(this);
                made.setName("bus-" + name);
                thread = made;
                made.start();
            }
        } finally {
            lock.unlock();
        }
    }

    void add(SensorSpec spec) {
        lock.lock();
        try {
            schedule.add(spec, time.monotonicNanos());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes over the rules of the spec, which is the same in all else; its probe stays open. */
    void tune(SensorSpec spec) {
        lock.lock();
        try {
            schedule.tune(spec);
        } finally {
            lock.unlock();
        }
    }

    void remove(String sensor) {
        lock.lock();
        try {
            schedule.remove(sensor);
            Probe probe = probes.remove(sensor);
            if (probe != null) {
                retired.add(probe);
            }
            if (schedule.isEmpty()) {
                trouble = "";
                tries = 0;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<SensorSpec> specs() {
        lock.lock();
        try {
            return schedule.specs();
        } finally {
            lock.unlock();
        }
    }

    List<SensorStatus> statuses() {
        lock.lock();
        try {
            return schedule.statuses();
        } finally {
            lock.unlock();
        }
    }

    /** Closes all probes and ends the thread; a probe that hangs is interrupted. */
    @Nullable Thread close() {
        lock.lock();
        try {
            closing = true;
            schedule.specs().forEach(spec -> schedule.remove(spec.sensor()));
            retired.addAll(probes.values());
            probes.clear();
            changed.signalAll();
            if (turn != null) {
                interrupt(turn);
            }
            left.forEach(Bus::interrupt);
            return thread;
        } finally {
            lock.unlock();
        }
    }

    private static void interrupt(Turn turn) {
        if (turn.thread != null) {
            turn.thread.interrupt();
        }
    }

    String name() {
        return name;
    }

    /** What is wrong with the bus itself; empty where nothing is. */
    String trouble() {
        lock.lock();
        try {
            return trouble;
        } finally {
            lock.unlock();
        }
    }

    /** How many threads are left behind in readings just now. */
    int left() {
        lock.lock();
        try {
            return left.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Interrupts a reading that takes longer than it may; where that didn't help, leaves its thread
     * behind, so that {@link #ensureRunning} starts another.
     */
    void watch() {
        String sensor;
        String reason;
        boolean leave;
        lock.lock();
        try {
            Turn at = turn;
            long now = time.monotonicNanos();
            if (at == null) {
                return;
            }
            sensor = at.spec.sensor();
            long over = now - at.sinceNanos - at.spec.readMax().toNanos();
            leave = at.hung;
            if (leave
                    ? over <= LEFT_AFTER.toNanos()
                            || left.size() >= LEFT_MAX
                            || !schedule.hasOthers(sensor)
                    : over <= 0) {
                return;
            }
            String longer = "no answer for more than " + text(at.spec.readMax().toNanos());
            if (leave) {
                reason = longer + "; bus " + name + " goes on without it";
                at.left = true;
                left.add(at);
                schedule.away(sensor);
                turn = null;
                thread = null;
            } else {
                reason = longer + "; bus " + name + " waits for it";
                at.hung = true;
                interrupt(at);
            }
            schedule.hung(sensor, reason, now);
        } finally {
            lock.unlock();
        }
        if (leave) {
            listener.left(sensor, reason);
        } else {
            listener.hung(sensor, reason);
        }
    }

    @Override
    public void run() {
        while (true) {
            boolean didSomething = step();
            lock.lock();
            try {
                if (thread != Thread.currentThread()) {
                    // Left behind: another one does what there is to do.
                    return;
                }
                if (retired.isEmpty() && (closing || schedule.isEmpty())) {
                    // Under the lock: a sensor that is added from now on finds no thread.
                    thread = null;
                    return;
                }
                if (!didSomething && retired.isEmpty() && woken.isEmpty()) {
                    long left = schedule.nextNanos() - time.monotonicNanos();
                    if (left > 0) {
                        long ignored = changed.awaitNanos(left);
                    }
                }
            } catch (InterruptedException e) {
                // Meant for a reading that came back just before: nothing is left to interrupt.
            } finally {
                lock.unlock();
            }
        }
    }

    /** Something happened to a sensor: asks it soon. */
    private void wake(String sensor) {
        lock.lock();
        try {
            woken.add(sensor);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes what was removed; then asks a sensor what happened to it, or reads one, where one was
     * woken or is due.
     *
     * @return whether one was
     */
    boolean step() {
        Turn taken;
        Probe probe;
        List<Probe> toClose;
        boolean due;
        lock.lock();
        try {
            toClose = List.copyOf(retired);
            retired.clear();
            long now = time.monotonicNanos();
            SensorSpec spec = schedule.due(now);
            // In turns, so that a line that chatters keeps no other from its readings.
            SensorSpec told = spec == null || !justWoken ? nextToAsk(now) : null;
            due = told == null;
            justWoken = !due;
            spec = due ? spec : told;
            // Taken out while it is read, so that nobody retires it meanwhile.
            probe = spec == null ? null : probes.remove(spec.sensor());
            taken = spec == null ? null : new Turn(spec, now, thread);
            turn = taken;
        } finally {
            lock.unlock();
        }
        toClose.forEach(Bus::closeQuietly);
        if (taken == null) {
            return false;
        }
        SensorSpec spec = taken.spec;
        finish(taken, Look.at(probe, () -> open(spec), due));
        return true;
    }

    /** One that was woken, or wants to be asked by now, and is open; null where there is none. */
    private @Nullable SensorSpec nextToAsk(long now) {
        SensorSpec waiting = schedule.toAsk(now);
        if (waiting != null) {
            return waiting;
        }
        while (!woken.isEmpty()) {
            String sensor = woken.iterator().next();
            woken.remove(sensor);
            if (probes.containsKey(sensor)) {
                return schedule.spec(sensor);
            }
        }
        return null;
    }

    private Probe open(SensorSpec spec) throws Exception {
        String sensor = spec.sensor();
        Probe opened = spec.opener().open();
        boolean listens = false;
        try {
            boolean mayHappen = opened.onHappening(() -> wake(sensor));
            long asked = opened.askedEvery().toNanos();
            lock.lock();
            try {
                schedule.opened(sensor, mayHappen, asked, time.monotonicNanos());
            } finally {
                lock.unlock();
            }
            listens = true;
            return opened;
        } finally {
            if (!listens) {
                closeQuietly(opened);
            }
        }
    }

    private void finish(Turn done, Look look) {
        SensorSpec spec = done.spec;
        String sensor = spec.sensor();
        Probe probe = look.probe();
        List<Event.Value> values = look.values();
        String failure = look.failure();
        long missed = 0;
        long at;
        boolean wanted;
        boolean keep = false;
        boolean news = false;
        boolean judged = false;
        boolean wasWedged;
        String nowWedged;
        Outcome outcome = Outcome.NOTHING;
        lock.lock();
        try {
            long now = time.monotonicNanos();
            // What happens while it is read is later than the reading.
            at = schedule.isEventful(sensor) ? done.sinceNanos : now;
            // An interrupt that came too late must not hit the next sensor's reading.
            boolean ignored = Thread.interrupted();
            long taken = now - done.sinceNanos;
            if (done.hung || taken > spec.readMax().toNanos()) {
                failure =
                        "a reading took %s, more than the %s that it may"
                                .formatted(text(taken), text(spec.readMax().toNanos()));
            }
            schedule.asked(sensor, now);
            if (!done.left) {
                turn = null;
            }
            wanted = spec.equals(schedule.spec(sensor));
            Sieve sieve = schedule.sieve(sensor);
            if (wanted && sieve != null && failure.isEmpty()) {
                look.happened()
                        .happenings()
                        .forEach(one -> schedule.happened(sensor, one.monotonicNanos()));
                outcome = Outcome.of(sieve, look.happened().happenings(), at, values);
                String complaint = outcome.complaint();
                if (values == null) {
                    judged = schedule.judged(sensor, complaint, now);
                } else {
                    judged = !complaint.isEmpty() && !complaint.equals(schedule.reason(sensor));
                    news = complaint.isEmpty() && !schedule.isWell(sensor);
                    missed = schedule.succeeded(sensor, complaint, now);
                }
                keep = true;
            } else if (wanted && sieve != null) {
                sieve.failed();
                schedule.failed(sensor, failure, look.busHeld(), now);
            }
            if (keep && probe != null) {
                probes.put(sensor, probe);
            }
            wasWedged = !trouble.isEmpty();
            nowWedged = judgeBus(failure, now);
        } finally {
            lock.unlock();
        }
        if (!keep && probe != null) {
            // Opened anew next time: the chip may have been reset or replaced.
            closeQuietly(probe);
        }
        cameBack(done);
        if (!nowWedged.isEmpty()) {
            listener.wedged(nowWedged, wasWedged);
        } else if (wasWedged) {
            listener.freed();
        }
        if (!wanted) {
            return;
        }
        if (!failure.isEmpty()) {
            listener.failed(sensor, failure);
            return;
        }
        if (!outcome.happenings().isEmpty() || look.happened().lost() > 0) {
            listener.happened(sensor, outcome.happenings(), look.happened().lost());
        }
        if (values != null) {
            listener.read(sensor, at, outcome.values(), missed, news);
        }
        if (judged) {
            listener.judged(sensor, outcome.complaint());
        }
        if (!outcome.tally().isEmpty()) {
            listener.sifted(outcome.tally());
        }
    }

    /** Where it was left behind: not before its probe is closed may another one be opened. */
    private void cameBack(Turn done) {
        lock.lock();
        try {
            if (done.left) {
                left.remove(done);
                schedule.back(done.spec.sensor());
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the bus itself is what doesn't work. Each try since then is one to get it back: all
     * sensors were closed after their failures, and with the last of them the bus.
     *
     * @return what is wrong with it; empty where nothing is
     */
    private String judgeBus(String failure, long now) {
        if (schedule.isWedged()) {
            trouble =
                    "bus %s is wedged, and none of its sensors can be read: %s%s"
                            .formatted(
                                    name,
                                    failure,
                                    tries == 0 ? "" : "; tries to get it back: " + tries);
            tries++;
        } else if (!trouble.isEmpty()) {
            trouble = "";
            tries = 0;
            schedule.freed(now);
            changed.signalAll();
        }
        return trouble;
    }

    private static void closeQuietly(Probe probe) {
        try {
            probe.close();
        } catch (RuntimeException e) {
            // It is given up anyway, and what is wrong with it was said.
        }
    }

    private static String text(long nanos) {
        return nanos >= 1_000_000_000 ? nanos / 1_000_000_000 + " s" : nanos / 1_000_000 + " ms";
    }
}
