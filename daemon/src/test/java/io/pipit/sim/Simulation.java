package io.pipit.sim;

import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A fleet of real cores on a network that loses, doubles and delays, on machines whose power fails
 * and whose clocks jump: all of it from one seed, so that whatever goes wrong does so again.
 */
final class Simulation {
    /** After the last incident everything must be in order within this time. */
    static final long REST_MAX_NANOS = 300 * 1_000_000_000L;

    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    /**
     * So soon a reading is at who wants it while UDP is blocked and TCP isn't: ten seconds to move,
     * and the rest to fetch what was missed.
     */
    private static final long MOVES_MAX_NANOS = 12 * SECOND;

    /** Nothing else may have happened for so long, so that no wait after a failure is left. */
    private static final long CALM_NANOS = 15 * SECOND;

    private static final List<Filter> FILTERS =
            List.of(
                    Filter.ALL,
                    Filter.of("air/*"),
                    Filter.of("*/temperature"),
                    Filter.of("light/*"),
                    Filter.of("air/humidity"),
                    Filter.of("air/humidity", "light/level"));

    /** What a run came to. */
    record Outcome(
            long seed,
            Map<Invariant, String> violations,
            long trace,
            long restNanos,
            Map<String, Long> tally) {}

    private record Planned(long atNanos, long order, Runnable what) implements Comparable<Planned> {
        @Override
        public int compareTo(Planned other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    final List<SimMachine> machines = new ArrayList<>();
    final Checks checks = new Checks(this);
    final int storeQueueMax;
    final long commitEveryNanos;
    final int answerBytesMax;
    private final long seed;
    private final Map<String, Long> tally = new TreeMap<>();
    private final SplittableRandom random;
    private final PriorityQueue<Planned> plan = new PriorityQueue<>();
    private final Set<List<Integer>> cutLines = new HashSet<>();
    private final Set<List<Integer>> tcpCutLines = new HashSet<>();

    /** From whom to whom nothing gets through over UDP, and since when. */
    private final Map<List<Integer>, Long> udpBlocked = new HashMap<>();

    private final boolean verbose = Boolean.getBoolean("pipit.sim.verbose");
    private final long latencyNanos;
    private final double strayed;
    private double loss;
    private double doubled;
    private long nowNanos = 100 * SECOND;
    private long orders;
    private long trace = 17;
    private boolean measuring = true;
    private int powerCutIn;
    private @Nullable SimMachine powerCutAt;

    Simulation(long seed, Fakes fakes) {
        this.seed = seed;
        random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1);
        loss = chance(0.2) ? 0 : random.nextDouble(0.5);
        doubled = chance(0.5) ? 0 : random.nextDouble(0.2);
        strayed = chance(0.5) ? 0 : random.nextDouble(0.3);
        latencyNanos = between(MILLI / 5, 50 * MILLI);
        storeQueueMax = (int) (chance(0.3) ? between(2, 20) : between(50, 5_000));
        commitEveryNanos = between(20 * MILLI, 3 * SECOND);
        // Small ones, so that what is missing takes many questions.
        answerBytesMax = chance(0.4) ? (int) between(150, 400) : chance(0.6) ? 1_024 : 64 << 10;
        int size = (int) between(2, 5);
        for (int i = 0; i < size; i++) {
            machines.add(new SimMachine(this, fakes, i, Ids.of(i)));
        }
        for (SimMachine machine : machines) {
            for (SimMachine other : machines) {
                if (machine != other && chance(0.7)) {
                    machine.wants.put(other.id, anyFilter());
                }
            }
        }
    }

    /** Runs to the end. */
    Outcome run() {
        for (SimMachine machine : machines) {
            after(between(0, 3 * SECOND), machine::startsProcess);
            machine.everyNanos = between(30 * MILLI, 4 * SECOND);
            measureOnAndOn(machine, machine.everyNanos);
        }
        long trouble = between(5 * SECOND, 60 * SECOND);
        if (chance(0.1)) {
            trouble = 80 * SECOND;
            for (long blocks = between(1, 3); blocks > 0; blocks--) {
                after(
                        between(CALM_NANOS + 4 * SECOND, 30 * SECOND),
                        () -> block(any(), any(), chance(0.5), between(15, 45) * SECOND));
            }
        } else {
            for (long incidents = between(0, 20); incidents > 0; incidents--) {
                after(between(0, trouble), this::incident);
            }
        }
        runUntil(nowNanos + trouble);
        long healed = nowNanos;
        heal();
        while (nowNanos < healed + REST_MAX_NANOS && !checks.isAtRest(false)) {
            runUntil(nowNanos + 2 * SECOND);
        }
        checks.atTheEnd();
        for (SimMachine machine : machines) {
            trace("end", machine.number, machine.disk.lastOwn + machine.disk.cursors.size());
        }
        return new Outcome(seed, checks.violations(), trace, nowNanos - healed, tally);
    }

    // For the fleet

    long nowNanos() {
        return nowNanos;
    }

    long nextLong() {
        return random.nextLong();
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Anything from the one to the other, both included. */
    long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    void after(long nanos, Runnable what) {
        at(nowNanos + nanos, what);
    }

    void at(long nanos, Runnable what) {
        plan.add(new Planned(nanos, orders++, what));
    }

    SimMachine machine(NodeId id) {
        for (SimMachine machine : machines) {
            if (machine.id.equals(id)) {
                return machine;
            }
        }
        throw new AssertionError("nobody is " + id);
    }

    /** One datagram; what arrives, if it does, is taken by the process that runs there then. */
    void send(SimMachine from, NodeId to, Consumer<SimProcess> arrives) {
        SimMachine target = machine(to);
        boolean blocked = udpBlocked.containsKey(List.of(from.number, target.number));
        int copies = blocked || chance(loss) || isCut(from, target) ? 0 : chance(doubled) ? 2 : 1;
        trace("send", from.number * 10L + target.number, copies);
        for (; copies > 0; copies--) {
            long delay =
                    latencyNanos + between(0, chance(strayed) ? 500 * MILLI : latencyNanos / 4);
            after(
                    delay,
                    () -> {
                        SimProcess process = target.process();
                        if (process != null && !isCut(from, target)) {
                            arrives.accept(process);
                        }
                    });
        }
    }

    /** How long a datagram takes at least. */
    long latencyNanos() {
        return latencyNanos;
    }

    /** Whether no connection holds between them. */
    boolean isTcpCut(SimMachine one, SimMachine other) {
        return isCut(one, other) || tcpCutLines.contains(line(one, other));
    }

    /** A node took these into its log: who follows it over a blocked UDP is to have them soon. */
    void taken(SimMachine origin, List<LogEntry> entries) {
        LogId log = origin.disk.log;
        for (SimMachine machine : machines) {
            Filter filter = machine.wants.get(origin.id);
            Long since = blockedSince(origin, machine);
            if (filter == null || since == null || storeQueueMax < 500) {
                continue;
            }
            after(
                    MOVES_MAX_NANOS,
                    () -> {
                        if (since.equals(blockedSince(origin, machine))
                                && isCalm(origin, since)
                                && isCalm(machine, since)) {
                            checks.arrived(machine, origin, log, entries);
                        }
                    });
        }
    }

    private @Nullable Long blockedSince(SimMachine one, SimMachine other) {
        Long forth = udpBlocked.get(List.of(one.number, other.number));
        Long back = udpBlocked.get(List.of(other.number, one.number));
        return forth == null ? back : back == null ? forth : (Long) Math.min(forth, back);
    }

    private static boolean isCalm(SimMachine machine, long sinceNanos) {
        return machine.disturbedNanos + CALM_NANOS < sinceNanos;
    }

    /** Called whenever a core uses a port: the power may fail at any of these. */
    void mayLosePower(SimProcess process) {
        if (powerCutAt == process.machine && --powerCutIn <= 0) {
            powerCutAt = null;
            trace("power cut", process.machine.number, 0);
            throw new SimProcess.PowerCut();
        }
    }

    /** Something happened; two runs that are alike have all of these alike. */
    void trace(String what, long one, long two) {
        tally.merge(what, 1L, Long::sum);
        trace = (((trace * 31 + nowNanos) * 31 + what.hashCode()) * 31 + one) * 31 + two;
        if (verbose) {
            System.out.printf("%12.6f %s %d %d%n", nowNanos / 1e9, what, one, two);
        }
    }

    // What happens

    private void runUntil(long endNanos) {
        for (Planned next = plan.peek();
                next != null && next.atNanos() <= endNanos;
                next = plan.peek()) {
            plan.remove();
            nowNanos = next.atNanos();
            next.what().run();
        }
        nowNanos = endNanos;
    }

    private void measureOnAndOn(SimMachine machine, long everyNanos) {
        after(
                between(everyNanos / 2, everyNanos * 3 / 2),
                () -> {
                    if (measuring) {
                        for (long times = chance(0.05) ? between(2, 40) : 1; times > 0; times--) {
                            machine.measures();
                        }
                        measureOnAndOn(machine, everyNanos);
                    }
                });
    }

    private void incident() {
        checks.inMemory();
        SimMachine machine = any();
        SimMachine other = any();
        long lasts = between(0, 15 * SECOND);
        switch ((int) between(0, 17)) {
            case 0, 1, 2 -> {
                machine.losesPower();
                boolean reboots = chance(0.5);
                boolean cardIsLost = chance(0.15);
                after(lasts, () -> returns(machine, reboots, cardIsLost));
            }
            case 3, 4 -> {
                powerCutAt = machine;
                powerCutIn = (int) between(1, 20);
                after(lasts, () -> returns(machine, false, false));
            }
            case 5 -> {
                cut(machine, other);
                after(lasts, () -> mend(machine, other));
            }
            case 6 -> {
                machines.forEach(each -> cut(machine, each));
                after(lasts, () -> machines.forEach(each -> mend(machine, each)));
            }
            case 7 -> {
                SimProcess process = machine.process();
                if (process != null) {
                    process.store.hang();
                    machine.isDisturbed();
                    after(
                            lasts,
                            () -> {
                                process.store.wake();
                                machine.isDisturbed();
                            });
                }
            }
            case 8, 9 -> machine.clockChanges();
            case 10 -> machine.trims();
            case 11 -> {
                if (machine != other) {
                    machine.wants(other.id, chance(0.2) ? null : anyFilter());
                }
            }
            case 12, 13, 14, 15 -> block(machine, other, chance(0.5), 2 * lasts + 5 * SECOND);
            case 16 -> {
                trace("tcp cut", machine.number, other.number);
                tcpCutLines.add(line(machine, other));
                disturb(machine, other);
                after(
                        lasts,
                        () -> {
                            tcpCutLines.remove(line(machine, other));
                            disturb(machine, other);
                        });
            }
            default -> {
                machine.knows(other.id, false);
                after(lasts, () -> machine.knows(other.id, true));
            }
        }
    }

    private void returns(SimMachine machine, boolean reboots, boolean cardIsLost) {
        if (machine.process() == null) {
            if (cardIsLost) {
                machine.getsNewCard();
            } else if (reboots) {
                machine.boots();
            }
            if (chance(0.3)) {
                for (NodeId peer : List.copyOf(machine.wants.keySet())) {
                    machine.wants.put(peer, anyFilter());
                }
            }
            machine.startsProcess();
        }
    }

    private void heal() {
        trace("healed", 0, 0);
        measuring = false;
        loss = chance(0.5) ? 0 : loss / 5;
        doubled = 0;
        cutLines.clear();
        tcpCutLines.clear();
        // Some have to do without UDP for good.
        udpBlocked.keySet().removeIf(way -> chance(0.8));
        powerCutAt = null;
        for (SimMachine machine : machines) {
            machine.startsProcess();
            SimProcess process = machine.process();
            if (process != null) {
                process.store.wake();
            }
            for (SimMachine other : machines) {
                machine.knows(other.id, true);
            }
        }
    }

    private SimMachine any() {
        return machines.get((int) between(0, machines.size() - 1L));
    }

    private Filter anyFilter() {
        return FILTERS.get((int) between(0, FILTERS.size() - 1L));
    }

    private void cut(SimMachine one, SimMachine other) {
        trace("cut", one.number, other.number);
        cutLines.add(line(one, other));
        disturb(one, other);
    }

    /** UDP alone, the one way or both, for a while; TCP holds. */
    private void block(SimMachine from, SimMachine to, boolean both, long lastsNanos) {
        List<Integer> forth = List.of(from.number, to.number);
        List<Integer> back = List.of(to.number, from.number);
        if (from == to || udpBlocked.containsKey(forth) || udpBlocked.containsKey(back)) {
            return;
        }
        trace("udp blocked", from.number, to.number);
        udpBlocked.put(forth, nowNanos);
        if (both) {
            udpBlocked.put(back, nowNanos);
        }
        after(
                lastsNanos,
                () -> {
                    if (measuring) {
                        udpBlocked.remove(forth);
                        udpBlocked.remove(back);
                    }
                });
    }

    private static void disturb(SimMachine one, SimMachine other) {
        one.isDisturbed();
        other.isDisturbed();
    }

    /** Some links notice at once that they are whole again, others don't. */
    private void mend(SimMachine one, SimMachine other) {
        cutLines.remove(line(one, other));
        disturb(one, other);
        SimProcess process = one.process();
        if (process != null && chance(0.5)) {
            process.offer(new Event.PeerReachable(other.id, chance(0.5) ? Path.UDP : Path.TCP));
        }
    }

    private boolean isCut(SimMachine one, SimMachine other) {
        return cutLines.contains(line(one, other));
    }

    private static List<Integer> line(SimMachine one, SimMachine other) {
        return List.of(Math.min(one.number, other.number), Math.max(one.number, other.number));
    }
}
