package io.pipit.sim;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.Reading;
import io.pipit.model.Stamp;
import io.pipit.model.Timeline;
import io.pipit.port.CoreStatus;
import io.pipit.port.PeerLinks;
import io.pipit.port.ReadingStore;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Looks on from outside, knows everything, and writes down the first breach of each invariant. */
final class Checks {
    private record Boot(LogId log, int boot) {}

    /** A card's view of a peer's log, which was found to be whole up to somewhere. */
    private record Whole(LogId card, LogId origin, Filter filter) {}

    private final Simulation sim;
    private final Map<LogId, Map<Long, LogEntry>> taken = new HashMap<>();
    private final Map<Boot, Long> rightOffsets = new HashMap<>();
    private final Map<Whole, Long> whole = new HashMap<>();
    private final Map<Invariant, String> violations = new EnumMap<>(Invariant.class);

    Checks(Simulation sim) {
        this.sim = sim;
    }

    Map<Invariant, String> violations() {
        return violations;
    }

    void violated(Invariant invariant, String how) {
        if (violations.putIfAbsent(invariant, how) == null) {
            sim.trace("violated " + invariant + ": " + how, 0, 0);
        }
    }

    /** A node takes these into its own log. */
    void taken(SimMachine machine, List<LogEntry> entries) {
        LogId log = machine.disk.log;
        sim.taken(machine, entries);
        Map<Long, LogEntry> places = taken.computeIfAbsent(log, key -> new HashMap<>());
        for (LogEntry entry : entries) {
            LogEntry before = places.put(entry.sequence(), entry);
            if (before != null) {
                violated(Invariant.PLACE_USED_ONCE, before + " and " + entry);
            }
            if (entry.at().boot() == machine.disk.boot) {
                rightOffsets.put(
                        new Boot(log, entry.at().boot()),
                        machine.rightMicros() - machine.monotonicMicros());
            }
        }
    }

    /** A node hands these to its store as a peer's. */
    void received(ReadingStore.Cursor cursor, List<LogEntry> entries) {
        Map<Long, LogEntry> places = taken.getOrDefault(cursor.log(), Map.of());
        for (LogEntry entry : entries) {
            if (!entry.equals(places.get(entry.sequence()))) {
                violated(
                        Invariant.TRUE_TO_ORIGIN,
                        entry + " is " + places.get(entry.sequence()) + " at its origin");
            }
            if (!SimStore.passes(cursor.filter(), entry)) {
                violated(Invariant.ONLY_WHAT_IS_WANTED, entry + " through " + cursor.filter());
            }
        }
    }

    /** A node tells a peer that it holds everything up to there. */
    void acknowledged(SimMachine machine, PeerLinks.Fetch fetch) {
        SimMachine origin = sim.machine(fetch.peer());
        if (origin.disk.log.equals(fetch.log())) {
            holdsDurably(
                    Invariant.ACKNOWLEDGED_IS_HELD, machine, origin, fetch.filter(), fetch.held());
        }
    }

    /** These cursors moved on a node's disk. */
    void committed(SimMachine machine, Map<ReadingStore.Cursor, Long> moved) {
        moved.forEach((cursor, place) -> cursorIsRight(machine, cursor, place));
    }

    /** A node starts from what its disk says. */
    void crashed(SimMachine machine) {
        committed(machine, machine.disk.cursors);
    }

    private void cursorIsRight(SimMachine machine, ReadingStore.Cursor cursor, long place) {
        SimMachine origin = sim.machine(cursor.origin());
        if (origin.disk.log.equals(cursor.log())) {
            holdsDurably(Invariant.CURSOR_NOT_AHEAD, machine, origin, cursor.filter(), place);
        }
    }

    private void holdsDurably(
            Invariant invariant,
            SimMachine machine,
            SimMachine origin,
            Filter filter,
            long through) {
        Whole view = new Whole(machine.disk.log, origin.disk.log, filter);
        long after = whole.getOrDefault(view, 0L);
        if (through <= after) {
            return;
        }
        var held = machine.disk.of(origin.id, origin.disk.log);
        for (LogEntry entry : origin.disk.own.subMap(after, false, through, true).values()) {
            if (!held.containsKey(entry.sequence()) && SimStore.passes(filter, entry)) {
                violated(
                        invariant,
                        machine.name
                                + " lacks "
                                + entry
                                + " of "
                                + origin.name
                                + " up to "
                                + through
                                + " through "
                                + filter);
                return;
            }
        }
        whole.put(view, through);
    }

    /** These were taken a while ago, and nothing kept them from arriving. */
    void arrived(SimMachine machine, SimMachine origin, LogId log, List<LogEntry> entries) {
        SimProcess process = machine.process();
        Filter filter = machine.wants.get(origin.id);
        if (process == null || filter == null || !log.equals(origin.disk.log)) {
            return;
        }
        sim.trace("moved in time", machine.number, origin.number);
        for (LogEntry entry : entries) {
            if (SimStore.passes(filter, entry)
                    && origin.disk.own.containsKey(entry.sequence())
                    && !process.store.holdsOrWill(origin.id, log, entry.sequence())) {
                violated(
                        Invariant.MOVES_IN_TIME,
                        machine.name
                                + " lacks "
                                + entry
                                + " of "
                                + origin.name
                                + ": "
                                + process.status());
                return;
            }
        }
    }

    /** Whether everything is where it should be; what isn't is told. */
    boolean isAtRest(boolean tell) {
        for (SimMachine machine : sim.machines) {
            SimProcess process = machine.process();
            if (process == null) {
                return false;
            }
            if (!process.store.hasCommittedAll()) {
                if (tell) {
                    violated(Invariant.COMES_TO_REST, machine.name + " has yet to commit");
                }
                return false;
            }
            for (SimMachine origin : sim.machines) {
                Filter filter = machine.wants.get(origin.id);
                if (origin != machine
                        && filter != null
                        && !machine.forgotten.contains(origin.id)
                        && lacksSomething(machine, origin, filter, tell)) {
                    return false;
                }
            }
            for (CoreStatus.Subscription subscription : process.status().subscriptions()) {
                if (!subscription.live()
                        || subscription.repairing()
                        || subscription.committed() != subscription.cursor()) {
                    if (tell) {
                        violated(Invariant.COMES_TO_REST, machine.name + ": " + subscription);
                    }
                    return false;
                }
            }
        }
        return true;
    }

    private boolean lacksSomething(
            SimMachine machine, SimMachine origin, Filter filter, boolean tell) {
        var held = machine.disk.of(origin.id, origin.disk.log);
        for (LogEntry entry : origin.disk.own.values()) {
            if (SimStore.passes(filter, entry) && !held.containsKey(entry.sequence())) {
                if (tell) {
                    violated(
                            Invariant.ALL_IS_THERE,
                            machine.name
                                    + " lacks "
                                    + entry
                                    + " of "
                                    + origin.name
                                    + " through "
                                    + filter);
                }
                return true;
            }
        }
        return false;
    }

    /** The cursors that the processes have just now. */
    void inMemory() {
        for (SimMachine machine : sim.machines) {
            SimProcess process = machine.process();
            if (process != null) {
                for (CoreStatus.Subscription subscription : process.status().subscriptions()) {
                    cursorInMemoryIsRight(machine, process, subscription);
                }
            }
        }
    }

    /** All that is to be looked at once, when everything is over. */
    void atTheEnd() {
        isAtRest(true);
        inMemory();
        whole.clear();
        for (SimMachine machine : sim.machines) {
            SimProcess process = machine.process();
            crashed(machine);
            machine.disk.others.forEach((origin, entries) ->
                    entries.forEach((sequence, copies) -> {
                        if (copies.size() > 1) {
                            violated(
                                    Invariant.ONCE,
                                    machine.name + " has " + copies + " of " + origin);
                        }
                    }));
            if (process != null) {
                process.checkAllWasSeen();
            }
            for (SimMachine origin : sim.machines) {
                timesAreRight(machine, origin);
            }
        }
    }

    private void cursorInMemoryIsRight(
            SimMachine machine, SimProcess process, CoreStatus.Subscription subscription) {
        SimMachine origin = sim.machine(subscription.peer());
        if (origin.disk.log.equals(subscription.log())) {
            for (LogEntry entry : origin.disk.own.headMap(subscription.cursor(), true).values()) {
                if (SimStore.passes(subscription.filter(), entry)
                        && !process.store.holdsOrWill(
                                origin.id, origin.disk.log, entry.sequence())) {
                    violated(
                            Invariant.CURSOR_NOT_AHEAD,
                            machine.name + " lacks " + entry + " below " + subscription);
                    return;
                }
            }
        }
    }

    private void timesAreRight(SimMachine machine, SimMachine origin) {
        Timeline own = origin.disk.timeline();
        if (machine == origin) {
            for (LogEntry entry : origin.disk.own.values()) {
                Stamp at = entry.at();
                Long right = rightOffsets.get(new Boot(origin.disk.log, at.boot()));
                if (entry instanceof Reading
                        && own.isSynchronised(at)
                        && right != null
                        && Math.abs(own.wallMicros(at).orElseThrow() - at.monotonicMicros() - right)
                                > 50_010) {
                    violated(Invariant.RIGHT_TIME, origin.name + ": " + entry);
                    return;
                }
            }
            return;
        }
        if (!machine.wants.containsKey(origin.id)) {
            // Whoever doesn't follow any more isn't told what time it was after all.
            return;
        }
        var known = new HashSet<LogEntry>(origin.disk.clocks());
        for (BootClock clock : machine.disk.clocks(origin.id, origin.disk.log)) {
            if (!known.contains(clock)) {
                sim.trace("clock lost at its origin", machine.number, clock.sequence());
            }
        }
        Timeline copied = new Timeline(machine.disk.clocks(origin.id, origin.disk.log));
        machine.disk
                .of(origin.id, origin.disk.log)
                .forEach((sequence, entries) -> {
                    LogEntry entry = entries.getFirst();
                    if (entry instanceof Reading
                            && origin.disk.own.containsKey(sequence)
                            && !copied.wallMicros(entry.at()).equals(own.wallMicros(entry.at()))) {
                        violated(
                                Invariant.SAME_TIME,
                                machine.name + " and " + origin.name + " about " + entry);
                    }
                });
    }
}
