package io.pipit.port;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Series;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.acting.ActingEvent;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.rules.RuleEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * All that can happen to the core. Whatever comes from outside becomes one of these first; the node
 * loop takes them one after the other.
 */
public sealed interface Event {
    /** One quantity as it was measured, in its SenML unit. */
    record Value(String quantity, double value, String unit) {}

    /** A sensor was read. */
    record Measured(String sensor, long monotonicMicros, List<Value> values) implements Event {
        public Measured {
            values = List.copyOf(values);
        }
    }

    /**
     * A sensor was read at many times: all of it is taken in, or none.
     *
     * @param measured of that sensor, oldest first
     */
    record Sampled(String sensor, List<Measured> measured) implements Event {
        public Sampled {
            measured = List.copyOf(measured);
        }
    }

    /** Own sequences up to this one are durably reserved. */
    record Reserved(long through) implements Event {}

    /** {@link ReadingStore#note} is durable. */
    record ClockNoted(BootClock clock) implements Event {}

    /**
     * The store committed.
     *
     * @param ownThrough up to where the own log is durable
     * @param cursors those that moved
     */
    record Committed(long ownThrough, Map<ReadingStore.Cursor, Long> cursors) implements Event {
        public Committed {
            cursors = Map.copyOf(cursors);
        }
    }

    /** Retention moved the start of the own log. */
    record Trimmed(long firstKept) implements Event {}

    /** Whom this node knows, all of them, in place of what was said before. */
    record PeersKnown(List<Peer> peers) implements Event {
        public PeersKnown {
            peers = List.copyOf(peers);
        }
    }

    /** A peer goes on with another key. {@link PeersKnown} and {@link Wanted} with that follow. */
    record PeerRenamed(NodeId before, NodeId after) implements Event {}

    /** What this node wants, all of it, in place of what was said before. */
    record Wanted(Map<NodeId, Filter> filters) implements Event {
        public Wanted {
            filters = Map.copyOf(filters);
        }
    }

    /** A slice of a feed that this node observes, or a heartbeat; {@code path} brought it. */
    record Received(NodeId peer, Filter filter, LogSlice slice, Path path) implements Event {}

    /** The answer to {@link PeerLinks#fetch}. */
    record Fetched(long number, NodeId peer, Filter filter, LogSlice slice, Path path)
            implements Event {}

    /** No answer, or one that can't be used. */
    record FetchFailed(long number, NodeId peer, Filter filter, String reason, Path path)
            implements Event {}

    /** An observation ended, or didn't come about. */
    record SubscriptionEnded(NodeId peer, Filter filter, String reason, Path path)
            implements Event {}

    /** A peer can be reached again, that way, after it couldn't: what waits need not any longer. */
    record PeerReachable(NodeId peer, Path path) implements Event {}

    /**
     * Somebody observes this node's log from now on. The first delivery is a heartbeat that says
     * where the feed stands.
     *
     * @param peer who; null for a program on this machine
     */
    record FeedOpened(LogSubscriber subscriber, Filter filter, @Nullable NodeId peer)
            implements Event {}

    /** No longer. */
    record FeedClosed(LogSubscriber subscriber) implements Event {}

    /** A peer said up to where it holds the log durably. */
    record Acknowledged(NodeId peer, Filter filter, long held) implements Event {}

    /**
     * Somebody wants to see what arrives.
     *
     * @param filter over {@code node/sensor/quantity}, nodes by name
     */
    record WatchOpened(Watcher watcher, Filter filter) implements Event {}

    /** No longer. */
    record WatchClosed(Watcher watcher) implements Event {}

    /**
     * Somebody observes one own series under conditions.
     *
     * @param observer gets a heartbeat-free feed of slices with one reading each
     */
    record SeriesObserved(LogSubscriber observer, Series series, Conditions conditions)
            implements Event {}

    /** No longer. */
    record SeriesReleased(LogSubscriber observer) implements Event {}

    /** Asks the core how it stands. */
    record StatusAsked(CompletableFuture<CoreStatus> answer) implements Event {}

    /** Something that concerns the rules. */
    record Rule(RuleEvent event) implements Event {}

    /** Something happened to a file on its way. */
    record Bulk(BulkEvent event) implements Event {}

    /** Something happened to an actuator. */
    record Acting(ActingEvent event) implements Event {}
}
