package io.pipit.core;

import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.CoreStatus;
import io.pipit.port.LogSubscriber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The feeds that this node serves: one for each filter that somebody follows. Node loop. */
final class Feeds {
    /** Different filters at the same time. */
    static final int FILTERS_MAX = 64;

    /** Subscribers of all feeds together. */
    static final int SUBSCRIBERS_MAX = 500;

    private final Ingest own;
    private final LogId log;
    private final Map<Filter, Feed> feeds = new HashMap<>();
    private final Map<LogSubscriber, Feed> bySubscriber = new LinkedHashMap<>();
    private final Counter refused;
    private final Counter dropped;

    Feeds(LogId log, Ingest own, Metrics metrics) {
        this.log = log;
        this.own = own;
        refused =
                metrics.counter(
                        "pipit_feed_subscribers_refused",
                        "Subscribers refused because there are too many of them, or of filters");
        dropped =
                metrics.counter(
                        "pipit_feed_entries_dropped",
                        "Entries left to repair because a feed had too many to send");
    }

    void open(LogSubscriber subscriber, Filter filter, @Nullable NodeId peer, long nowNanos) {
        close(subscriber);
        Feed feed = feeds.get(filter);
        if (bySubscriber.size() >= SUBSCRIBERS_MAX
                || (feed == null && feeds.size() >= FILTERS_MAX)) {
            refused.increment();
            return;
        }
        if (feed == null) {
            feed = new Feed(log, filter, own.lastOf(filter), nowNanos);
            feeds.put(filter, feed);
        }
        feed.followers.put(subscriber, new Feed.Follower(peer));
        bySubscriber.put(subscriber, feed);
        feed.greet(subscriber, own.firstKept());
    }

    void close(LogSubscriber subscriber) {
        Feed feed = bySubscriber.remove(subscriber);
        if (feed != null) {
            feed.followers.remove(subscriber);
            if (feed.followers.isEmpty()) {
                feeds.remove(feed.filter);
            }
        }
    }

    void acknowledged(NodeId peer, Filter filter, long held) {
        Feed feed = feeds.get(filter);
        if (feed != null) {
            for (Feed.Follower follower : feed.followers.values()) {
                if (follower.peer != null && follower.peer.equals(peer)) {
                    follower.held = Math.clamp(held, follower.held, own.lastSequence());
                }
            }
        }
    }

    /** The own log grew. */
    void grew(LogEntry entry, boolean stored) {
        for (Feed feed : feeds.values()) {
            dropped.add(feed.grew(entry, stored));
        }
    }

    long nextDeadlineNanos() {
        long next = Timing.NEVER;
        for (Feed feed : feeds.values()) {
            next = Math.min(next, feed.nextDeadlineNanos());
        }
        return next;
    }

    void tick(long nowNanos) {
        for (Feed feed : List.copyOf(feeds.values())) {
            feed.tick(nowNanos, own.firstKept());
        }
    }

    /** The peers that follow. */
    List<CoreStatus.Subscriber> status() {
        List<CoreStatus.Subscriber> subscribers = new ArrayList<>();
        for (Feed feed : feeds.values()) {
            for (Feed.Follower follower : feed.followers.values()) {
                if (follower.peer != null) {
                    subscribers.add(
                            new CoreStatus.Subscriber(
                                    follower.peer,
                                    feed.filter,
                                    follower.held,
                                    Math.max(0, feed.last() - follower.held)));
                }
            }
        }
        return subscribers;
    }
}
