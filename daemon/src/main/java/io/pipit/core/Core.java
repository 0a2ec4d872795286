package io.pipit.core;

import io.pipit.core.path.Paths;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.CoreStatus;
import io.pipit.port.Entropy;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The node's heart: takes one event after the other, and has no thread, no clock and no I/O of its
 * own. Whoever steps it (the node loop, or a test) calls {@link #start} once, then for ever: {@link
 * #handle} for each event that is there, {@link #tick} when there is none left or {@link
 * #nextDeadlineNanos} has come. What was collected since the last tick travels together; a lone
 * reading leaves at once. An event whose handling throws has no half effects on what is held: the
 * next one can be handled.
 */
public final class Core {
    private final NodeId self;
    private final String name;
    private final TimeSource time;
    private final LogId log;
    private final Ingest ingest;
    private final WallClock clock;
    private final Feeds feeds;
    private final Watchers watchers;
    private final SeriesObservers observers;
    private final Paths paths;
    private final Subscriptions subscriptions;

    /**
     * A core on an open store.
     *
     * @param self this node
     * @param name what people call it
     * @param udp the ways to the peers
     * @param tcp likewise; null where there are none
     */
    public Core(
            NodeId self,
            String name,
            TimeSource time,
            Entropy entropy,
            ReadingStore store,
            PeerLinks udp,
            @Nullable PeerLinks tcp,
            Health health,
            Metrics metrics) {
        ReadingStore.Recovered recovered = store.recovered();
        this.self = self;
        this.name = name;
        this.time = time;
        log = recovered.log();
        ingest = new Ingest(store, recovered, metrics);
        clock = new WallClock(time, store, ingest, recovered, health);
        feeds = new Feeds(log, ingest, metrics);
        watchers = new Watchers(metrics);
        observers = new SeriesObservers(log, metrics);
        paths = new Paths(udp, tcp, metrics);
        subscriptions =
                new Subscriptions(
                        self, paths, store, recovered, entropy, watchers, health, metrics);
    }

    /** Asks for the first block of places, and has written down what the clock is. */
    public void start() {
        clock.look(this::grew);
        ingest.reserve();
    }

    /** Takes in what happened. */
    public void handle(Event event) {
        long now = time.monotonicNanos();
        switch (event) {
            case Event.Measured measured -> ingest.take(measured, this::grew);
            case Event.Sampled sampled -> ingest.take(sampled, this::grew);
            case Event.Reserved reserved -> {
                ingest.reserved(reserved.through());
                clock.publish(this::grew);
                ingest.takeWaiting(this::grew);
            }
            case Event.ClockNoted noted -> clock.noted(noted.clock(), this::grew);
            case Event.Committed committed -> {
                clock.committed(committed.ownThrough());
                subscriptions.committed(committed.cursors());
            }
            case Event.Trimmed trimmed -> ingest.trimmed(trimmed.firstKept());
            case Event.PeersKnown known -> subscriptions.known(known.peers(), now);
            case Event.PeerRenamed renamed ->
                    subscriptions.renamed(renamed.before(), renamed.after());
            case Event.Wanted wanted -> subscriptions.wanted(wanted.filters(), now);
            case Event.Received received -> {
                paths.received(received, now);
                var subscription = subscriptions.of(received.peer(), received.filter());
                if (subscription != null) {
                    subscription.received(received.slice(), now);
                }
            }
            case Event.Fetched fetched -> {
                boolean counts = paths.answered(fetched, now);
                var subscription = subscriptions.of(fetched.peer(), fetched.filter());
                if (counts && subscription != null) {
                    subscription.fetched(fetched, now);
                }
            }
            case Event.FetchFailed failed -> {
                boolean counts = paths.failed(failed, now);
                var subscription = subscriptions.of(failed.peer(), failed.filter());
                if (counts && subscription != null) {
                    subscription.fetchFailed(failed.number(), now);
                }
            }
            case Event.SubscriptionEnded ended -> {
                if (paths.ended(ended, now)) {
                    subscriptions.ended(ended, now);
                }
            }
            case Event.PeerReachable reachable -> {
                if (paths.reachable(reachable, now)) {
                    subscriptions.reachable(reachable.peer(), now);
                }
            }
            case Event.FeedOpened opened ->
                    feeds.open(opened.subscriber(), opened.filter(), opened.peer(), now);
            case Event.FeedClosed closed -> feeds.close(closed.subscriber());
            case Event.Acknowledged held ->
                    feeds.acknowledged(held.peer(), held.filter(), held.held());
            case Event.WatchOpened opened -> watchers.open(opened.watcher(), opened.filter());
            case Event.WatchClosed closed -> watchers.close(closed.watcher());
            case Event.SeriesObserved observed ->
                    observers.open(
                            observed.observer(),
                            observed.series(),
                            observed.conditions(),
                            ingest.newest(observed.series()),
                            now);
            case Event.SeriesReleased released -> observers.close(released.observer());
            case Event.Bulk _ -> {
                // Files on their way have nothing to do with the log: see Transfers.
            }
            case Event.Acting _ -> {
                // What an actuator is set to comes as measured, too: see Leases.
            }
            case Event.Rule _ -> {
                // Rules watch the log like others: see Rules.
            }
            case Event.StatusAsked asked -> asked.answer().complete(status(now));
        }
    }

    /** Does what is due by now, and sends what was collected. */
    public void tick() {
        long now = time.monotonicNanos();
        if (clock.nextDeadlineNanos() <= now) {
            clock.look(this::grew);
            subscriptions.judge(now);
        }
        feeds.tick(now);
        observers.tick(now, ingest.firstKept());
        // What they say is taken into account by those who ask.
        paths.tick(now);
        subscriptions.tick(now);
    }

    /** When {@link #tick} is to be called at the latest, monotonic; at most a second ahead. */
    public long nextDeadlineNanos() {
        return Math.min(
                Math.min(clock.nextDeadlineNanos(), feeds.nextDeadlineNanos()),
                Math.min(
                        observers.nextDeadlineNanos(),
                        Math.min(subscriptions.nextDeadlineNanos(), paths.nextDeadlineNanos())));
    }

    /** Whether slices or heartbeats of a peer come in time. */
    public boolean isHeard(NodeId peer) {
        return subscriptions.isHeard(peer, time.monotonicNanos());
    }

    private CoreStatus status(long nowNanos) {
        return new CoreStatus(
                log, ingest.lastSequence(), subscriptions.status(nowNanos), feeds.status());
    }

    /** The own log has these too: whoever follows it is told. */
    private void grew(List<LogEntry> entries, boolean stored) {
        for (LogEntry entry : entries) {
            feeds.grew(entry, stored);
            if (entry instanceof Reading reading) {
                observers.measured(reading);
            }
        }
        watchers.arrived(self, name, log, entries, true);
    }
}
