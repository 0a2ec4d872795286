package io.pipit.core;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A core between fakes that write down what it does, with a clock that is moved by hand. */
final class SteppedCore {
    static final LogId OWN_LOG = new LogId(0xabc);
    static final LogId SHED_LOG = new LogId(0x5ed);
    static final NodeId SELF = id('A');
    static final NodeId SHED = id('B');
    static final NodeId CELLAR = id('C');
    static final long SECOND = 1_000_000_000L;
    static final long MILLI = 1_000_000L;
    static final int BOOT = 3;

    /** One call of {@link ReadingStore#append(ReadingStore.Cursor, List, long)}. */
    record Stored(ReadingStore.Cursor cursor, List<LogEntry> entries, long completeTo) {}

    /** One call of a watcher. */
    record Seen(NodeId origin, LogId log, List<Long> sequences, boolean live) {}

    final List<LogEntry> own = new ArrayList<>();
    final List<Stored> stored = new ArrayList<>();
    final List<Long> reserved = new ArrayList<>();

    /** Clocks that were given to the store to write down. */
    final List<BootClock> noted = new ArrayList<>();

    /** Whether the store commits what it is given as soon as nothing else is to be done. */
    boolean commits = true;

    final List<String> observations = new ArrayList<>();
    final List<PeerLinks.Fetch> fetches = new ArrayList<>();
    final List<Seen> seen = new ArrayList<>();
    final Health health = new Health();
    final Metrics metrics = new Metrics();
    final Core core;
    long nowNanos = 1_000 * SECOND;
    long offsetMicros = 1_700_000_000_000_000L;
    boolean synchronised = true;

    /** What happens after the wall clock was asked something. */
    Runnable meanwhile = () -> {};

    boolean storeFull;
    private int toldNoted;
    int flushes;

    /** What was asked over TCP, where there is that. */
    final List<PeerLinks.Fetch> fetchesOverTcp = new ArrayList<>();

    SteppedCore() {
        this(0, Map.of(), Map.of());
    }

    /** One that reaches its peers over TCP, too. */
    static SteppedCore withTcp() {
        return new SteppedCore(
                0,
                List.of(new BootClock(0, new Stamp(BOOT, 0), 1_700_000_000_000_000L, true)),
                Map.of(),
                Map.of(),
                true);
    }

    /** One whose log says nothing of this boot's clock yet. */
    static SteppedCore newlyBooted() {
        return new SteppedCore(0, List.of(), Map.of(), Map.of(), false);
    }

    SteppedCore(
            long lastClock,
            Map<Series, Long> lastSequences,
            Map<ReadingStore.Cursor, Long> cursors) {
        this(
                lastClock,
                List.of(new BootClock(lastClock, new Stamp(BOOT, 0), 1_700_000_000_000_000L, true)),
                lastSequences,
                cursors,
                false);
    }

    private SteppedCore(
            long lastClock,
            List<BootClock> clocks,
            Map<Series, Long> lastSequences,
            Map<ReadingStore.Cursor, Long> cursors,
            boolean tcp) {
        ReadingStore.Recovered recovered =
                new ReadingStore.Recovered(
                        OWN_LOG, BOOT, 1_001, lastSequences, lastClock, clocks, cursors, 1);
        core =
                new Core(
                        SELF,
                        "greenhouse",
                        new Clock(),
                        () -> Long.MAX_VALUE,
                        new Store(recovered),
                        new Links("", fetches),
                        tcp ? new Links(" over TCP", fetchesOverTcp) : null,
                        health,
                        metrics);
        core.start();
    }

    /** One that has its places, and follows the shed with this filter. */
    static SteppedCore following(Filter filter) {
        SteppedCore stepped = new SteppedCore();
        stepped.follow(filter);
        return stepped;
    }

    void follow(Filter filter) {
        happens(
                new Event.Reserved(100_000),
                new Event.PeersKnown(
                        List.of(
                                new Peer(SHED, "shed", null, Set.of()),
                                new Peer(CELLAR, "cellar", null, Set.of()))),
                new Event.Wanted(Map.of(SHED, filter)));
    }

    /** Follows the shed's whole log, and holds it up to there. */
    void isUpToDate(long place) {
        follow(Filter.ALL);
        isAnswered(slice(place));
        long[] all = new long[(int) place];
        for (int i = 0; i < all.length; i++) {
            all[i] = i + 1L;
        }
        isAnswered(slice(0, all));
    }

    /** How the only subscription stands. */
    CoreStatus.Subscription subscription() {
        return status().subscriptions().getFirst();
    }

    /** These happen, and then there is nothing left in the inbox. */
    void happens(Event... events) {
        for (Event event : events) {
            core.handle(event);
        }
        core.tick();
        commit();
    }

    private void commit() {
        while (commits && toldNoted < noted.size()) {
            core.handle(new Event.ClockNoted(noted.get(toldNoted++)));
            core.handle(
                    new Event.Committed(own.isEmpty() ? 0 : own.getLast().sequence(), Map.of()));
            core.tick();
        }
    }

    /** Time goes by, with a wake-up whenever the core wanted one. */
    void passes(long nanos) {
        long end = nowNanos + nanos;
        while (core.nextDeadlineNanos() <= end) {
            nowNanos = Math.max(nowNanos, core.nextDeadlineNanos());
            core.tick();
            commit();
        }
        nowNanos = end;
    }

    void measures(double... temperatures) {
        for (double temperature : temperatures) {
            core.handle(measured("temperature", temperature));
        }
        core.tick();
    }

    Event.Measured measured(String quantity, double value) {
        return new Event.Measured(
                "air", nowNanos / 1_000, List.of(new Event.Value(quantity, value, "Cel")));
    }

    /** The shed's feed brings this. */
    void hears(Filter filter, LogSlice slice) {
        happens(new Event.Received(SHED, filter, slice, Path.UDP));
    }

    /** The last question is answered with this. */
    void isAnswered(LogSlice slice) {
        PeerLinks.Fetch asked = fetches.getLast();
        happens(new Event.Fetched(asked.number(), asked.peer(), asked.filter(), slice, Path.UDP));
    }

    void isNotAnswered() {
        PeerLinks.Fetch asked = fetches.getLast();
        happens(
                new Event.FetchFailed(
                        asked.number(), asked.peer(), asked.filter(), "time-out", Path.UDP));
    }

    void watches(Filter filter) {
        happens(
                new Event.WatchOpened(
                        (origin, log, entries, live) ->
                                seen.add(
                                        new Seen(
                                                origin,
                                                log,
                                                entries.stream().map(LogEntry::sequence).toList(),
                                                live)),
                        filter));
    }

    CoreStatus status() {
        CompletableFuture<CoreStatus> answer = new CompletableFuture<>();
        happens(new Event.StatusAsked(answer));
        return answer.join();
    }

    /** Sequences that were handed to the store for peers, in order. */
    List<Long> storedSequences() {
        return stored.stream()
                .flatMap(each -> each.entries().stream())
                .map(LogEntry::sequence)
                .toList();
    }

    /** A temperature of a peer at this place. */
    static Reading reading(long sequence) {
        return reading(sequence, "air/temperature");
    }

    static Reading reading(long sequence, String series) {
        return new Reading(
                sequence, new Stamp(1, sequence), Series.parse(series).orElseThrow(), 20, "Cel");
    }

    /** A slice of the shed's log, all of it kept. */
    static LogSlice slice(long previous, long... sequences) {
        List<LogEntry> entries =
                Arrays.stream(sequences).<LogEntry>mapToObj(SteppedCore::reading).toList();
        return new LogSlice(
                SHED_LOG,
                1,
                previous,
                entries,
                entries.isEmpty() ? previous : entries.getLast().sequence());
    }

    static NodeId id(char letter) {
        byte[] key = ("key of " + letter).getBytes(StandardCharsets.UTF_8);
        return NodeId.of(
                new java.security.PublicKey() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public String getAlgorithm() {
                        return "none";
                    }

                    @Override
                    public String getFormat() {
                        return "none";
                    }

                    @Override
                    public byte[] getEncoded() {
                        return key;
                    }
                });
    }

    private final class Clock implements TimeSource {
        @Override
        public long monotonicNanos() {
            return nowNanos;
        }

        @Override
        public long wallMicros() {
            long wall = offsetMicros + nowNanos / 1_000;
            meanwhile.run();
            return wall;
        }

        @Override
        public boolean synchronised() {
            boolean said = synchronised;
            meanwhile.run();
            return said;
        }
    }

    private final class Store implements ReadingStore {
        private final Recovered recovered;

        Store(Recovered recovered) {
            this.recovered = recovered;
        }

        @Override
        public Recovered recovered() {
            return recovered;
        }

        @Override
        public void reserve(long through) {
            reserved.add(through);
        }

        @Override
        public void note(BootClock clock) {
            noted.add(clock);
        }

        @Override
        public boolean append(List<LogEntry> entries) {
            return !storeFull && own.addAll(entries);
        }

        @Override
        public boolean append(Cursor cursor, List<LogEntry> entries, long completeTo) {
            return !storeFull && stored.add(new Stored(cursor, List.copyOf(entries), completeTo));
        }

        @Override
        public void flush() {
            flushes++;
        }
    }

    private final class Links implements PeerLinks {
        private final String way;
        private final List<PeerLinks.Fetch> asked;

        Links(String way, List<PeerLinks.Fetch> asked) {
            this.way = way;
            this.asked = asked;
        }

        @Override
        public void subscribe(NodeId peer, Filter filter) {
            observations.add("observe " + filter + way);
        }

        @Override
        public void unsubscribe(NodeId peer, Filter filter) {
            observations.add("leave " + filter + way);
        }

        @Override
        public void fetch(Fetch fetch) {
            asked.add(fetch);
        }
    }
}
