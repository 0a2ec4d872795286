package io.pipit.tcp;

import io.pipit.model.Filter;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.Percentiles;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.PeerLinks;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Answer;
import io.pipit.resource.exchange.Asked;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Request.Method;
import io.pipit.tcp.session.Ask;
import io.pipit.wire.Format;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.ProblemDetails;
import io.pipit.wire.SliceCodec;
import io.pipit.wire.WireException;
import io.pipit.wire.compact.CompactSlice;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The way to the peers over TCP: GET and Observe of {@code /readings}. Its state lives on the event
 * loop; calls from elsewhere are handed to that.
 */
public final class TcpPeerLinks implements PeerLinks {
    /** Requests to peers that are not answered yet. */
    static final int REQUESTS_MAX = 1_024;

    /** How long an answer may take, with the connection made before it. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int ROUND_TRIPS_MAX = 64;
    private static final int OCTETS = 42;
    private static final String WIRE_VERSION = "pv=1";

    private record Feed(NodeId peer, Filter filter) {}

    /** How it stands with the way to one peer; any thread may read it. */
    private static final class Health {
        private final Percentiles roundTrips = Percentiles.ofRecent(ROUND_TRIPS_MAX);
        private volatile boolean reachable;
        private volatile @Nullable InetSocketAddress address;
        private volatile String lastError = "";
    }

    private final EventLoop loop;
    private final TcpNetwork network;
    private final Function<NodeId, List<InetSocketAddress>> directory;
    private final Inbox inbox;
    private final TimeSource time;
    private final Counter refused;
    private final Counter unreadable;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final Map<NodeId, Health> health = new ConcurrentHashMap<>();

    // On the event loop alone:
    private final Map<NodeId, PeerRoute> routes = new HashMap<>();
    private final Map<Feed, Observation> observations = new HashMap<>();

    /**
     * @param directory where a peer may be, best first; any thread, must not block
     * @param inbox what comes of it goes here
     */
    public TcpPeerLinks(
            EventLoop loop,
            TcpNetwork network,
            Function<NodeId, List<InetSocketAddress>> directory,
            Inbox inbox,
            TimeSource time,
            Metrics metrics) {
        this.loop = loop;
        this.network = network;
        this.directory = directory;
        this.inbox = inbox;
        this.time = time;
        this.refused =
                metrics.counter(
                        "pipit_tcp_operations_refused", "Requests to peers beyond the limit.");
        this.unreadable =
                metrics.counter(
                        "pipit_tcp_answers_unreadable", "Answers of peers that couldn't be read.");
        network.watch(this::ready);
    }

    @Override
    public void subscribe(NodeId peer, Filter filter) {
        Observation observation = new Observation(new Feed(peer, filter));
        if (admit(observation)) {
            loop.execute(observation::begin);
        }
    }

    @Override
    public void unsubscribe(NodeId peer, Filter filter) {
        loop.execute(() -> {
            Observation observation = observations.get(new Feed(peer, filter));
            if (observation != null) {
                observation.drop();
            }
        });
    }

    @Override
    public void fetch(Fetch fetch) {
        Repair repair = new Repair(fetch);
        if (admit(repair)) {
            loop.execute(repair::begin);
        }
    }

    /**
     * Hands a statement on to a peer.
     *
     * @param query says who hands it on
     * @param payload nothing where there is only that to say
     * @param outcome hears the answer's code, like 204, or 0 where none came; on the event loop
     */
    public void tell(NodeId peer, String query, byte[] payload, IntConsumer outcome) {
        Asked statement =
                new Asked(
                        Method.POST,
                        List.of("statements"),
                        List.of(query),
                        Asked.NONE,
                        payload.length > 0 ? OCTETS : Asked.NONE,
                        payload);
        var _ =
                ask(peer, statement, PATIENCE)
                        .whenComplete(
                                (said, none) -> outcome.accept(said == null ? 0 : said.code()));
    }

    /**
     * Asks a peer for anything small. Any thread.
     *
     * @param patience how long an answer may take, once it was sent
     * @return what it answers, whatever that is, on the event loop; fails with an {@link
     *     IOException} that says why there is no answer
     */
    public CompletionStage<Answer> ask(NodeId peer, Asked asked, Duration patience) {
        Asking asking = new Asking(peer, asked, patience);
        if (admit(asking)) {
            loop.execute(asking::begin);
        }
        return asking.done;
    }

    private boolean admit(Ask.Outcome outcome) {
        if (unanswered.incrementAndGet() <= REQUESTS_MAX) {
            return true;
        }
        refused.increment();
        loop.execute(
                () -> outcome.failed("more than " + REQUESTS_MAX + " requests to peers at a time"));
        return false;
    }

    /**
     * Asks a peer for a sign of life and nothing else, with a connection made first where there is
     * none. Any thread.
     *
     * @return how long it took, nanoseconds; fails with an {@link IOException} that says why not
     */
    public CompletionStage<Long> ping(NodeId peer) {
        Ping ping = new Ping();
        if (admit(ping)) {
            loop.execute(() -> ping.begin(peer));
        }
        return ping.done;
    }

    /** Ends everything with a peer that isn't trusted any more. */
    public void forget(NodeId peer) {
        loop.execute(() -> {
            network.forget(peer);
            PeerRoute route = routes.remove(peer);
            if (route != null) {
                route.close("no longer trusted");
            }
            health.remove(peer);
        });
    }

    /** Whether the peer answered when it was last asked, or spoke since. Any thread. */
    public boolean isReachable(NodeId peer) {
        return of(peer).reachable;
    }

    /** Where it answered; null where it never did. Any thread. */
    public @Nullable InetSocketAddress addressOf(NodeId peer) {
        return of(peer).address;
    }

    /** Round trips of late with the peer's own time, nanoseconds. Any thread. */
    public Percentiles roundTripsOf(NodeId peer) {
        return of(peer).roundTrips;
    }

    /** What went wrong last, in words; empty where nothing did since. Any thread. */
    public String lastErrorOf(NodeId peer) {
        return of(peer).lastError;
    }

    private Health of(NodeId peer) {
        return health.computeIfAbsent(peer, _ -> new Health());
    }

    private PeerRoute route(NodeId peer) {
        return routes.computeIfAbsent(peer, id -> new PeerRoute(id, network, directory));
    }

    private void ready(NodeId peer, InetSocketAddress address) {
        Health of = of(peer);
        of.address = address;
        worked(peer, of);
    }

    private void worked(NodeId peer, Health of) {
        of.lastError = "";
        if (!of.reachable) {
            of.reachable = true;
            inbox.offer(new Event.PeerReachable(peer, Path.TCP));
        }
    }

    private void complained(NodeId peer, String reason) {
        Health of = of(peer);
        of.lastError = reason;
        PeerRoute route = routes.get(peer);
        of.reachable = route != null && route.isConnected();
    }

    private Options.Builder readings(Filter filter, int accept) {
        Options.Builder options =
                new Options.Builder()
                        .add(Options.URI_PATH, "readings")
                        .add(Options.ACCEPT, accept)
                        .add(Options.URI_QUERY, WIRE_VERSION);
        filter.patterns().forEach(pattern -> options.add(Options.URI_QUERY, "series=" + pattern));
        return options;
    }

    /** The slice in an answer. */
    private static LogSlice slice(Frame answer) throws WireException {
        if (answer.code() / 100 != 2) {
            throw new WireException("the peer answered " + answer.codeText() + said(answer));
        }
        long format = answer.options().number(Options.CONTENT_FORMAT).orElse(-1);
        return format == CompactSlice.CONTENT_FORMAT
                ? CompactSlice.decode(answer.payload())
                : SliceCodec.decode(answer.payload(), Format.CBOR);
    }

    private static String said(Frame answer) throws WireException {
        long format = answer.options().number(Options.CONTENT_FORMAT).orElse(-1);
        if (format != ProblemDetails.CONTENT_FORMAT) {
            return answer.payload().length == 0 ? "" : ": " + answer.diagnostic();
        }
        return ": " + ProblemDetails.decode(answer.payload()).detail();
    }

    /** A question whose answer is all the same. */
    private final class Ping implements Ask.Outcome {
        private final CompletableFuture<Long> done = new CompletableFuture<>();
        private final long sinceNanos = time.monotonicNanos();

        void begin(NodeId peer) {
            Options options =
                    new Options.Builder()
                            .add(Options.URI_PATH, ".well-known")
                            .add(Options.URI_PATH, "core")
                            .add(Options.URI_QUERY, "rt=pipit.health")
                            .build();
            var _ = route(peer).ask(new Ask(Frame.GET, options, PATIENCE, this));
        }

        @Override
        public void answered(Frame answer) {
            unanswered.decrementAndGet();
            done.complete(time.monotonicNanos() - sinceNanos);
        }

        @Override
        public void failed(String reason) {
            unanswered.decrementAndGet();
            done.completeExceptionally(new IOException(reason));
        }
    }

    /** A fetch of what is missing. */
    private final class Repair implements Ask.Outcome {
        private final Fetch fetch;
        private long askedNanos;

        Repair(Fetch fetch) {
            this.fetch = fetch;
        }

        void begin() {
            Options.Builder options =
                    readings(fetch.filter(), CompactSlice.CONTENT_FORMAT)
                            .add(Options.URI_QUERY, "limit=" + fetch.limit());
            if (fetch.through() != Long.MAX_VALUE) {
                options.add(Options.URI_QUERY, "upto=" + fetch.through());
            }
            if (fetch.log() != null) {
                options.add(Options.URI_QUERY, "after=" + fetch.log() + ":" + fetch.after());
                options.add(Options.URI_QUERY, "held=" + fetch.held());
            }
            askedNanos = time.monotonicNanos();
            var _ = route(fetch.peer()).ask(new Ask(Frame.GET, options.build(), PATIENCE, this));
        }

        @Override
        public void answered(Frame answer) {
            LogSlice slice;
            try {
                slice = slice(answer);
            } catch (WireException e) {
                unreadable.increment();
                failed(String.valueOf(e.getMessage()));
                return;
            }
            unanswered.decrementAndGet();
            Health of = of(fetch.peer());
            of.roundTrips.record(time.monotonicNanos() - askedNanos);
            worked(fetch.peer(), of);
            inbox.offer(
                    new Event.Fetched(
                            fetch.number(), fetch.peer(), fetch.filter(), slice, Path.TCP));
        }

        @Override
        public void failed(String reason) {
            unanswered.decrementAndGet();
            complained(fetch.peer(), reason);
            inbox.offer(
                    new Event.FetchFailed(
                            fetch.number(), fetch.peer(), fetch.filter(), reason, Path.TCP));
        }
    }

    /** A feed that this node observes, from asking for it to its end. */
    private final class Observation implements Ask.Outcome {
        private final Feed feed;
        private PeerRoute.@Nullable Errand errand;
        private boolean settled;
        private boolean over;

        Observation(Feed feed) {
            this.feed = feed;
        }

        void begin() {
            Observation former = observations.put(feed, this);
            if (former != null) {
                former.drop();
                observations.put(feed, this);
            }
            Options options =
                    readings(feed.filter, Format.CBOR.senml()).add(Options.OBSERVE, 0).build();
            errand = route(feed.peer).ask(new Ask(Frame.GET, options, PATIENCE, this));
        }

        @Override
        public void answered(Frame answer) {
            settle();
            if (over) {
                return;
            }
            try {
                LogSlice slice = slice(answer);
                worked(feed.peer, of(feed.peer));
                inbox.offer(new Event.Received(feed.peer, feed.filter, slice, Path.TCP));
                if (answer.options().bytes(Options.OBSERVE).isEmpty()) {
                    end("the peer has no room for one more observer");
                }
            } catch (WireException e) {
                if (answer.code() / 100 == 2) {
                    // One that can't be read leaves a gap, and gaps are repaired.
                    unreadable.increment();
                } else {
                    end(String.valueOf(e.getMessage()));
                }
            }
        }

        @Override
        public void failed(String reason) {
            settle();
            end(reason);
        }

        private void settle() {
            if (!settled) {
                settled = true;
                unanswered.decrementAndGet();
            }
        }

        private void end(String reason) {
            if (!over) {
                over = true;
                observations.remove(feed, this);
                complained(feed.peer, reason);
                inbox.offer(new Event.SubscriptionEnded(feed.peer, feed.filter, reason, Path.TCP));
            }
        }

        /** Ends it without a word. */
        void drop() {
            over = true;
            settle();
            observations.remove(feed, this);
            if (errand != null) {
                errand.cancel();
            }
        }
    }

    /** A question whose answer somebody waits for, whatever it is. */
    private final class Asking implements Ask.Outcome {
        private final NodeId peer;
        private final Asked asked;
        private final Duration patience;
        private final CompletableFuture<Answer> done = new CompletableFuture<>();

        Asking(NodeId peer, Asked asked, Duration patience) {
            this.peer = peer;
            this.asked = asked;
            this.patience = patience;
        }

        void begin() {
            Options.Builder options = new Options.Builder().uri(asked.path(), asked.query());
            if (asked.accept() != Asked.NONE) {
                options.add(Options.ACCEPT, asked.accept());
            }
            if (asked.contentFormat() != Asked.NONE) {
                options.add(Options.CONTENT_FORMAT, asked.contentFormat());
            }
            if (asked.echo().length > 0) {
                options.add(Options.ECHO, asked.echo());
            }
            int code =
                    switch (asked.method()) {
                        case GET -> Frame.GET;
                        case PUT -> Frame.PUT;
                        case POST -> Frame.POST;
                        default -> throw new IllegalArgumentException("" + asked.method());
                    };
            var _ =
                    route(peer)
                            .ask(
                                    new Ask(
                                            code,
                                            options.build(),
                                            asked.payload(),
                                            null,
                                            patience,
                                            this));
        }

        @Override
        public void answered(Frame answer) {
            unanswered.decrementAndGet();
            worked(peer, of(peer));
            done.complete(
                    new Answer(
                            answer.code(),
                            (int) answer.options().number(Options.CONTENT_FORMAT).orElse(-1),
                            answer.payload(),
                            answer.options().bytes(Options.ECHO).orElse(Echo.NONE)));
        }

        @Override
        public void failed(String reason) {
            unanswered.decrementAndGet();
            done.completeExceptionally(new IOException(reason));
        }
    }
}
