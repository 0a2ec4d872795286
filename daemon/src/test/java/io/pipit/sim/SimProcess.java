package io.pipit.sim;

import io.pipit.core.Core;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One run of the program on a machine: a real core, stepped as the node loop does it. */
final class SimProcess {
    /** The power is gone, in the middle of whatever was being done. */
    static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1;

        PowerCut() {
            super("power cut", null, false, false);
        }
    }

    final SimMachine machine;
    final int run;
    final SimStore store;
    final SimLinks links;
    final @Nullable SimStreams streams;
    final Core core;
    private final Simulation sim;
    private final ArrayDeque<Event> inbox = new ArrayDeque<>();
    private final Set<Object> seen = new HashSet<>();
    private final Set<Object> stored = new HashSet<>();
    private boolean dead;
    private boolean stepPlanned;
    private long wakeAt = Long.MAX_VALUE;

    SimProcess(Simulation sim, SimMachine machine, int run, Fakes fakes) {
        this.sim = sim;
        this.machine = machine;
        this.run = run;
        store = fakes.store(sim, this, machine.disk);
        links = fakes.links(sim, this);
        streams = fakes.streams(sim, this);
        core =
                new Core(
                        machine.id,
                        machine.name,
                        machine,
                        sim::nextLong,
                        store,
                        links,
                        streams,
                        new Health(),
                        new Metrics());
    }

    /** Begins to run. */
    void start() {
        try {
            core.start();
        } catch (PowerCut cut) {
            machine.losesPower();
            return;
        }
        offer(new Event.WatchOpened(this::arrived, Filter.ALL));
        offer(new Event.PeersKnown(machine.known()));
        offer(new Event.Wanted(machine.wanted()));
    }

    boolean isDead() {
        return dead;
    }

    void die() {
        dead = true;
        inbox.clear();
    }

    /** An event for the node loop. */
    void offer(Event event) {
        if (!dead) {
            inbox.add(event);
            if (!stepPlanned) {
                stepPlanned = true;
                sim.after(sim.between(0, 100_000), this::step);
            }
        }
    }

    CoreStatus status() {
        CompletableFuture<CoreStatus> answer = new CompletableFuture<>();
        core.handle(new Event.StatusAsked(answer));
        return answer.join();
    }

    /** What this run stored of peers must have been shown. */
    void checkAllWasSeen() {
        for (CoreStatus.Subscription subscription : status().subscriptions()) {
            if (subscription.gone() > 0) {
                sim.trace("gone", machine.number, subscription.gone());
            }
        }
        for (Object key : stored) {
            if (!seen.contains(key)) {
                sim.checks.violated(Invariant.STORED_IS_SEEN, machine.name + " " + key);
                return;
            }
        }
    }

    void stored(NodeId origin, LogId log, LogEntry entry) {
        if (entry instanceof Reading) {
            stored.add(List.of(origin, log, entry.sequence()));
        }
    }

    private void arrived(NodeId origin, LogId log, List<LogEntry> entries, boolean live) {
        sim.trace(live ? "live" : "repaired", machine.number, entries.size());
        for (LogEntry entry : entries) {
            if (!seen.add(List.of(origin, log, entry.sequence()))) {
                sim.checks.violated(
                        Invariant.SEEN_ONCE,
                        machine.name + " saw " + entry + " of " + origin + " again");
            }
        }
    }

    private void step() {
        stepPlanned = false;
        if (dead) {
            return;
        }
        try {
            for (Event event = inbox.poll(); event != null; event = inbox.poll()) {
                core.handle(event);
            }
            core.tick();
        } catch (PowerCut cut) {
            machine.losesPower();
            return;
        }
        planWake();
    }

    private void planWake() {
        long deadline = core.nextDeadlineNanos();
        if (deadline <= machine.monotonicNanos()) {
            sim.checks.violated(Invariant.NO_BUSY_LOOP, machine.name);
            die();
            return;
        }
        long at = sim.nowNanos() + deadline - machine.monotonicNanos();
        if (at < wakeAt) {
            wakeAt = at;
            sim.at(
                    at,
                    () -> {
                        if (wakeAt == at) {
                            wakeAt = Long.MAX_VALUE;
                            step();
                        }
                    });
        }
    }
}
