package io.pipit.port;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.PeerLinks.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the core says of itself when asked.
 *
 * @param log the own one
 * @param lastSequence of the own log
 * @param subscriptions what it wants of its peers
 * @param subscribers who observes it
 */
public record CoreStatus(
        LogId log,
        long lastSequence,
        List<Subscription> subscriptions,
        List<Subscriber> subscribers) {
    public CoreStatus {
        subscriptions = List.copyOf(subscriptions);
        subscribers = List.copyOf(subscribers);
    }

    /**
     * How it stands with what this node wants of a peer.
     *
     * @param log the peer's newest known log
     * @param cursor up to where all is held, committed or not
     * @param committed up to where all is committed
     * @param head the furthest place that the peer spoke of
     * @param live whether slices or heartbeats come in time
     * @param repairing whether a gap is being fetched
     * @param received entries taken in since the start
     * @param repaired how many of them came by fetching
     * @param gone how many places the origin no longer kept when they were asked for
     * @param lastHeardNanos monotonic time of the last sign of life; 0 where there was none
     * @param path the way that its feed takes
     * @param reason why that one, in words; empty where UDP is in use and does well
     */
    public record Subscription(
            NodeId peer,
            Filter filter,
            @Nullable LogId log,
            long cursor,
            long committed,
            long head,
            boolean live,
            boolean repairing,
            long received,
            long repaired,
            long gone,
            long lastHeardNanos,
            Path path,
            String reason) {}

    /**
     * A peer that follows this node.
     *
     * @param held what it last acknowledged as committed, 0 where it didn't yet
     * @param behind how many places of this log that is behind its end
     */
    public record Subscriber(NodeId peer, Filter filter, long held, long behind) {}
}
