package io.pipit.sim;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.port.Event;
import io.pipit.port.ReadingStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store with the real one's promises: group commit in the order of the calls, entries and their
 * cursor in the same transaction, reservations durable before they are used, room for so many calls
 * only. What wasn't committed is gone with the process.
 */
class SimStore implements ReadingStore {
    private record Call(@Nullable Cursor cursor, List<LogEntry> entries, long completeTo) {}

    private static final long MILLI = 1_000_000;

    final SimProcess process;
    final SimDisk disk;
    private final Simulation sim;
    private final Recovered recovered;
    private final ArrayDeque<Call> queue = new ArrayDeque<>();
    private final NavigableMap<Long, LogEntry> ownWaiting = new TreeMap<>();
    private final Set<Object> othersWaiting = new HashSet<>();
    private final List<Event.Reserved> reservations = new ArrayList<>();
    private @Nullable BootClock asked;
    private boolean hung;
    private boolean commitPlanned;

    SimStore(Simulation sim, SimProcess process, SimDisk disk) {
        this.sim = sim;
        this.process = process;
        this.disk = disk;
        recallClock();
        Map<Cursor, Long> cursors = new HashMap<>(disk.cursors);
        recovered =
                new Recovered(
                        disk.log,
                        disk.boot,
                        nextSequence(),
                        disk.lastSequences,
                        disk.lastClock,
                        disk.clocks(),
                        cursors,
                        disk.firstKept);
    }

    /** A clock that was written down and didn't get into the log. */
    private void recallClock() {
        BootClock noted = disk.noted;
        disk.noted = null;
        if (noted != null && disk.clocks().stream().noneMatch(clock -> saysTheSame(clock, noted))) {
            sim.trace("clock recalled", process.machine.number, noted.offsetMicros());
            disk.reservedThrough = Math.max(disk.reservedThrough, disk.lastOwn) + 1;
            BootClock placed = at(disk.reservedThrough, noted);
            sim.checks.taken(process.machine, List.of(placed));
            disk.append(placed);
        }
    }

    private static boolean saysTheSame(BootClock clock, BootClock noted) {
        return at(0, clock).equals(at(0, noted));
    }

    private static BootClock at(long sequence, BootClock clock) {
        return new BootClock(sequence, clock.at(), clock.offsetMicros(), clock.synchronised());
    }

    /** The first place that no earlier run can have used. */
    long nextSequence() {
        return disk.reservedThrough + 1;
    }

    @Override
    public Recovered recovered() {
        return recovered;
    }

    @Override
    public void reserve(long through) {
        sim.mayLosePower(process);
        sim.after(sim.between(MILLI, 50 * MILLI), () -> reserveNow(new Event.Reserved(through)));
    }

    private void reserveNow(Event.Reserved reservation) {
        if (process.isDead()) {
            return;
        }
        if (hung) {
            reservations.add(reservation);
            return;
        }
        disk.reservedThrough = Math.max(disk.reservedThrough, reservation.through());
        process.offer(reservation);
    }

    @Override
    public void note(BootClock clock) {
        sim.mayLosePower(process);
        asked = clock;
        sim.after(sim.between(MILLI, 50 * MILLI), this::noteNow);
    }

    private void noteNow() {
        BootClock clock = asked;
        if (clock != null && !process.isDead() && !hung) {
            asked = null;
            writeDown(clock);
            process.offer(new Event.ClockNoted(clock));
        }
    }

    void writeDown(BootClock clock) {
        disk.noted = clock;
    }

    @Override
    public boolean append(List<LogEntry> entries) {
        sim.mayLosePower(process);
        sim.checks.taken(process.machine, entries);
        if (!add(new Call(null, entries, 0))) {
            return false;
        }
        entries.forEach(entry -> ownWaiting.put(entry.sequence(), entry));
        return true;
    }

    @Override
    public boolean append(Cursor cursor, List<LogEntry> entries, long completeTo) {
        sim.mayLosePower(process);
        sim.checks.received(cursor, entries);
        if (!add(new Call(cursor, entries, completeTo))) {
            return false;
        }
        for (LogEntry entry : entries) {
            othersWaiting.add(key(cursor.origin(), cursor.log(), entry.sequence()));
            process.stored(cursor.origin(), cursor.log(), entry);
        }
        return true;
    }

    /** Whether a peer's entry is stored, or will be with the next commit. */
    boolean holdsOrWill(NodeId origin, LogId log, long sequence) {
        return disk.holds(origin, log, sequence)
                || othersWaiting.contains(key(origin, log, sequence));
    }

    /** Whether all that was handed to it is on the disk. */
    boolean hasCommittedAll() {
        return queue.isEmpty() && asked == null;
    }

    /** Nothing is committed until {@link #wake}. */
    void hang() {
        hung = true;
    }

    void wake() {
        hung = false;
        List<Event.Reserved> late = List.copyOf(reservations);
        reservations.clear();
        late.forEach(this::reserveNow);
        noteNow();
        planCommit();
    }

    /** The power fails: the transaction that was under way made it to the disk, or didn't. */
    void cut() {
        if (!hung && sim.chance(0.5)) {
            if (asked != null) {
                writeDown(asked);
            }
            commitNow();
        }
    }

    /** What {@link io.pipit.port.ReadingHistory#read} says; sees what isn't committed yet. */
    LogSlice read(Filter filter, @Nullable LogId log, long asked, long through, int limit) {
        long end = ownWaiting.isEmpty() ? disk.lastOwn : ownWaiting.lastKey();
        if (limit == 0) {
            long last = disk.lastClock;
            for (var series : disk.lastSequences.entrySet()) {
                if (filter.matches(series.getKey())) {
                    last = Math.max(last, series.getValue());
                }
            }
            for (LogEntry entry : ownWaiting.values()) {
                if (passes(filter, entry)) {
                    last = Math.max(last, entry.sequence());
                }
            }
            return new LogSlice(disk.log, disk.firstKept, last, List.of(), Math.max(last, end));
        }
        long after = disk.log.equals(log) ? asked : 0;
        long bound = disk.log.equals(log) ? Math.max(through, disk.firstKept - 1) : Long.MAX_VALUE;
        long last = Math.max(after, Math.min(bound, end));
        List<LogEntry> entries = new ArrayList<>();
        for (var part : List.of(disk.own, ownWaiting)) {
            for (LogEntry entry : part.subMap(after, false, last, true).values()) {
                if (passes(filter, entry)) {
                    if (entries.size() == limit) {
                        long to = entries.getLast().sequence();
                        return new LogSlice(disk.log, disk.firstKept, after, entries, to);
                    }
                    entries.add(entry);
                }
            }
        }
        return new LogSlice(disk.log, disk.firstKept, after, entries, last);
    }

    /** Clocks pass each filter. */
    static boolean passes(Filter filter, LogEntry entry) {
        return switch (entry) {
            case BootClock clock -> true;
            case Reading reading -> filter.matches(reading.series());
        };
    }

    /** A peer's entry is written where it isn't held. */
    void insert(NodeId origin, LogId log, LogEntry entry) {
        if (!disk.holds(origin, log, entry.sequence())) {
            disk.insert(origin, log, entry);
        }
    }

    @Override
    public void flush() {
        sim.mayLosePower(process);
        sim.trace("flush", process.machine.number, queue.size());
        sim.after(sim.between(0, 5 * MILLI), this::commitIfAny);
    }

    private boolean add(Call call) {
        if (queue.size() >= sim.storeQueueMax) {
            sim.trace("store full", process.machine.number, queue.size());
            return false;
        }
        queue.add(call);
        planCommit();
        return true;
    }

    private void planCommit() {
        if (!commitPlanned && !hung && !queue.isEmpty()) {
            commitPlanned = true;
            sim.after(
                    sim.between(5 * MILLI, sim.commitEveryNanos),
                    () -> {
                        commitPlanned = false;
                        commitIfAny();
                    });
        }
    }

    private void commitIfAny() {
        if (!process.isDead() && !hung) {
            Event.Committed committed = commitNow();
            // Said a little later, as by another thread.
            sim.after(sim.between(0, 5 * MILLI), () -> process.offer(committed));
        }
    }

    private Event.Committed commitNow() {
        Map<Cursor, Long> moved = new HashMap<>();
        for (Call call : queue) {
            Cursor cursor = call.cursor();
            if (cursor == null) {
                call.entries().forEach(disk::append);
            } else {
                for (LogEntry entry : call.entries()) {
                    insert(cursor.origin(), cursor.log(), entry);
                }
                disk.move(cursor, call.completeTo());
                moved.put(cursor, disk.cursors.get(cursor));
            }
        }
        queue.clear();
        ownWaiting.clear();
        othersWaiting.clear();
        sim.trace("commit", process.machine.number, disk.lastOwn);
        sim.checks.committed(process.machine, moved);
        return new Event.Committed(disk.lastOwn, moved);
    }

    private static Object key(NodeId origin, LogId log, long sequence) {
        return List.of(origin, log, sequence);
    }
}
