package io.pipit.core.path;

import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.NodeId;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.PeerLinks.Fetch;
import io.pipit.port.PeerLinks.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ways to all peers. Whoever follows a peer subscribes and asks here, as if there were one way,
 * and shows what comes of it here first: what isn't for it, {@code false} says. Where there is no
 * TCP, all goes over UDP and nothing is ever in doubt. Node loop.
 */
public final class Paths {
    /** With more places missing than this a repair comes over TCP: seven datagrams and more. */
    public static final long DATAGRAM_PLACES_MAX = 2_000;

    /** What is counted of all of them. */
    record Counters(
            Counter movedToTcp,
            Counter movedToUdp,
            Counter probes,
            Counter triesFailed,
            Counter tcpFailed,
            Counter askedTwice) {
        static Counters in(Metrics metrics) {
            return new Counters(
                    metrics.counter(
                            "pipit_paths_to_tcp", "Feeds that moved to TCP since UDP did no good"),
                    metrics.counter("pipit_paths_to_udp", "Feeds that moved back to UDP"),
                    metrics.counter(
                            "pipit_paths_probes",
                            "Questions that only asked whether UDP works again"),
                    metrics.counter(
                            "pipit_paths_tries_failed",
                            "Tries to move back to UDP that came to nothing"),
                    metrics.counter(
                            "pipit_paths_tcp_failed",
                            "Peers not reached over TCP when that was tried"),
                    metrics.counter(
                            "pipit_paths_asked_twice",
                            "Questions asked the other way too, for want of an answer"));
        }
    }

    private final PeerLinks udp;
    private final @Nullable PeerLinks tcp;
    private final Counters counters;
    private final Map<NodeId, PeerPath> peers = new TreeMap<>();
    private long probes;

    /**
     * @param tcp null where there is none
     */
    public Paths(PeerLinks udp, @Nullable PeerLinks tcp, Metrics metrics) {
        this.udp = udp;
        this.tcp = tcp;
        this.counters = Counters.in(metrics);
    }

    /** Forgets about all others. */
    public void known(Collection<NodeId> ids) {
        peers.keySet().retainAll(ids);
    }

    /** Observes the peer's feed, whatever way it comes. */
    public void subscribe(NodeId peer, Filter filter, long nowNanos) {
        of(peer).subscribe(filter, nowNanos);
    }

    /** Stops that. */
    public void unsubscribe(NodeId peer) {
        of(peer).unsubscribe();
    }

    /** Asks, first this way; the other one where that brings no answer. Numbers are above 0. */
    public void fetch(Fetch fetch, Path path, long nowNanos) {
        of(fetch.peer()).fetch(fetch, path, nowNanos);
    }

    /** The way that the peer's feed takes. */
    public Path feedPath(NodeId peer) {
        return of(peer).path();
    }

    /** The way for a repair when so many places are missing. */
    public Path repairPath(NodeId peer, long missing) {
        PeerPath path = of(peer);
        return missing > DATAGRAM_PLACES_MAX ? path.largeRepairPath() : path.path();
    }

    /** A repair of so many places begins, or goes on: sees to the way for it. */
    public void prepare(NodeId peer, long missing, long nowNanos) {
        if (missing > DATAGRAM_PLACES_MAX) {
            of(peer).prove(nowNanos);
        }
    }

    /** When the peer is to be asked where its feed stands, monotonic: whether it answers. */
    public long questionDueNanos(NodeId peer) {
        return of(peer).questionDueNanos();
    }

    /** Why the feed takes the way that it takes, in words; empty where all is well. */
    public String reason(NodeId peer, long nowNanos) {
        return of(peer).reason(nowNanos);
    }

    /** Takes note of it; it is for whoever follows, whatever way it came. */
    public void received(Event.Received event, long nowNanos) {
        PeerPath path = peers.get(event.peer());
        if (path != null) {
            path.received(event, nowNanos);
        }
    }

    /** Whether the answer is for whoever asked: the first one to a question. */
    public boolean answered(Event.Fetched event, long nowNanos) {
        PeerPath path = peers.get(event.peer());
        return path != null && path.answered(event, nowNanos);
    }

    /** Whether the question failed: no way has an answer. */
    public boolean failed(Event.FetchFailed event, long nowNanos) {
        PeerPath path = peers.get(event.peer());
        return path != null && path.failed(event, nowNanos);
    }

    /** Whether the feed ended: it was this way that brought it. */
    public boolean ended(Event.SubscriptionEnded event, long nowNanos) {
        PeerPath path = peers.get(event.peer());
        return path != null && path.ended(event, nowNanos);
    }

    /** Whether it is the way in use that works again. */
    public boolean reachable(Event.PeerReachable event, long nowNanos) {
        PeerPath path = peers.get(event.peer());
        return path != null && path.reachable(event.path(), nowNanos);
    }

    /** When {@link #tick} is to be called at the latest. */
    public long nextDeadlineNanos() {
        long next = Timing.NEVER;
        for (PeerPath path : peers.values()) {
            next = Math.min(next, path.nextDeadlineNanos());
        }
        return next;
    }

    /** Does what is due. */
    public void tick(long nowNanos) {
        for (PeerPath path : peers.values()) {
            path.tick(nowNanos);
        }
    }

    Counters counters() {
        return counters;
    }

    /** The number of a question of this package's own: below 0. */
    long nextProbe() {
        return --probes;
    }

    private PeerPath of(NodeId peer) {
        return peers.computeIfAbsent(
                peer,
                id ->
                        new PeerPath(
                                id, this, new Way(udp, id), tcp == null ? null : new Way(tcp, id)));
    }
}
