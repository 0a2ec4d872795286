package io.pipit.sim;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A board: its clocks, its disk, its sensors, and the process that runs on it or doesn't. */
final class SimMachine implements TimeSource {
    private static final long SECOND = 1_000_000_000L;

    /** What the right time is when the simulation begins. */
    static final long EPOCH_MICROS = 1_750_000_000_000_000L;

    final int number;
    final NodeId id;
    final String name;
    final Map<NodeId, Filter> wants = new TreeMap<>();
    final Set<NodeId> forgotten = new HashSet<>();
    final boolean speaksCompact;
    SimDisk disk;

    /** How often something is read. */
    long everyNanos;

    /** When something last happened to it, other than that UDP is blocked. */
    long disturbedNanos;

    private final Simulation sim;
    private final Fakes fakes;
    private @Nullable SimProcess process;
    private int runs;
    private long bootedNanos;
    private long wallErrorMicros;
    private boolean synchronised;
    private double lastValue;

    SimMachine(Simulation sim, Fakes fakes, int number, NodeId id) {
        this.sim = sim;
        this.fakes = fakes;
        this.number = number;
        this.id = id;
        this.name = "node" + number;
        this.speaksCompact = sim.chance(0.8);
        this.disk = new SimDisk(new LogId(sim.nextLong()));
        boots();
    }

    @Override
    public long monotonicNanos() {
        return sim.nowNanos() - bootedNanos;
    }

    @Override
    public long wallMicros() {
        return rightMicros() + wallErrorMicros;
    }

    @Override
    public boolean synchronised() {
        return synchronised;
    }

    long rightMicros() {
        return EPOCH_MICROS + sim.nowNanos() / 1_000;
    }

    @Nullable SimProcess process() {
        return process;
    }

    /** The machine starts: another boot, and no idea of the time. */
    void boots() {
        bootedNanos = sim.nowNanos() - sim.between(SECOND, 20 * SECOND);
        disk.boot++;
        synchronised = sim.chance(0.3);
        wallErrorMicros = synchronised ? 0 : -sim.between(0, 40_000_000_000_000L);
    }

    void startsProcess() {
        if (process == null) {
            sim.trace("start", number, runs);
            isDisturbed();
            SimProcess started = new SimProcess(sim, this, ++runs, fakes);
            process = started;
            started.start();
        }
    }

    /** The process ends without a word; what wasn't committed is gone. */
    void losesPower() {
        SimProcess ended = process;
        if (ended != null) {
            sim.trace("crash", number, runs);
            isDisturbed();
            process = null;
            ended.die();
            ended.checkAllWasSeen();
            ended.store.cut();
            sim.checks.crashed(this);
        }
    }

    /** Another, empty card. */
    void getsNewCard() {
        sim.trace("new card", number, 0);
        disk = new SimDisk(new LogId(sim.nextLong()));
        disk.boot = 1;
    }

    /** Unsynchronised clocks may be anything; a synchronised one is right. */
    void clockChanges() {
        synchronised = !synchronised || sim.chance(0.3);
        if (synchronised) {
            wallErrorMicros = 0;
        } else {
            wallErrorMicros = sim.between(-100_000_000_000L, 100_000_000_000L);
        }
        sim.trace("clock", number, wallErrorMicros);
    }

    void trims() {
        SimProcess running = process;
        if (running != null && !disk.own.isEmpty()) {
            long first = disk.own.firstKey();
            long kept = disk.own.ceilingKey(sim.between(first, disk.own.lastKey()));
            disk.trim(kept);
            sim.trace("trim", number, kept);
            running.offer(new Event.Trimmed(disk.firstKept));
        }
    }

    /** One of the sensors is read. */
    void measures() {
        SimProcess running = process;
        if (running != null) {
            List<Event.Value> values = new ArrayList<>();
            String sensor = sim.chance(0.6) ? "air" : "light";
            for (String quantity :
                    sensor.equals("air") ? List.of("temperature", "humidity") : List.of("level")) {
                lastValue++;
                values.add(new Event.Value(quantity, lastValue, "Cel"));
            }
            running.offer(new Event.Measured(sensor, monotonicNanos() / 1_000, values));
        }
    }

    void isDisturbed() {
        disturbedNanos = sim.nowNanos();
    }

    /** Something else is wanted of a peer from now on. */
    void wants(NodeId peer, @Nullable Filter filter) {
        isDisturbed();
        if (filter == null) {
            wants.remove(peer);
        } else {
            wants.put(peer, filter);
        }
        if (process != null) {
            process.offer(new Event.Wanted(wanted()));
        }
    }

    void knows(NodeId peer, boolean known) {
        isDisturbed();
        if (known) {
            forgotten.remove(peer);
        } else {
            forgotten.add(peer);
        }
        if (process != null) {
            process.offer(new Event.PeersKnown(known()));
        }
    }

    List<Peer> known() {
        List<Peer> peers = new ArrayList<>();
        for (SimMachine other : sim.machines) {
            if (!forgotten.contains(other.id)) {
                peers.add(new Peer(other.id, other.name, null, Set.of()));
            }
        }
        return peers;
    }

    Map<NodeId, Filter> wanted() {
        return wants;
    }
}
