package io.pipit.coap;

import io.pipit.model.Filter;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.PeerLinks;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.TimeSource;
import io.pipit.port.reach.Whereabouts;
import io.pipit.resource.exchange.Answer;
import io.pipit.resource.exchange.Asked;
import io.pipit.resource.exchange.Request.Method;
import io.pipit.wire.ProblemDetails;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.coap.Token;
import org.eclipse.californium.core.coap.option.StandardOptionRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The way to the peers over UDP: GET and Observe of {@code /readings} on the network endpoint. Its
 * state lives on the protocol thread; calls from elsewhere are handed to that.
 */
public final class CoapPeerLinks implements PeerLinks {
    /** Reads what peers answer with: a SenML pack in CBOR, or a compact slice. */
    @FunctionalInterface
    public interface SliceDecoder {
        /** Throws, with a message for the log, where it isn't one. */
        LogSlice decode(int contentFormat, byte[] payload) throws Exception;
    }

    /**
     * How it stands with the way to one peer.
     *
     * @param reachable whether it answered last time, or spoke since
     * @param address where it was last heard, or tried; null where none is known
     * @param rttP50Micros round trip of a request and its answer, the peer's own time included,
     *     microseconds, median; 0 where none was measured
     * @param rttP99Micros likewise, the 99th percentile
     * @param lossRatio share of the transmissions of late that had to be repeated, 0 to 1
     * @param handshakes DTLS sessions since the start, either way
     * @param lastError what went wrong last, in words; empty where nothing did
     */
    public record LinkStatus(
            boolean reachable,
            @Nullable InetSocketAddress address,
            long rttP50Micros,
            long rttP99Micros,
            double lossRatio,
            long handshakes,
            String lastError) {}

    /** Requests to peers that are not answered yet. */
    static final int REQUESTS_MAX = 1_024;

    /** Of what a peer says of its refusal, so much is shown. */
    private static final int DETAIL_CHARS_MAX = 200;

    /** How the reason begins where the kernel lets nothing out to a peer's address. */
    public static final String NOT_SENT = "this machine doesn't send there";

    private static final int SENML_CBOR = 112;
    private static final int OCTETS = 42;
    private static final String WIRE_VERSION = "pv=1";
    private static final int DEADLINE_MS = PeerRequests.DEADLINE_MS;

    private record Feed(NodeId peer, Filter filter) {}

    private final NetworkEndpoint network;
    private final PeerRequests requests;
    private final Inbox inbox;
    private final SliceDecoder decoder;
    private final CoapCounters counters;
    private final ScheduledExecutorService protocol;
    private final TimeSource time;
    private final AtomicInteger unanswered = new AtomicInteger();

    // On the protocol thread alone:
    private final Map<Feed, Observation> observations = new HashMap<>();
    private final Map<Token, Observation> established = new HashMap<>();

    /**
     * @param directory where a peer may be, best first
     * @param inbox what comes of it goes here
     */
    public CoapPeerLinks(
            CoapEndpoints endpoints,
            NetworkEndpoint network,
            Whereabouts directory,
            Inbox inbox,
            SliceDecoder decoder,
            TimeSource time) {
        this.network = network;
        this.requests = new PeerRequests(network, directory, time);
        this.inbox = inbox;
        this.decoder = decoder;
        this.time = time;
        this.counters = endpoints.counters();
        this.protocol = network.protocol();
        network.watch(new Sessions());
    }

    @Override
    public void subscribe(NodeId peer, Filter filter) {
        Observation observation = new Observation(new Feed(peer, filter));
        submit(observation, observation::begin);
    }

    @Override
    public void unsubscribe(NodeId peer, Filter filter) {
        execute(() -> {
            Observation observation = observations.get(new Feed(peer, filter));
            if (observation != null) {
                observation.drop();
            }
        });
    }

    @Override
    public void fetch(Fetch fetch) {
        Repair repair = new Repair(fetch);
        submit(repair, () -> requests.send(fetch.peer(), repair::message, repair));
    }

    /**
     * Lets a peer know that this node is there, for one that has nothing to ask of it yet: whoever
     * held a session with its former self learns that it's gone.
     */
    public void greet(NodeId peer) {
        PeerRequests.Outcome settled = PeerRequests.payload(_ -> unanswered.decrementAndGet());
        submit(settled, () -> requests.send(peer, PeerRequests::ping, settled));
    }

    /**
     * Likewise, at this address and no other: somebody says that the peer is there.
     *
     * @param over when that is done, whatever came of it; on the protocol thread
     */
    public void greetAt(NodeId peer, InetSocketAddress address, Runnable over) {
        PeerRequests.Outcome settled =
                PeerRequests.payload(_ -> {
                    unanswered.decrementAndGet();
                    over.run();
                });
        submit(settled, () -> requests.sendTo(peer, address, PeerRequests::ping, settled));
    }

    /**
     * Asks a peer for something small.
     *
     * @param accept content-format
     * @param answer its payload; null where there is none. On the protocol thread
     */
    public void ask(
            NodeId peer,
            List<String> path,
            List<String> query,
            int accept,
            Consumer<byte @Nullable []> answer) {
        var _ =
                ask(peer, Asked.get(path, query, accept), Duration.ofMillis(DEADLINE_MS))
                        .whenComplete((said, none) ->
                                answer.accept(
                                        said != null && said.isSuccess() ? said.payload() : null));
    }

    /**
     * Asks a peer for anything small. Any thread.
     *
     * @param patience it isn't sent once more after that, and has failed; at most {@link
     *     PeerRequests#DEADLINE_MS}
     * @return what it answers, whatever that is, on the protocol thread; fails with an {@link
     *     IOException} that says why there is no answer
     */
    public CompletionStage<Answer> ask(NodeId peer, Asked asked, Duration patience) {
        Asking asking = new Asking(peer, asked, patience);
        submit(asking, asking::begin);
        return asking.done;
    }

    /**
     * Asks a peer for a sign of life and nothing else, with a handshake first where there is no
     * session. Any thread.
     *
     * @return how long it took, nanoseconds; fails with an {@link IOException} that says why not
     */
    public CompletionStage<Long> ping(NodeId peer) {
        Ping ping = new Ping();
        submit(ping, () -> requests.send(peer, PeerRequests::ping, ping));
        return ping.done;
    }

    /**
     * Hands a statement on to a peer.
     *
     * @param query says who hands it on
     * @param payload nothing where there is only that to say
     * @param outcome hears the answer's code, like 204, or 0 where none came; on the protocol
     *     thread
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
                ask(peer, statement, Duration.ofMillis(DEADLINE_MS))
                        .whenComplete(
                                (said, none) -> outcome.accept(said == null ? 0 : said.code()));
    }

    /** Ends everything with a peer that isn't trusted any more. */
    public void forget(NodeId peer) {
        execute(() -> {
            network.forget(peer);
            requests.forget(peer, "no longer trusted");
            endObservations(peer, "no longer trusted");
        });
    }

    @Override
    public Sent sent(NodeId peer) {
        return requests.link(peer).sent();
    }

    /** How it stands with the way to a peer. Any thread. */
    public LinkStatus statusOf(NodeId peer) {
        List<InetSocketAddress> known = requests.directory(peer);
        return requests.link(peer).status(known.isEmpty() ? null : known.getFirst());
    }

    private void execute(Runnable task) {
        try {
            protocol.execute(task);
        } catch (RejectedExecutionException e) {
            // The node is closing: nobody waits for the outcome any more.
        }
    }

    private void submit(PeerRequests.Outcome outcome, Runnable task) {
        if (unanswered.incrementAndGet() > REQUESTS_MAX) {
            counters.operationsRefused.increment();
            String reason = "more than " + REQUESTS_MAX + " requests to peers at a time";
            execute(() -> outcome.failed(reason));
        } else {
            execute(task);
        }
    }

    private void endObservations(NodeId peer, String reason) {
        for (Observation observation : List.copyOf(established.values())) {
            if (observation.feed.peer.equals(peer)) {
                observation.end(reason);
            }
        }
    }

    /** What the endpoint tells. */
    private final class Sessions implements NetworkEndpoint.Watch {
        @Override
        public void opened(NodeId peer, boolean afresh) {
            if (afresh) {
                endObservations(peer, "the peer started anew");
            }
            requests.opened(peer);
        }

        @Override
        public void closed(NodeId peer) {
            endObservations(peer, "the session was closed");
        }

        @Override
        public void heard(NodeId peer, InetSocketAddress address) {
            if (requests.link(peer).heard(address)) {
                inbox.offer(new Event.PeerReachable(peer, Path.UDP));
            }
        }

        @Override
        public void notified(NodeId peer, Token token, Response response) {
            Observation observation = established.get(token);
            if (observation != null && observation.feed.peer.equals(peer)) {
                observation.received(response);
            }
        }
    }

    private static Request readings(Filter filter) {
        Request request = Request.newGet();
        request.setConfirmable(true);
        OptionSet options = request.getOptions();
        options.addUriPath("readings");
        filter.patterns().forEach(pattern -> options.addUriQuery("series=" + pattern));
        options.addUriQuery(WIRE_VERSION);
        return request;
    }

    /**
     * The slice in an answer; null, and a word about it in {@code complaint}, where it has none.
     */
    private @Nullable LogSlice slice(Response response, StringBuilder complaint) {
        if (!response.isSuccess()) {
            complaint.append("the peer answered ").append(response.getCode()).append(why(response));
            return null;
        }
        try {
            return decoder.decode(response.getOptions().getContentFormat(), response.getPayload());
        } catch (Exception e) {
            counters.answersUnreadable.increment();
            complaint.append("an answer that can't be read: ").append(e.getMessage());
            return null;
        }
    }

    /** What the peer said of its refusal, as far as it did, and what to do. */
    private String why(Response response) {
        String said = "";
        if (response.getOptions().getContentFormat() == ProblemDetails.CONTENT_FORMAT) {
            try {
                String detail = ProblemDetails.decode(response.getPayload()).detail();
                int end = Math.min(detail.length(), DETAIL_CHARS_MAX);
                said = ": " + detail.substring(0, end).replaceAll("\\p{Cntrl}", " ");
            } catch (WireException e) {
                counters.answersUnreadable.increment();
            }
        }
        return response.getCode() == CoAP.ResponseCode.FORBIDDEN
                ? said
                        + "; whoever runs the peer can give that, by 'pipit peer add "
                        + network.self()
                        + " --role ROLE' there; or subscribe to less here"
                : said;
    }

    /** A fetch of what is missing. */
    private final class Repair implements PeerRequests.Outcome {
        private final Fetch fetch;
        private boolean compact;

        Repair(Fetch fetch) {
            this.fetch = fetch;
        }

        Request message() {
            Request request = readings(fetch.filter());
            OptionSet options = request.getOptions();
            options.addUriQuery("limit=" + fetch.limit());
            compact = requests.link(fetch.peer()).takesCompact();
            options.setAccept(compact ? CompactSlice.CONTENT_FORMAT : SENML_CBOR);
            if (compact && fetch.through() != Long.MAX_VALUE) {
                options.addUriQuery("upto=" + fetch.through());
            }
            if (fetch.log() != null) {
                options.addUriQuery("after=" + fetch.log() + ":" + fetch.after());
                options.addUriQuery("held=" + fetch.held());
            }
            return request;
        }

        @Override
        public void answered(@Nullable Response response) {
            if (compact && response != null && isUnknown(response.getCode())) {
                // One of before it: SenML, from the start, is what everybody understands.
                requests.link(fetch.peer()).takesSenmlAlone();
                requests.send(fetch.peer(), this::message, this);
                return;
            }
            StringBuilder complaint = new StringBuilder("no content");
            LogSlice slice = null;
            if (response != null) {
                complaint.setLength(0);
                slice = slice(response, complaint);
            }
            if (slice == null) {
                requests.link(fetch.peer()).complained(complaint.toString());
                failed(complaint.toString());
            } else {
                unanswered.decrementAndGet();
                inbox.offer(
                        new Event.Fetched(
                                fetch.number(), fetch.peer(), fetch.filter(), slice, Path.UDP));
            }
        }

        /** Not the format, or not the query that comes with it. */
        private static boolean isUnknown(CoAP.ResponseCode code) {
            return code == CoAP.ResponseCode.NOT_ACCEPTABLE
                    || code == CoAP.ResponseCode.BAD_OPTION
                    || code == CoAP.ResponseCode.BAD_REQUEST;
        }

        @Override
        public void failed(String reason) {
            unanswered.decrementAndGet();
            inbox.offer(
                    new Event.FetchFailed(
                            fetch.number(), fetch.peer(), fetch.filter(), reason, Path.UDP));
        }
    }

    /** A feed that this node observes, from asking for it to its end. */
    private final class Observation implements PeerRequests.Outcome {
        private final Feed feed;
        private PeerRequests.@Nullable Pending request;
        private boolean answered;
        private boolean begun;

        Observation(Feed feed) {
            this.feed = feed;
        }

        void begin() {
            Observation former = observations.put(feed, this);
            if (former != null) {
                former.drop();
            }
            request = requests.send(feed.peer, this::message, this);
        }

        private Request message() {
            Request message = readings(feed.filter);
            message.getOptions().setAccept(SENML_CBOR);
            message.setObserve();
            return message;
        }

        @Override
        public void answered(@Nullable Response response) {
            settled();
            Token token = request == null ? null : request.token();
            if (response == null || token == null) {
                end("no content");
                return;
            }
            if (response.isSuccess() && response.getOptions().hasObserve()) {
                established.put(token, this);
            }
            received(response);
        }

        void received(Response response) {
            StringBuilder complaint = new StringBuilder();
            LogSlice slice = slice(response, complaint);
            if (slice != null) {
                begun = true;
                inbox.offer(new Event.Received(feed.peer, feed.filter, slice, Path.UDP));
            } else if (response.isSuccess()) {
                // One that can't be read leaves a gap, and gaps are repaired.
                requests.link(feed.peer).complained(complaint.toString());
            }
            if (!response.isSuccess() || !begun) {
                end(complaint.toString());
            } else if (!response.getOptions().hasObserve()) {
                end("the peer has no room for one more observer");
            }
        }

        @Override
        public void failed(String reason) {
            settled();
            end(reason);
        }

        void end(String reason) {
            drop();
            requests.link(feed.peer).complained(reason);
            inbox.offer(new Event.SubscriptionEnded(feed.peer, feed.filter, reason, Path.UDP));
        }

        /** Ends it without a word; what still comes of it is answered with a reset. */
        void drop() {
            observations.remove(feed, this);
            Token token = request == null ? null : request.token();
            if (token != null && established.remove(token, this)) {
                network.cancelObservation(token);
            } else if (request != null) {
                settled();
                request.cancel();
            }
        }

        private void settled() {
            if (!answered) {
                answered = true;
                unanswered.decrementAndGet();
            }
        }
    }

    /** A greeting whose answer somebody waits for. */
    private final class Ping implements PeerRequests.Outcome {
        private final CompletableFuture<Long> done = new CompletableFuture<>();
        private final long sinceNanos = time.monotonicNanos();

        @Override
        public void answered(@Nullable Response response) {
            unanswered.decrementAndGet();
            done.complete(time.monotonicNanos() - sinceNanos);
        }

        @Override
        public void failed(String reason) {
            unanswered.decrementAndGet();
            done.completeExceptionally(new IOException(reason));
        }
    }

    /** A question whose answer somebody waits for, whatever it is. */
    private final class Asking implements PeerRequests.Outcome {
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
            PeerRequests.Pending pending = requests.send(peer, this::message, this);
            ScheduledFuture<?> end =
                    protocol.schedule(
                            () -> {
                                pending.cancel();
                                failed("no answer within " + patience.toMillis() + " ms");
                            },
                            patience.toMillis(),
                            TimeUnit.MILLISECONDS);
            var _ = done.whenComplete((said, none) -> end.cancel(false));
        }

        private Request message() {
            Request request = new Request(CoAP.Code.valueOf(asked.method().name()));
            request.setConfirmable(true);
            OptionSet options = request.getOptions();
            asked.path().forEach(options::addUriPath);
            asked.query().forEach(options::addUriQuery);
            if (asked.accept() != Asked.NONE) {
                options.setAccept(asked.accept());
            }
            if (asked.contentFormat() != Asked.NONE) {
                options.setContentFormat(asked.contentFormat());
            }
            if (asked.echo().length > 0) {
                options.addOtherOption(StandardOptionRegistry.ECHO.create(asked.echo()));
            }
            if (asked.payload().length > 0) {
                request.setPayload(asked.payload());
            }
            return request;
        }

        @Override
        public void answered(@Nullable Response response) {
            if (response == null) {
                failed("no content");
                return;
            }
            unanswered.decrementAndGet();
            CoAP.ResponseCode code = response.getCode();
            OptionSet options = response.getOptions();
            done.complete(
                    new Answer(
                            code.codeClass * 100 + code.codeDetail,
                            options.hasContentFormat() ? options.getContentFormat() : Asked.NONE,
                            response.getPayload(),
                            RequestDeliverer.echo(options)));
        }

        @Override
        public void failed(String reason) {
            if (done.completeExceptionally(new IOException(reason))) {
                unanswered.decrementAndGet();
            }
        }
    }
}
