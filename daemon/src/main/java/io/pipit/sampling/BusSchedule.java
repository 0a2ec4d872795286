package io.pipit.sampling;

import io.pipit.port.SensorStatus;
import io.pipit.port.SensorStatus.State;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When which sensor of a bus is to be read, and how each of them is. Knows no thread and no clock:
 * the time is handed in, monotonic, in nanoseconds. Not thread-safe.
 *
 * <p>A sensor is due when it is added, and then at whole multiples of its interval after that: late
 * readings don't shift later ones, and ticks that passed meanwhile are counted, not made up for.
 * After a failure it is due again after its interval, then twice that, up to {@link #BACKOFF_MAX};
 * one to which something happens begins with {@link #EVENTFUL_RETRY_NANOS} at the most, since it is
 * deaf until it is opened again.
 */
final class BusSchedule {
    /**
     * The longest pause between two tries, unless the sensor's own interval is longer and nothing
     * happens to it meanwhile.
     */
    static final Duration BACKOFF_MAX = Duration.ofMinutes(5);

    /** When one that tells of events is tried again at first, at the latest. */
    static final long EVENTFUL_RETRY_NANOS = 10_000_000_000L;

    /** So many failures in a row put a sensor into quarantine. */
    static final int QUARANTINE_FAILURES = 3;

    /** A bus that was found held so often in a row, last by each of its sensors, is wedged. */
    static final int WEDGED_FAILURES = 3;

    private static final int DOUBLINGS_MAX = 30;

    private static final class Entry {
        private final SensorSpec spec;
        private SensorSpec tuned;
        private Sieve sieve;
        private final long origin;
        private final long every;
        private long due;
        private boolean eventful;
        private long askedEvery;
        private long asked;
        private State state = State.WAITING;
        private String reason = "";
        private long since;
        private long lastReading = Long.MIN_VALUE;
        private long readings;
        private long failures;
        private int failuresInARow;
        private long missed;

        /** Whether at its last try the bus itself was what didn't work. */
        private boolean busHeld;

        private Entry(SensorSpec spec, long now) {
            this.spec = spec;
            this.tuned = spec;
            this.sieve = new Sieve(spec.rules(), spec.every());
            this.origin = now;
            this.every = spec.every().toNanos();
            this.due = now;
            this.asked = Long.MAX_VALUE;
            this.since = now;
        }

        private void become(State next, String why, long now) {
            if (state == State.WAITING || next.isBad() != state.isBad()) {
                since = now;
            }
            state = next;
            reason = why;
        }

        /** The first tick that is later than this. */
        private long tickAfter(long time) {
            return origin + (Math.floorDiv(time - origin, every) + 1) * every;
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> away = new HashSet<>();
    private int heldInARow;

    void add(SensorSpec spec, long now) {
        entries.put(spec.sensor(), new Entry(spec, now));
    }

    /** Takes over the rules of the spec, which is the same in all else. */
    void tune(SensorSpec spec) {
        Entry entry = entries.get(spec.sensor());
        if (entry != null) {
            entry.tuned = spec;
            entry.sieve = new Sieve(spec.rules(), spec.every());
        }
    }

    /** What becomes of what the sensor measures; null where there is no such sensor. */
    @Nullable Sieve sieve(String sensor) {
        Entry entry = entries.get(sensor);
        return entry == null ? null : entry.sieve;
    }

    void remove(String sensor) {
        entries.remove(sensor);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** What the sensor was added with. */
    @Nullable SensorSpec spec(String sensor) {
        Entry entry = entries.get(sensor);
        return entry == null ? null : entry.spec;
    }

    /** With the rules that they have now. */
    List<SensorSpec> specs() {
        return entries.values().stream().map(entry -> entry.tuned).toList();
    }

    /** Whether its last try was a reading. */
    boolean isWell(String sensor) {
        Entry entry = entries.get(sensor);
        return entry != null && entry.state == State.OK;
    }

    /** What is wrong with it; empty where nothing is. */
    String reason(String sensor) {
        Entry entry = entries.get(sensor);
        return entry == null ? "" : entry.reason;
    }

    /** The one that has been due for longest; null where none is. */
    @Nullable SensorSpec due(long now) {
        Entry first = first();
        return first == null || first.due > now ? null : first.spec;
    }

    /** The one that wants to be asked what happened for longest; null where none does. */
    @Nullable SensorSpec toAsk(long now) {
        Entry first = firstToAsk();
        return first == null || first.asked > now ? null : first.spec;
    }

    /** When the next one is due, or wants to be asked; {@link Long#MAX_VALUE} where none does. */
    long nextNanos() {
        Entry first = first();
        Entry asked = firstToAsk();
        return Math.min(
                first == null ? Long.MAX_VALUE : first.due,
                asked == null ? Long.MAX_VALUE : asked.asked);
    }

    private @Nullable Entry firstToAsk() {
        Entry first = null;
        for (Entry entry : entries.values()) {
            if (entry.askedEvery > 0
                    && !away.contains(entry.spec.sensor())
                    && (first == null || entry.asked < first.asked)) {
                first = entry;
            }
        }
        return first;
    }

    /**
     * It was opened.
     *
     * @param eventful whether something happens to it between its readings
     * @param askedEvery how often it wants to be asked what, nanoseconds; 0 for never
     */
    void opened(String sensor, boolean eventful, long askedEvery, long now) {
        Entry entry = entries.get(sensor);
        if (entry != null) {
            entry.eventful = eventful;
            entry.askedEvery = askedEvery;
            entry.asked = now + askedEvery;
        }
    }

    /** Whether something happens to it between its readings; false until it was opened once. */
    boolean isEventful(String sensor) {
        Entry entry = entries.get(sensor);
        return entry != null && entry.eventful;
    }

    /** It was asked, alone or with a reading. */
    void asked(String sensor, long now) {
        Entry entry = entries.get(sensor);
        if (entry != null) {
            entry.asked = now + entry.askedEvery;
        }
    }

    private @Nullable Entry first() {
        Entry first = null;
        for (Entry entry : entries.values()) {
            if (!away.contains(entry.spec.sensor()) && (first == null || entry.due < first.due)) {
                first = entry;
            }
        }
        return first;
    }

    /**
     * It was read.
     *
     * @param complaint what is wrong with some of it; empty where nothing is
     * @return how many ticks were missed by it
     */
    long succeeded(String sensor, String complaint, long now) {
        Entry entry = entries.get(sensor);
        if (entry == null) {
            return 0;
        }
        long next = entry.tickAfter(now);
        long missed = (next - entry.tickAfter(entry.due)) / entry.every;
        entry.due = next;
        entry.missed += missed;
        entry.become(complaint.isEmpty() ? State.OK : State.FAILING, complaint, now);
        entry.lastReading = now;
        entry.readings++;
        entry.failuresInARow = 0;
        heldInARow = 0;
        entry.busHeld = false;
        return missed;
    }

    /**
     * Some of what was measured isn't possible, or all is again: it is shown, and read on as usual.
     *
     * @param complaint what is wrong; empty where nothing is any more
     * @return whether that is news
     */
    boolean judged(String sensor, String complaint, long now) {
        Entry entry = entries.get(sensor);
        if (entry == null || entry.reason.equals(complaint)) {
            return false;
        }
        entry.become(complaint.isEmpty() ? State.OK : State.FAILING, complaint, now);
        return true;
    }

    /** Something happened to it between its readings. */
    void happened(String sensor, long now) {
        Entry entry = entries.get(sensor);
        if (entry != null) {
            entry.lastReading = now;
            entry.readings++;
        }
    }

    /** It couldn't be opened or read, or was too slow. */
    void failed(String sensor, String reason, long now) {
        failed(sensor, reason, false, now);
    }

    /**
     * The same.
     *
     * @param busHeld whether that is the bus' fault, which something holds
     */
    void failed(String sensor, String reason, boolean busHeld, long now) {
        Entry entry = entries.get(sensor);
        if (entry == null) {
            return;
        }
        entry.askedEvery = 0;
        entry.busHeld = busHeld;
        heldInARow = busHeld ? heldInARow + 1 : 0;
        long most = Math.max(BACKOFF_MAX.toNanos(), entry.every);
        int doublings = Math.min(entry.failuresInARow, DOUBLINGS_MAX);
        // How often one is read whose events tell of themselves says nothing of how soon it is
        // missed.
        long first = entry.eventful ? Math.min(entry.every, EVENTFUL_RETRY_NANOS) : entry.every;
        long pause = first > most >> doublings ? most : first << doublings;
        entry.failures++;
        entry.failuresInARow++;
        entry.become(
                entry.failuresInARow >= QUARANTINE_FAILURES ? State.QUARANTINED : State.FAILING,
                reason,
                now);
        long next = entry.tickAfter(Math.max(now, entry.due + pause - 1));
        long soonest = now + Math.min(pause, BACKOFF_MAX.toNanos());
        entry.due = entry.eventful ? Math.min(next, soonest) : next;
    }

    /** A reading doesn't come back. */
    void hung(String sensor, String reason, long now) {
        Entry entry = entries.get(sensor);
        if (entry != null) {
            entry.become(State.HUNG, reason, now);
        }
    }

    /** It is not read until it is back: what reads it doesn't return. */
    void away(String sensor) {
        away.add(sensor);
    }

    /** What read it has returned. */
    void back(String sensor) {
        away.remove(sensor);
    }

    /** Whether there is another sensor than this one that could be read. */
    boolean hasOthers(String sensor) {
        return entries.keySet().stream()
                .anyMatch(other -> !other.equals(sensor) && !away.contains(other));
    }

    /** Whether the bus itself doesn't work, by what was found at the last try of each sensor. */
    boolean isWedged() {
        return heldInARow >= WEDGED_FAILURES
                && entries.values().stream()
                        .allMatch(entry -> entry.busHeld || entry.state == State.HUNG);
    }

    /** The bus works again: who waits for a later try because of it is due now. */
    void freed(long now) {
        for (Entry entry : entries.values()) {
            if (entry.busHeld) {
                entry.due = Math.min(entry.due, now);
            }
        }
    }

    List<SensorStatus> statuses() {
        return entries.values().stream()
                .map(entry ->
                        new SensorStatus(
                                entry.spec.sensor(),
                                entry.spec.bus(),
                                entry.state,
                                entry.reason,
                                entry.since,
                                entry.lastReading,
                                entry.readings,
                                entry.failures,
                                entry.failuresInARow,
                                entry.missed,
                                entry.due))
                .toList();
    }
}
