package io.pipit.node.trust;

import io.pipit.identity.Statements;
import io.pipit.identity.statement.Statement;
import io.pipit.model.NodeId;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands on to every peer what was said of keys, until each has answered, and says to each from time
 * to time that this node is there. Whoever was away gets it when it is back. Its state lives on the
 * timer's thread.
 *
 * <p>One message to a peer is under way at a time. What an answer was given to, whatever it says,
 * isn't handed to that peer again by this process.
 */
public final class Handing {
    /** How often it looks what is due, seconds. */
    static final int LOOK_EVERY_S = 5;

    /** How often it says that it is there, seconds; of many peers each more rarely. */
    static final int ANNOUNCE_EVERY_S = 20;

    /** To all peers together it says so once in this, seconds. */
    static final int ANNOUNCE_SPACING_S = 2;

    /** The same after a peer answered that it heard another process with this node's key. */
    static final int ANNOUNCE_SOON_S = 5;

    /** First wait after a peer didn't answer, seconds; doubled from then on. */
    static final int AGAIN_S = 10;

    static final int AGAIN_S_MAX = 600;

    private static final int AGAIN_DOUBLINGS_MAX = 6;
    private static final int CREATED = 201;
    private static final int UNAVAILABLE = 503;
    private static final byte[] NOTHING = {};

    /** One way to the peers. */
    @FunctionalInterface
    public interface Way {
        /**
         * Hands something on.
         *
         * @param payload a statement, or nothing
         * @param outcome hears the answer's code, like 204, or 0 where none came; any thread, once
         */
        void tell(NodeId peer, String query, byte[] payload, IntConsumer outcome);
    }

    /** How far it is with one peer. */
    private static final class Standing {
        /** All up to this number were handed to it. */
        private long through;

        private boolean underWay;
        private int failures;
        private long notBeforeNanos = Long.MIN_VALUE;
        private long announceNanos = Long.MIN_VALUE;
    }

    private final String query;
    private final Supplier<Statements> statements;
    private final List<Way> ways;
    private final ScheduledExecutorService timer;
    private final TimeSource time;
    private final Counter handed;
    private final Counter failed;

    // On the timer's thread alone:
    private final Map<NodeId, Standing> peers = new HashMap<>();
    private Map<Statement, Long> numbers = new LinkedHashMap<>();
    private long last;

    /**
     * Doesn't do anything until there are peers.
     *
     * @param instance drawn by this process
     * @param ways the best first
     */
    public Handing(
            long instance,
            Supplier<Statements> statements,
            List<Way> ways,
            ScheduledExecutorService timer,
            TimeSource time,
            Metrics metrics) {
        this.query = "instance=%016x".formatted(instance);
        this.statements = statements;
        this.ways = List.copyOf(ways);
        this.timer = timer;
        this.time = time;
        handed =
                metrics.counter(
                        "pipit_statements_handed", "Statements about keys that a peer answered to");
        failed =
                metrics.counter(
                        "pipit_statements_unanswered",
                        "Times that a peer didn't answer to a statement about keys, or to a hello");
    }

    /** Begins to look again and again. */
    public void start() {
        var _ =
                timer.scheduleWithFixedDelay(
                        this::look, LOOK_EVERY_S, LOOK_EVERY_S, TimeUnit.SECONDS);
    }

    /** These are the peers now, and there may be other statements. Any thread. */
    public void know(Set<NodeId> now) {
        Set<NodeId> known = Set.copyOf(now);
        execute(() -> {
            peers.keySet().retainAll(known);
            known.forEach(id -> peers.computeIfAbsent(id, _ -> new Standing()));
            look();
        });
    }

    /** A peer is there again: what waits for it need not any longer. Any thread. */
    public void reachable(NodeId peer) {
        execute(() -> {
            Standing standing = peers.get(peer);
            if (standing != null) {
                standing.failures = 0;
                standing.notBeforeNanos = Long.MIN_VALUE;
                standing.announceNanos = Long.MIN_VALUE;
                goOn(peer, standing);
            }
        });
    }

    private void execute(Runnable task) {
        try {
            timer.execute(task);
        } catch (RejectedExecutionException e) {
            // The node is closing: the next start hands on what is left.
        }
    }

    private void look() {
        Map<Statement, Long> kept = new LinkedHashMap<>();
        for (Statements.Kept each : statements.get().list()) {
            Long number = numbers.get(each.statement());
            kept.put(each.statement(), number == null ? ++last : number);
        }
        numbers = kept;
        peers.forEach(this::goOn);
    }

    private void goOn(NodeId peer, Standing standing) {
        long now = time.monotonicNanos();
        if (standing.underWay || standing.notBeforeNanos > now) {
            return;
        }
        Statement next = null;
        for (Map.Entry<Statement, Long> each : numbers.entrySet()) {
            if (each.getValue() > standing.through) {
                next = each.getKey();
                break;
            }
        }
        if (next != null || standing.announceNanos <= now) {
            standing.underWay = true;
            send(peer, standing, next, 0);
        }
    }

    private void send(NodeId peer, Standing standing, @Nullable Statement statement, int way) {
        ways.get(way)
                .tell(
                        peer,
                        query,
                        statement == null ? NOTHING : statement.bytes(),
                        code -> execute(() -> ended(peer, standing, statement, way, code)));
    }

    private void ended(
            NodeId peer, Standing standing, @Nullable Statement statement, int way, int code) {
        if (!standing.equals(peers.get(peer))) {
            return;
        }
        if (code == 0 && way + 1 < ways.size()) {
            send(peer, standing, statement, way + 1);
            return;
        }
        standing.underWay = false;
        long now = time.monotonicNanos();
        if (code == 0 || code == UNAVAILABLE) {
            failed.increment();
            long seconds =
                    Math.min(
                            AGAIN_S_MAX,
                            (long) AGAIN_S << Math.min(standing.failures, AGAIN_DOUBLINGS_MAX));
            standing.failures++;
            standing.notBeforeNanos = now + TimeUnit.SECONDS.toNanos(seconds);
            return;
        }
        standing.failures = 0;
        long every =
                code == CREATED
                        ? ANNOUNCE_SOON_S
                        : Math.max(ANNOUNCE_EVERY_S, (long) ANNOUNCE_SPACING_S * peers.size());
        standing.announceNanos = now + TimeUnit.SECONDS.toNanos(every);
        if (statement != null) {
            handed.increment();
            standing.through = Math.max(standing.through, numbers.getOrDefault(statement, 0L));
        }
        goOn(peer, standing);
    }

    /** Whether every peer answered to all that there is. On the timer's thread. */
    boolean isDone() {
        return peers.values().stream().allMatch(standing -> standing.through >= last);
    }
}
