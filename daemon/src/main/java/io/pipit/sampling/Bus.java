package io.pipit.sampling;

import io.pipit.model.Series;
import io.pipit.port.Event;
import io.pipit.port.SensorStatus;
import io.pipit.port.TimeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
 */
final class Bus implements Runnable {
    /** Values of one reading; more is a driver gone wrong. */
    static final int VALUES_MAX = 64;

    /** What happens on a bus. Called on its thread, or on the watcher's, without its lock. */
    interface Listener {
        /**
         * It was read.
         *
         * @param values what goes out; may be none
         * @param missed ticks that passed meanwhile
         * @param news whether the sensor wasn't known to be well
         */
        void read(
                String sensor,
                long monotonicNanos,
                List<Event.Value> values,
                long missed,
                boolean news);

        /**
         * Something happened between its readings.
         *
         * @param lost how much more could not be kept
         */
        void happened(String sensor, List<Probe.Happening> happenings, long lost);

        /**
         * Some of what it measured isn't possible, or all is again.
         *
         * @param complaint what is wrong; empty where nothing is
         */
        void judged(String sensor, String complaint);

        /** What didn't go out as it was measured. */
        void sifted(Sieve.Tally tally);

        void failed(String sensor, String reason);

        void hung(String sensor, String reason);
    }

    private final String name;
    private final TimeSource time;
    private final Listener listener;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BusSchedule schedule = new BusSchedule();
    private final List<Probe> retired = new ArrayList<>();
    private final Map<String, Probe> probes = new HashMap<>();
    private final Set<String> eventful = new HashSet<>();
    private final Set<String> woken = new LinkedHashSet<>();
    private boolean justWoken;
    private @Nullable SensorSpec reading;
    private long readingSinceNanos;
    private boolean readingHung;
    private @Nullable Thread thread;
    private boolean closing;

    Bus(String name, TimeSource time, Listener listener) {
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
            if (reading != null && thread != null) {
                thread.interrupt();
            }
            return thread;
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts a reading that takes longer than it may, once. */
    void watch() {
        String sensor;
        String reason;
        lock.lock();
        try {
            SensorSpec at = reading;
            long now = time.monotonicNanos();
            long taken = now - readingSinceNanos;
            if (at == null || readingHung || taken <= at.readMax().toNanos()) {
                return;
            }
            readingHung = true;
            sensor = at.sensor();
            reason =
                    "no answer for more than %s; bus %s waits for it"
                            .formatted(text(at.readMax().toNanos()), name);
            schedule.hung(sensor, reason, now);
            if (thread != null) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
        listener.hung(sensor, reason);
    }

    @Override
    public void run() {
        while (true) {
            boolean didSomething = step();
            lock.lock();
            try {
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
        SensorSpec spec;
        Probe probe;
        List<Probe> toClose;
        boolean due;
        lock.lock();
        try {
            toClose = List.copyOf(retired);
            retired.clear();
            long now = time.monotonicNanos();
            spec = schedule.due(now);
            // In turns, so that a line that chatters keeps no other from its readings.
            SensorSpec told = spec == null || !justWoken ? nextWoken() : null;
            due = told == null;
            justWoken = !due;
            spec = due ? spec : told;
            // Taken out while it is read, so that nobody retires it meanwhile.
            probe = spec == null ? null : probes.remove(spec.sensor());
            reading = spec;
            readingSinceNanos = now;
            readingHung = false;
        } finally {
            lock.unlock();
        }
        toClose.forEach(Bus::closeQuietly);
        if (spec == null) {
            return false;
        }
        Probe.Happenings happened = Probe.Happenings.NONE;
        @Nullable List<Event.Value> values = null;
        String failure = "";
        try {
            if (probe == null) {
                probe = open(spec);
            }
            happened = probe.happenings();
            for (Probe.Happening happening : happened.happenings()) {
                failure = failure.isEmpty() ? problemWith(happening.values()) : failure;
            }
            if (due && failure.isEmpty()) {
                values = probe.read();
                failure = problemWith(values);
            }
        } catch (Throwable e) {
            // Whatever a driver does, the others on its bus are read.
            failure = reasonOf(e);
        }
        finish(spec, probe, happened, values, failure);
        return true;
    }

    /** One that was woken and is still open; null where there is none. */
    private @Nullable SensorSpec nextWoken() {
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
            lock.lock();
            try {
                if (mayHappen) {
                    eventful.add(sensor);
                } else {
                    eventful.remove(sensor);
                }
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

    /**
     * What goes out of what was measured.
     *
     * @param happenings what happened before the reading, and means that are late
     * @param values those of the reading
     */
    private record Outcome(
            List<Probe.Happening> happenings,
            List<Event.Value> values,
            String complaint,
            Sieve.Tally tally) {
        private static final Outcome NOTHING =
                new Outcome(List.of(), List.of(), "", Sieve.Tally.NONE);

        private static Outcome of(
                Sieve sieve,
                List<Probe.Happening> happened,
                long at,
                @Nullable List<Event.Value> values) {
            List<Probe.Happening> out = new ArrayList<>(happened.size());
            for (Probe.Happening one : happened) {
                Sieve.Sifted sifted = sieve.take(one.monotonicNanos(), one.values());
                out.addAll(sifted.late());
                if (!sifted.values().isEmpty()) {
                    out.add(new Probe.Happening(one.monotonicNanos(), sifted.values()));
                }
            }
            List<Event.Value> read = List.of();
            if (values != null) {
                Sieve.Sifted sifted = sieve.take(at, values);
                out.addAll(sifted.late());
                read = sifted.values();
            }
            return new Outcome(out, read, sieve.complaint(), sieve.tally());
        }
    }

    /**
     * @param values null where it wasn't read, but only asked what happened
     */
    private void finish(
            SensorSpec spec,
            @Nullable Probe probe,
            Probe.Happenings happened,
            @Nullable List<Event.Value> values,
            String problem) {
        String sensor = spec.sensor();
        String failure = problem;
        long missed = 0;
        long at;
        boolean wanted;
        boolean keep = false;
        boolean news = false;
        boolean judged = false;
        Outcome outcome = Outcome.NOTHING;
        lock.lock();
        try {
            long now = time.monotonicNanos();
            // What happens while it is read is later than the reading.
            at = eventful.contains(sensor) ? readingSinceNanos : now;
            // An interrupt that came too late must not hit the next sensor's reading.
            boolean ignored = Thread.interrupted();
            long taken = now - readingSinceNanos;
            if (readingHung || taken > spec.readMax().toNanos()) {
                failure =
                        "a reading took %s, more than the %s that it may"
                                .formatted(text(taken), text(spec.readMax().toNanos()));
            }
            reading = null;
            wanted = spec.equals(schedule.spec(sensor));
            Sieve sieve = schedule.sieve(sensor);
            if (wanted && sieve != null && failure.isEmpty()) {
                happened.happenings()
                        .forEach(one -> schedule.happened(sensor, one.monotonicNanos()));
                outcome = Outcome.of(sieve, happened.happenings(), at, values);
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
                schedule.failed(sensor, failure, now);
            }
            if (keep && probe != null) {
                probes.put(sensor, probe);
            }
        } finally {
            lock.unlock();
        }
        if (!keep && probe != null) {
            // Opened anew next time: the chip may have been reset or replaced.
            closeQuietly(probe);
        }
        if (!wanted) {
            return;
        }
        if (!failure.isEmpty()) {
            listener.failed(sensor, failure);
            return;
        }
        if (!outcome.happenings().isEmpty() || happened.lost() > 0) {
            listener.happened(sensor, outcome.happenings(), happened.lost());
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

    private static String problemWith(List<Event.Value> values) {
        if (values.isEmpty() || values.size() > VALUES_MAX) {
            return "its driver gave "
                    + values.size()
                    + " values, and 1 to "
                    + VALUES_MAX
                    + " are possible";
        }
        for (Event.Value value : values) {
            if (!Double.isFinite(value.value())
                    || !Series.NAME.matcher(value.quantity()).matches()) {
                return "its driver gave " + value + ", which is no reading";
            }
        }
        return "";
    }

    private static String reasonOf(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.toString() : message;
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
