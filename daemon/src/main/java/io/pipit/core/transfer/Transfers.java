package io.pipit.core.transfer;

import io.pipit.core.timing.Timing;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.Entropy;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.BulkLinks;
import io.pipit.port.bulk.Outgoing;
import io.pipit.port.bulk.Pace;
import io.pipit.port.bulk.Spool;
import io.pipit.port.bulk.TransferStatus;
import io.pipit.port.bulk.TransferStatus.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files that wait to be sent, and those that are being sent: to each peer one after the other
 * in the order in which they were given, for as long as it takes. Stepped as the core is, by the
 * same thread; has no thread, no clock and no I/O of its own.
 */
public final class Transfers {
    /** Peers that are sent to at the same time. */
    static final int SENDING_MAX = 4;

    /** Files that are remembered after they were delivered or given up. */
    static final int FINISHED_MAX = 100;

    /** When what a peer refused is tried again: somebody has to do something there first. */
    static final long REFUSED_AGAIN_NANOS = 600 * Timing.SECOND;

    /** The queue of one peer. */
    private static final class Lane {
        private final Map<Long, Transfer> files = new TreeMap<>();
        private final Timing.Backoff backoff;
        private @Nullable Transfer sending;
        private long notBeforeNanos = Long.MIN_VALUE;

        Lane(Entropy entropy) {
            backoff = new Timing.Backoff(entropy);
        }

        /** The first that may go now. */
        @Nullable Transfer next(long nowNanos) {
            for (Transfer each : files.values()) {
                if (each.againNanos <= nowNanos) {
                    return each;
                }
            }
            return null;
        }

        long deadlineNanos() {
            if (sending != null || files.isEmpty()) {
                return Timing.NEVER;
            }
            long first =
                    files.values().stream()
                            .mapToLong(each -> each.againNanos)
                            .min()
                            .orElse(Timing.NEVER);
            return Math.max(first, notBeforeNanos);
        }
    }

    private final BulkLinks links;
    private final Spool spool;
    private final Pace pace;
    private final Entropy entropy;
    private final TimeSource time;
    private final Health health;
    private final Counter delivered;
    private final Counter broken;
    private final Counter refused;
    private final Map<NodeId, Lane> lanes = new LinkedHashMap<>();
    private final Map<Long, Transfer> all = new HashMap<>();
    private final Deque<Transfer> finished = new ArrayDeque<>();
    private final Map<NodeId, NodeId> successors = new HashMap<>();
    private Map<NodeId, String> names = Map.of();
    private int sending;
    private volatile int waiting;

    /** With nothing to send; {@link BulkEvent.Spooled} tells what there is. */
    public Transfers(
            BulkLinks links,
            Spool spool,
            Pace pace,
            Entropy entropy,
            TimeSource time,
            Health health,
            Metrics metrics) {
        this.links = links;
        this.spool = spool;
        this.pace = pace;
        this.entropy = entropy;
        this.time = time;
        this.health = health;
        delivered = metrics.counter("pipit_transfers_delivered", "Files that a peer has");
        broken =
                metrics.counter(
                        "pipit_transfers_broken", "Times that sending a file was cut short");
        refused = metrics.counter("pipit_transfers_refused", "Times that a peer refused a file");
        metrics.gauge("pipit_transfers_waiting", "Files on their way to peers", () -> waiting);
        health.set(Part.BULK, Status.OK, "");
    }

    /** Takes in what happened; what isn't about files is ignored. */
    public void handle(Event event) {
        switch (event) {
            case Event.PeersKnown known ->
                    names =
                            known.peers().stream()
                                    .collect(Collectors.toMap(Peer::id, Peer::name, (a, b) -> b));
            case Event.PeerRenamed renamed -> renamed(renamed.before(), renamed.after());
            case Event.PeerReachable reachable -> {
                Lane lane = lanes.get(reachable.peer());
                if (lane != null) {
                    lane.notBeforeNanos = Long.MIN_VALUE;
                    lane.backoff.reset();
                }
            }
            case Event.Bulk bulk -> handle(bulk.event(), time.monotonicNanos());
            default -> {
                // The core's.
            }
        }
    }

    /** What waits for the one goes to the other; what is on its way ends by itself and follows. */
    private void renamed(NodeId before, NodeId after) {
        successors.put(before, after);
        Lane lane = lanes.remove(before);
        if (lane == null) {
            return;
        }
        if (lane.sending != null) {
            lane.sending = null;
            sending--;
        }
        List<Transfer> files = List.copyOf(lane.files.values());
        files.forEach(each -> {
            links.stop(each.file.number());
            all.remove(each.file.number());
        });
        files.forEach(each -> add(each.file));
    }

    private Outgoing toSuccessor(Outgoing file) {
        NodeId peer = successors.get(file.peer());
        return peer == null ? file : file.to(peer);
    }

    private void handle(BulkEvent event, long now) {
        switch (event) {
            case BulkEvent.Spooled spooled -> add(spooled.file());
            case BulkEvent.Progress progress -> {
                Transfer transfer = all.get(progress.number());
                if (transfer != null) {
                    transfer.progress(progress.bytes(), now);
                }
            }
            case BulkEvent.PushEnded ended -> ended(ended, now);
            case BulkEvent.Cancelled cancelled ->
                    cancelled.answer().complete(cancel(cancelled.number()));
            case BulkEvent.Asked asked -> asked.answer().complete(status());
        }
    }

    private void add(Outgoing given) {
        Outgoing file = toSuccessor(given);
        if (all.containsKey(file.number())) {
            return;
        }
        Transfer transfer = new Transfer(file);
        all.put(file.number(), transfer);
        lanes.computeIfAbsent(file.peer(), _ -> new Lane(entropy))
                .files
                .put(file.number(), transfer);
        waiting = all.size();
    }

    private void ended(BulkEvent.PushEnded ended, long now) {
        Transfer transfer = all.get(ended.number());
        Lane lane = transfer == null ? null : lanes.get(transfer.file.peer());
        if (transfer == null || lane == null || lane.sending != transfer) {
            return;
        }
        lane.sending = null;
        sending--;
        // Whoever had its turn stands behind the others.
        lanes.remove(transfer.file.peer());
        lanes.put(transfer.file.peer(), lane);
        switch (ended.outcome()) {
            case DELIVERED -> {
                delivered.increment();
                lane.backoff.reset();
                lane.notBeforeNanos = Long.MIN_VALUE;
                finish(lane, transfer, State.DELIVERED);
            }
            case REFUSED -> {
                refused.increment();
                transfer.ended(State.REFUSED, ended.reason());
                transfer.againNanos = now + REFUSED_AGAIN_NANOS;
                lane.backoff.reset();
            }
            case BROKEN -> {
                broken.increment();
                transfer.ended(State.WAITING, ended.reason());
                lane.notBeforeNanos = now + lane.backoff.next();
            }
        }
        if (transfer.cancelled && transfer.state != State.DELIVERED) {
            finish(lane, transfer, State.CANCELLED);
        }
        tellHealth();
    }

    private boolean cancel(long number) {
        Transfer transfer = all.get(number);
        Lane lane = transfer == null ? null : lanes.get(transfer.file.peer());
        if (transfer == null || lane == null) {
            return false;
        }
        if (lane.sending == transfer) {
            transfer.cancelled = true;
            links.stop(number);
        } else {
            finish(lane, transfer, State.CANCELLED);
            tellHealth();
        }
        return true;
    }

    /** It leaves the queue; only now may its bytes go. */
    private void finish(Lane lane, Transfer transfer, State as) {
        transfer.ended(as, "");
        long number = transfer.file.number();
        lane.files.remove(number);
        if (lane.files.isEmpty()) {
            lanes.remove(transfer.file.peer());
        }
        all.remove(number);
        waiting = all.size();
        finished.addLast(transfer);
        if (finished.size() > FINISHED_MAX) {
            finished.removeFirst();
        }
        spool.remove(number);
    }

    private void tellHealth() {
        String why =
                all.values().stream()
                        .filter(each -> each.state == State.REFUSED)
                        .findFirst()
                        .map(each ->
                                names.getOrDefault(each.file.peer(), each.file.peer().toString())
                                        + " refuses "
                                        + each.file.name()
                                        + ": "
                                        + each.reason)
                        .orElse("");
        health.also(Part.BULK, "refused", why);
    }

    /** Begins what may begin now. */
    public void tick() {
        if (all.isEmpty()) {
            return;
        }
        long now = time.monotonicNanos();
        for (Map.Entry<NodeId, Lane> entry : List.copyOf(lanes.entrySet())) {
            Lane lane = entry.getValue();
            if (sending >= SENDING_MAX) {
                return;
            }
            if (lane.sending != null
                    || lane.notBeforeNanos > now
                    || !names.containsKey(entry.getKey())) {
                continue;
            }
            Transfer next = lane.next(now);
            if (next != null) {
                lane.sending = next;
                sending++;
                next.sending();
                links.push(new BulkLinks.Push(next.file, pace));
            }
        }
    }

    /** When {@link #tick} is to be called at the latest, monotonic. */
    public long nextDeadlineNanos() {
        if (all.isEmpty() || sending >= SENDING_MAX) {
            return Timing.NEVER;
        }
        long next = Timing.NEVER;
        for (Map.Entry<NodeId, Lane> entry : lanes.entrySet()) {
            if (names.containsKey(entry.getKey())) {
                next = Math.min(next, entry.getValue().deadlineNanos());
            }
        }
        return next;
    }

    private List<TransferStatus> status() {
        List<TransferStatus> status = new ArrayList<>();
        finished.forEach(each -> status.add(each.status()));
        new TreeMap<>(all).values().forEach(each -> status.add(shown(each)));
        return status;
    }

    private TransferStatus shown(Transfer transfer) {
        TransferStatus status = transfer.status();
        boolean orphan = !names.containsKey(transfer.file.peer());
        return orphan && transfer.state == State.WAITING
                ? new TransferStatus(
                        status.file(),
                        status.state(),
                        status.bytes(),
                        0,
                        -1,
                        "this node doesn't know that peer any more")
                : status;
    }
}
