package io.pipit.mqtt;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.model.Timeline;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.CoreStatus;
import io.pipit.port.Entropy;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import io.pipit.port.Watcher;
import io.pipit.port.acting.Actuators;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A node as the bridge sees it: logs in memory, and a core that answers at once. Thread-safe, for
 * tests with and without threads of their own.
 */
final class FakeNode implements ReadingHistory, Inbox, Actuators {
    static final NodeId SELF = id(1);
    static final NodeId SHED = id(2);
    static final LogId OWN_LOG = new LogId(0x11);
    static final LogId SHED_LOG = new LogId(0x22);

    /** Wall clock of monotonic 0, microseconds: 2026-11-29T00:00:00Z. */
    static final long EPOCH_MICROS = 1_795_910_400_000_000L;

    final Metrics metrics = new Metrics();
    final Health health = new Health();
    final Counters counters = Counters.in(metrics, () -> 0, () -> 0);
    final List<Peer> peers = new ArrayList<>();
    final List<Write> writes = new ArrayList<>();
    final List<Actuator> actuators = new ArrayList<>();
    final Map<ReadingStore.Cursor, Long> held = new HashMap<>();
    Outcome outcome = new Outcome.Done();
    boolean storeFails;
    boolean synchronised = true;
    boolean shedLive = true;
    boolean inboxFull;
    int queries;

    /** Done when the store is asked, before it answers. */
    Runnable onRead = () -> {};

    /** A log, and up to where all of it is here. */
    private static final class Log {
        final NodeId origin;
        final List<Reading> readings = new ArrayList<>();
        long complete;
        long head;
        long firstKept = 1;

        Log(NodeId origin) {
            this.origin = origin;
        }
    }

    private final Map<LogId, Log> logs = new LinkedHashMap<>();
    private final Map<NodeId, LogId> present = new HashMap<>();
    private @Nullable Watcher watcher;

    FakeNode() {
        begin(SELF, OWN_LOG);
    }

    static NodeId id(int number) {
        byte[] bytes = new byte[16];
        bytes[15] = (byte) number;
        return NodeId.ofBytes(bytes);
    }

    static Peer peer(NodeId id, String name) {
        return new Peer(id, name, null, java.util.Set.of());
    }

    /** A log of a node, its present one from now on. */
    synchronized void begin(NodeId origin, LogId id) {
        logs.put(id, new Log(origin));
        present.put(origin, id);
    }

    /** An own reading; its sequence. */
    long measure(String series, double value) {
        return arrive(OWN_LOG, 0, series, value, "Cel");
    }

    /** A reading of a log that is complete up to it; its sequence, the next one where it is 0. */
    long arrive(LogId id, long sequence, String series, double value, String unit) {
        return arrive(id, sequence, series, value, unit, true);
    }

    /** A reading of a log, perhaps one after a gap. */
    synchronized long arrive(
            LogId id, long sequence, String series, double value, String unit, boolean complete) {
        Log log = logs.get(id);
        long place = sequence == 0 ? log.head + 1 : sequence;
        Reading reading =
                new Reading(
                        place,
                        new Stamp(1, place * 1_000_000),
                        Series.parse(series).orElseThrow(),
                        value,
                        unit);
        log.readings.add(reading);
        log.readings.sort((one, other) -> Long.compare(one.sequence(), other.sequence()));
        log.head = Math.max(log.head, place);
        if (complete) {
            log.complete = log.head;
        }
        if (watcher != null) {
            watcher.arrived(log.origin, id, List.of(reading), true);
        }
        return place;
    }

    /** Its peer says that it has more than came so far. */
    synchronized void hasMore(LogId id, long head) {
        logs.get(id).head = head;
    }

    Ports ports(java.nio.file.Path file, TimeSource time) {
        Entropy entropy = () -> 0;
        return new Ports(
                peer(SELF, "greenhouse"),
                () -> List.copyOf(peers),
                this,
                held,
                series ->
                        series.sensor().equals("gone")
                                ? Optional.empty()
                                : Optional.of(Duration.ofSeconds(10)),
                this,
                this,
                time,
                entropy,
                health,
                counters,
                file,
                "1.2.3");
    }

    @Override
    public synchronized boolean offer(Event event) {
        if (inboxFull) {
            return false;
        }
        switch (event) {
            case Event.WatchOpened opened -> watcher = opened.watcher();
            case Event.WatchClosed closed -> watcher = null;
            case Event.StatusAsked asked -> asked.answer().complete(status());
            default -> throw new IllegalArgumentException(event.toString());
        }
        return true;
    }

    private CoreStatus status() {
        List<CoreStatus.Subscription> subscriptions = new ArrayList<>();
        for (Peer peer : peers) {
            LogId id = present.get(peer.id());
            Log log = id == null ? null : logs.get(id);
            subscriptions.add(
                    new CoreStatus.Subscription(
                            peer.id(),
                            Filter.ALL,
                            id,
                            log == null ? 0 : log.complete,
                            0,
                            log == null ? 0 : log.head,
                            shedLive,
                            false,
                            0,
                            0,
                            0,
                            0,
                            Path.UDP,
                            ""));
        }
        LogId own = present.get(SELF);
        return new CoreStatus(own, logs.get(own).head, subscriptions, List.of());
    }

    @Override
    public synchronized CompletionStage<Page> read(HistoryQuery query) {
        queries++;
        onRead.run();
        if (storeFails) {
            return CompletableFuture.failedFuture(
                    new UncheckedIOException(new IOException("the card is gone")));
        }
        List<Kept> found = new ArrayList<>();
        Position after = query.after();
        boolean reached = after == null;
        for (Map.Entry<LogId, Log> log : logs.entrySet()) {
            boolean resumed = after != null && log.getKey().equals(after.log());
            reached |= resumed;
            if (reached) {
                long start = resumed && after != null ? after.sequence() : 0;
                for (Reading reading : log.getValue().readings) {
                    if (reading.sequence() > start
                            && matches(query.filter(), log.getValue().origin, reading)) {
                        found.add(kept(log.getValue().origin, log.getKey(), reading));
                    }
                }
            }
        }
        if (found.size() <= query.limit()) {
            return CompletableFuture.completedFuture(new Page(found, null));
        }
        Kept last = found.get(query.limit() - 1);
        return CompletableFuture.completedFuture(
                new Page(
                        found.subList(0, query.limit()),
                        new Position(last.origin(), last.log(), last.reading().sequence())));
    }

    private boolean matches(Filter filter, NodeId origin, Reading reading) {
        String name =
                origin.equals(SELF)
                        ? "greenhouse"
                        : peers.stream()
                                .filter(peer -> peer.id().equals(origin))
                                .map(Peer::name)
                                .findFirst()
                                .orElse("");
        Predicate<String> fits = node -> !node.isEmpty() && filter.matches(node, reading.series());
        return fits.test(name) || fits.test(origin.toString().toLowerCase(Locale.ROOT));
    }

    private static Kept kept(NodeId origin, LogId log, Reading reading) {
        return new Kept(origin, log, EPOCH_MICROS + reading.at().monotonicMicros(), reading);
    }

    @Override
    public synchronized CompletionStage<List<Kept>> newest(Filter filter) {
        Map<String, Kept> newest = new LinkedHashMap<>();
        logs.forEach((id, log) ->
                log.readings.stream()
                        .filter(reading -> matches(filter, log.origin, reading))
                        .forEach(reading ->
                                newest.put(
                                        log.origin + "/" + reading.series(),
                                        kept(log.origin, id, reading))));
        return CompletableFuture.completedFuture(List.copyOf(newest.values()));
    }

    /** The store gives up what is before this place of a log. */
    synchronized void trim(LogId id, long firstKept) {
        Log log = logs.get(id);
        log.firstKept = firstKept;
        log.readings.removeIf(reading -> reading.sequence() < firstKept);
    }

    @Override
    public synchronized long firstKept(NodeId origin, LogId id) {
        return logs.containsKey(id) ? logs.get(id).firstKept : 1;
    }

    @Override
    public Timeline timeline(NodeId origin, LogId log) {
        return new Timeline(List.of(new BootClock(1, new Stamp(1, 0), EPOCH_MICROS, synchronised)));
    }

    @Override
    public CompletionStage<LogSlice> read(LogQuery query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Reading> latest(Series series) {
        return Optional.empty();
    }

    @Override
    public List<Series> series() {
        return List.of();
    }

    @Override
    public synchronized CompletionStage<Outcome> set(Write write) {
        writes.add(write);
        return CompletableFuture.completedFuture(outcome);
    }

    @Override
    public synchronized List<Actuator> list() {
        return List.copyOf(actuators);
    }
}
