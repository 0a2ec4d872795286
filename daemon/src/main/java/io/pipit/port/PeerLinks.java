package io.pipit.port;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * One way to the peers: over UDP, or over TCP. Called on the node loop, never blocks; what comes of
 * it is an event that says which way brought it. For each {@link #fetch} exactly one {@link
 * Event.Fetched} or {@link Event.FetchFailed} follows, for each {@link #subscribe} at the latest
 * after the link's own time-outs an {@link Event.Received} or an {@link Event.SubscriptionEnded}.
 */
public interface PeerLinks {
    /** A way to a peer. */
    enum Path {
        /** CoAP over UDP with DTLS: for what is small and live. */
        UDP,

        /** CoAP over TCP with TLS: for what is large, and for all where UDP doesn't get through. */
        TCP
    }

    /**
     * A request for a stretch of the peer's log.
     *
     * @param number tells the answers apart, chosen by the core
     * @param log the log that {@code after} is of; null where none is known yet
     * @param after the place after which to begin
     * @param through nothing beyond this place is wanted; {@link Long#MAX_VALUE} where anything is
     * @param held up to where everything is committed here: the acknowledgement
     * @param limit entries at the most; 0 asks where the feed stands, and no more
     */
    record Fetch(
            long number,
            NodeId peer,
            Filter filter,
            @Nullable LogId log,
            long after,
            long through,
            long held,
            int limit) {}

    /**
     * What went out to a peer since the start, where that is counted.
     *
     * @param messages requests, repetitions too
     * @param again how many of them were repetitions
     */
    record Sent(long messages, long again) {
        /** Nothing, or nobody counts. */
        public static final Sent NOTHING = new Sent(0, 0);
    }

    /** Observes the peer's feed, in place of an earlier observation of the same filter. */
    void subscribe(NodeId peer, Filter filter);

    /** Stops observing. No {@link Event.SubscriptionEnded} follows. */
    void unsubscribe(NodeId peer, Filter filter);

    /** Asks for what is missing. */
    void fetch(Fetch fetch);

    /** How much went out so far, and had to again. Any thread. */
    default Sent sent(NodeId peer) {
        return Sent.NOTHING;
    }
}
