package io.pipit.resource;

import io.pipit.identity.IdentityException;
import io.pipit.identity.Statements;
import io.pipit.identity.TrustStore;
import io.pipit.identity.statement.Statement;
import io.pipit.model.Filter;
import io.pipit.model.Grant;
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
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.ReadingHistory;
import io.pipit.port.SensorStatus;
import io.pipit.port.TimeSource;
import io.pipit.port.bulk.Pace;
import io.pipit.resource.ResourceTree.Self;
import io.pipit.resource.doctor.Doctor;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.PeerFiles;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.ProblemDetails;
import io.pipit.wire.Senml;
import io.pipit.wire.SliceCodec;
import io.pipit.wire.WireException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** A tree over fakes that a test fills and looks into. */
final class Bench {
    static final NodeId NODE = NodeId.parse("VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV").orElseThrow();
    static final NodeId PEER = NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();
    static final LogId LOG = new LogId(0x00112233445566ffL);
    static final int BOOT = 3;
    static final long RUN = 0x1122334455667788L;
    static final int BYTES_PER_SECOND = 1_000_000;

    final History history = new History();
    final List<Event> events = new ArrayList<>();
    final Health health = new Health();
    final Metrics metrics = new Metrics();
    final KnownPeers peers = new KnownPeers();
    final SensorStates sensors = new SensorStates(history);
    final Queue<Runnable> tasks = new ArrayDeque<>();
    final BulkFakes.Shared shared = new BulkFakes.Shared();
    final BulkFakes.Coming inbox = new BulkFakes.Coming();
    final BulkFakes.Coming outbox = new BulkFakes.Coming();
    final List<Request> forwarded = new ArrayList<>();
    CompletionStage<Response> forwardedAnswer =
            CompletableFuture.completedFuture(new Response(205, 42, new byte[] {1}, 0));
    final PeerFiles peerFiles =
            (peer, request) -> {
                forwarded.add(request);
                return forwardedAnswer;
            };
    final List<Long> delays = new ArrayList<>();
    final Bulk.Later later =
            (task, nanos) -> {
                delays.add(nanos);
                tasks.add(task);
            };
    final FakeActuators actuators = new FakeActuators();
    final CompletableFuture<List<Doctor.Finding>> examination = new CompletableFuture<>();
    boolean inboxFull;
    long nowNanos = 20_000_000_000L;

    final ResourceTree tree =
            new ResourceTree(
                    new Self(NODE, "greenhouse", LOG, BOOT, RUN),
                    history,
                    event -> !inboxFull && events.add(event),
                    new TimeSource() {
                        @Override
                        public long monotonicNanos() {
                            return nowNanos;
                        }

                        @Override
                        public long wallMicros() {
                            return 0;
                        }

                        @Override
                        public boolean synchronised() {
                            return false;
                        }
                    },
                    health,
                    metrics,
                    peers,
                    sensors,
                    actuators.resources(),
                    new Bulk(shared, inbox, outbox, peerFiles, new Pace(BYTES_PER_SECOND), later),
                    () -> examination,
                    tasks::add);

    /** What is asked; what stands before the tree may be put here. */
    Resources entrance = tree;

    static Caller monitor() {
        return new Caller(
                Via.MONITOR, null, Set.of(Grant.of(Grant.Role.MONITOR), Grant.of(Grant.Role.READ)));
    }

    static Caller socket() {
        return new Caller(Via.SOCKET, null, Set.of());
    }

    static Caller peer(String... grants) {
        return new Caller(
                Via.NETWORK,
                PEER,
                Arrays.stream(grants)
                        .map(grant -> Grant.parse(grant).orElseThrow())
                        .collect(Collectors.toSet()));
    }

    static Reading reading(long sequence, String series, double value, String unit) {
        return new Reading(
                sequence,
                new Stamp(BOOT, sequence * 1_000_000),
                Series.parse(series).orElseThrow(),
                value,
                unit);
    }

    /** What the exchange saw. */
    static final class Answers implements Exchange {
        final List<Response> all = new ArrayList<>();
        int bytesMax = 1_024;
        int blockMax;
        boolean once;
        Runnable closed = () -> {};
        boolean isClosed;

        @Override
        public int payloadBytesMax() {
            return bytesMax;
        }

        @Override
        public int blockBytesMax() {
            return blockMax;
        }

        @Override
        public void respond(Response response) {
            all.add(response);
        }

        @Override
        public void respondOnce(Response response) {
            once = true;
            respond(response);
        }

        @Override
        public void onClosed(Runnable action) {
            if (isClosed) {
                action.run();
            } else {
                closed = action;
            }
        }

        /** The observer goes. */
        void close() {
            isClosed = true;
            closed.run();
        }

        Response only() {
            if (all.size() != 1) {
                throw new AssertionError(all.size() + " answers: " + all);
            }
            return all.getFirst();
        }

        Response last() {
            return all.getLast();
        }

        int code() {
            return only().code();
        }

        String text() {
            return new String(last().payload(), StandardCharsets.UTF_8);
        }

        Document json() throws WireException {
            return Document.read(last().payload(), Format.JSON);
        }

        LogSlice slice() throws WireException {
            return SliceCodec.decode(last().payload(), Format.CBOR);
        }

        List<Senml.Item> items() throws WireException {
            return Senml.decode(
                    last().payload(), last().contentFormat() == 110 ? Format.JSON : Format.CBOR);
        }

        ProblemDetails problem() throws WireException {
            return ProblemDetails.decode(last().payload());
        }
    }

    /** A request in the making. */
    final class Asking {
        private final Caller caller;
        private Request.Method method = Request.Method.GET;
        private int accept = Request.NONE;
        private int contentFormat = Request.NONE;
        private boolean observe;
        private byte[] payload = {};
        private Part part = Part.NONE;
        private byte[] echo = Echo.NONE;
        private final Answers answers = new Answers();

        Asking(Caller caller) {
            this.caller = caller;
        }

        Asking method(Request.Method other) {
            method = other;
            return this;
        }

        Asking accept(int format) {
            accept = format;
            return this;
        }

        Asking observe() {
            observe = true;
            return this;
        }

        Asking body(int format, byte[] bytes) {
            contentFormat = format;
            payload = bytes;
            return this;
        }

        Asking room(int bytesMax) {
            answers.bytesMax = bytesMax;
            return this;
        }

        /** Over a transport that carries blocks of up to so many bytes. */
        Asking blocks(int bytesMax) {
            answers.blockMax = bytesMax;
            return this;
        }

        Asking part(Part other) {
            part = other;
            return this;
        }

        Asking echo(byte[] value) {
            echo = value;
            return this;
        }

        private Request request(String target) {
            String[] parts = target.split("\\?", 2);
            List<String> path = List.of(parts[0].substring(1).split("/", -1));
            List<String> query =
                    parts.length == 1 ? List.of() : Arrays.asList(parts[1].split("&", -1));
            return new Request(
                    method,
                    path,
                    query,
                    accept,
                    contentFormat,
                    payload,
                    observe,
                    caller,
                    part,
                    echo);
        }

        /** Sends a payload too large for memory. */
        Answers stream(String target, byte[] bytes) {
            Intake intake = tree.intake(request(target), bytes.length, answers);
            if (intake == null) {
                throw new AssertionError("not taken");
            }
            for (int at = 0; at < bytes.length; at += 1_000) {
                intake.take(
                        ByteBuffer.wrap(bytes, at, Math.min(1_000, bytes.length - at)), () -> {});
            }
            intake.end();
            return answers;
        }

        /** Asks for a path with its query, as people write it. */
        Answers ask(String target) {
            entrance.handle(request(target), answers);
            return answers;
        }
    }

    Asking as(Caller caller) {
        return new Asking(caller);
    }

    /** Runs what was put off, and answers what the core was asked. */
    void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    <E extends Event> E event(Class<E> type) {
        return events.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .reduce((a, b) -> b)
                .orElseThrow(() -> new AssertionError("no " + type + " in " + events));
    }

    long metric(String name) {
        return new String(metrics.openMetrics(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "_total "))
                .map(line -> (long) Double.parseDouble(line.split(" ", -1)[1]))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    /** Answers what it was filled with, and remembers what it was asked. */
    static final class History implements ReadingHistory {
        final Map<Series, Reading> latest = new TreeMap<>();
        LogQuery logQuery;
        HistoryQuery historyQuery;
        Filter newestFilter;
        CompletionStage<LogSlice> slice =
                CompletableFuture.completedFuture(new LogSlice(LOG, 1, 0, List.of(), 0));
        CompletionStage<Page> page = CompletableFuture.completedFuture(new Page(List.of(), null));
        CompletionStage<List<Kept>> newest = CompletableFuture.completedFuture(List.of());
        Timeline timeline = Timeline.EMPTY;

        void has(Reading... readings) {
            for (Reading reading : readings) {
                latest.put(reading.series(), reading);
            }
        }

        @Override
        public CompletionStage<LogSlice> read(LogQuery query) {
            logQuery = query;
            return slice;
        }

        @Override
        public CompletionStage<Page> read(HistoryQuery query) {
            historyQuery = query;
            return page;
        }

        @Override
        public CompletionStage<List<Kept>> newest(Filter filter) {
            newestFilter = filter;
            return newest;
        }

        @Override
        public Timeline timeline(NodeId origin, LogId log) {
            return timeline;
        }

        @Override
        public long firstKept(NodeId origin, LogId log) {
            return 1;
        }

        @Override
        public Optional<Reading> latest(Series series) {
            return Optional.ofNullable(latest.get(series));
        }

        @Override
        public List<Series> series() {
            return List.copyOf(latest.keySet());
        }
    }

    /** What was set and, of each sensor in the history besides, that it is well. */
    static final class SensorStates implements SensorStatus.Source {
        final Map<String, SensorStatus> set = new TreeMap<>();
        final List<Runnable> listeners = new ArrayList<>();
        private final History history;

        SensorStates(History history) {
            this.history = history;
        }

        /** From now on. */
        void are(SensorStatus... statuses) {
            set.clear();
            Arrays.stream(statuses).forEach(status -> set.put(status.sensor(), status));
            listeners.forEach(Runnable::run);
        }

        @Override
        public List<SensorStatus> statuses() {
            if (set.isEmpty()) {
                return history.series().stream()
                        .map(Series::sensor)
                        .distinct()
                        .map(sensor -> sensor(sensor, SensorStatus.State.OK, ""))
                        .toList();
            }
            return List.copyOf(set.values());
        }

        @Override
        public void onChange(Runnable listener) {
            listeners.add(listener);
        }

        @Override
        public void forget(Runnable listener) {
            listeners.remove(listener);
        }
    }

    /** One that has been so since second 15, and is due at second 40. */
    static SensorStatus sensor(String name, SensorStatus.State state, String reason) {
        return new SensorStatus(
                name, "bus", state, reason, 15_000_000_000L, 0, 0, 0, 0, 0, 40_000_000_000L);
    }

    /** Peers in memory. */
    static final class KnownPeers implements Peers {
        final Map<NodeId, Peer> known = new LinkedHashMap<>();
        final Map<NodeId, Link> links = new LinkedHashMap<>();
        final Map<NodeId, Link> overTcp = new LinkedHashMap<>();
        final Map<NodeId, List<InetSocketAddress>> proved = new LinkedHashMap<>();
        final List<Runnable> listeners = new ArrayList<>();
        final List<NodeId> revoked = new ArrayList<>();
        final List<Statement> handed = new ArrayList<>();
        final List<String> met = new ArrayList<>();
        Statements statements =
                TrustStore.open(java.nio.file.Path.of("/nonexistent"), NODE, "x", List.of())
                        .statements();
        TrustStore.Verdict verdict = TrustStore.Verdict.TAKEN;
        TrustStore refusing;
        int reloads;
        boolean doubted;

        @Override
        public List<Peer> list() {
            return List.copyOf(known.values());
        }

        @Override
        public Map<NodeId, Link> links(Path path) {
            return Map.copyOf(path == Path.UDP ? links : overTcp);
        }

        @Override
        public void change(Peer.Change change, boolean again) throws IdentityException {
            if (refusing != null) {
                refusing.change(change, again);
            }
            known.put(change.id(), change.to(known.get(change.id())));
        }

        @Override
        public List<InetSocketAddress> provedAt(NodeId id) {
            return proved.getOrDefault(id, List.of());
        }

        @Override
        public String foundBy(NodeId id) {
            return proved.containsKey(id) ? "multicast" : "";
        }

        @Override
        public List<Rung> rungs() {
            return List.of(new Rung("multicast", "ok", "on eth0 IPv4", proved.size()));
        }

        @Override
        public void reload() {
            reloads++;
        }

        @Override
        public void revoke(NodeId id) {
            known.remove(id);
            revoked.add(id);
        }

        @Override
        public Statements statements() {
            return statements;
        }

        @Override
        public TrustStore.Verdict take(Statement statement) {
            handed.add(statement);
            return verdict;
        }

        @Override
        public boolean met(NodeId peer, long instance) {
            met.add(peer + " " + Long.toHexString(instance));
            return doubted;
        }

        @Override
        public NodeId rotate(boolean now) {
            return NODE;
        }

        @Override
        public Map<NodeId, String> clones() {
            return Map.of();
        }

        @Override
        public void onChange(Runnable listener) {
            listeners.add(listener);
        }

        @Override
        public void forget(Runnable listener) {
            listeners.remove(listener);
        }
    }
}
