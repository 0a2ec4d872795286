package io.pipit.coap;

import io.pipit.model.NodeId;
import io.pipit.port.TimeSource;
import io.pipit.port.reach.Whereabouts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.coap.Token;
import org.eclipse.californium.elements.exception.EndpointMismatchException;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertDescription;
import org.eclipse.californium.scandium.dtls.DtlsHandshakeTimeoutException;
import org.eclipse.californium.scandium.dtls.HandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Brings requests to peers: decides who of two begins a session, tries each address that a peer may
 * have, opens a new session where the old one seems dead, and gives up in time. On the protocol
 * thread, except where it says otherwise.
 *
 * <p>Of two nodes without a session the one with the lower ID begins it; the other waits {@link
 * #PATIENCE_MS} for that, then begins itself. A request that isn't answered, while nothing else
 * comes from the peer either, opens a new session with a later repetition, beside the old one, so
 * that a peer that restarted without its state is back within little more than a second. One lost
 * datagram is no sign of that, and on a lossy link a new session costs more than it mends: all
 * observations end with the old one.
 */
final class PeerRequests {
    /** What becomes of a request; exactly one of the two, once. */
    interface Outcome {
        /** An answer of whatever code; null where it was the reset that a ping asks for. */
        void answered(@Nullable Response response);

        /** None. */
        void failed(String reason);
    }

    /** How long the higher ID waits for the lower one's handshake, milliseconds. */
    static final int PATIENCE_MS = 300;

    /** After this a request has failed, whatever was tried, milliseconds. */
    static final int DEADLINE_MS = 20_000;

    /**
     * Transmissions without a word from the peer before its session is thought dead, and how long
     * that has to last, milliseconds.
     */
    private static final int DEAD_AFTER_TRANSMISSIONS = 2;

    private static final int DEAD_AFTER_MS = 900;

    /** Tries more at one address where a session broke or two crossed each other. */
    private static final int RETRIES_MAX = 2;

    /** Wait before such a try, milliseconds: the lower ID goes first. */
    private static final int LOWER_RETRY_MS = 20;

    private static final int HIGHER_RETRY_MS = 400;

    /** So the library's errors begin where the alert came from the other side. */
    private static final String ALERT_RECEIVED = "Received ";

    private final NetworkEndpoint network;
    private final Whereabouts directory;
    private final TimeSource time;
    private final ScheduledExecutorService protocol;
    private final Map<NodeId, PeerLink> links = new ConcurrentHashMap<>();
    private final Map<NodeId, List<Pending>> waiting = new HashMap<>();
    private final Set<Pending> pending = new LinkedHashSet<>();

    PeerRequests(NetworkEndpoint network, Whereabouts directory, TimeSource time) {
        this.network = network;
        this.directory = directory;
        this.time = time;
        this.protocol = network.protocol();
    }

    /** Tells the payload of a good answer, and null of any other end. */
    static Outcome payload(Consumer<byte @Nullable []> to) {
        return new Outcome() {
            @Override
            public void answered(@Nullable Response response) {
                to.accept(response != null && response.isSuccess() ? response.getPayload() : null);
            }

            @Override
            public void failed(String reason) {
                to.accept(null);
            }
        };
    }

    /** An empty message that asks for nothing but a reset. */
    static Request ping() {
        Request request = new Request(null, CoAP.Type.CON);
        request.setToken(Token.EMPTY);
        return request;
    }

    /** What is known of the way to a peer. Any thread. */
    PeerLink link(NodeId peer) {
        return links.computeIfAbsent(peer, id -> new PeerLink());
    }

    /** Where a peer was said to be, best first. Any thread. */
    List<InetSocketAddress> directory(NodeId peer) {
        return directory.of(peer);
    }

    /**
     * Sends a request.
     *
     * @param message makes it, anew for each try
     */
    Pending send(NodeId peer, Supplier<Request> message, Outcome outcome) {
        Pending request = new Pending(peer, message, outcome);
        request.begin();
        return request;
    }

    /**
     * Sends a request to this address of the peer's, and to no other.
     *
     * @param message makes it, anew for each try
     */
    void sendTo(
            NodeId peer, InetSocketAddress address, Supplier<Request> message, Outcome outcome) {
        Pending request = new Pending(peer, message, outcome);
        request.only = address;
        request.begin();
    }

    /** The peer has a session now. */
    void opened(NodeId peer) {
        link(peer).handshake();
        goOn(peer);
    }

    /** Fails all that is under way to a peer. */
    void forget(NodeId peer, String reason) {
        for (Pending request : List.copyOf(pending)) {
            if (request.peer.equals(peer)) {
                request.fail(reason);
            }
        }
        links.remove(peer);
    }

    private void goOn(NodeId peer) {
        List<Pending> ready = waiting.remove(peer);
        if (ready != null) {
            ready.forEach(Pending::next);
        }
    }

    /** A request on its way. */
    final class Pending {
        private final NodeId peer;
        private final Supplier<Request> message;
        private final Outcome outcome;
        private final Queue<InetSocketAddress> addresses = new ArrayDeque<>();
        private @Nullable InetSocketAddress only;
        private @Nullable ScheduledFuture<?> deadline;
        private @Nullable Request request;
        private String lastReason = "no answer";
        private int retries;
        private boolean done;

        private Pending(NodeId peer, Supplier<Request> message, Outcome outcome) {
            this.peer = peer;
            this.message = message;
            this.outcome = outcome;
        }

        /** Of the last try; null before the first. */
        @Nullable Token token() {
            return request == null ? null : request.getToken();
        }

        /** Gives it up; no outcome follows. */
        void cancel() {
            if (finish() && request != null) {
                request.cancel();
            }
        }

        private void begin() {
            pending.add(this);
            if (!network.isTrusted(peer)) {
                // Not before the caller has the object that this speaks of.
                protocol.execute(() -> fail("not a trusted peer"));
                return;
            }
            deadline =
                    protocol.schedule(
                            () -> fail(lastReason + ", given up after " + DEADLINE_MS + " ms"),
                            DEADLINE_MS,
                            TimeUnit.MILLISECONDS);
            if (network.hasSession(peer) || network.self().compareTo(peer) < 0) {
                protocol.execute(this::next);
                return;
            }
            waiting.computeIfAbsent(
                            peer,
                            id -> {
                                var _ =
                                        protocol.schedule(
                                                () -> goOn(id), PATIENCE_MS, TimeUnit.MILLISECONDS);
                                return new ArrayList<>();
                            })
                    .add(this);
        }

        /** Tries the next address. */
        private void next() {
            if (done) {
                return;
            }
            if (request == null) {
                addresses.addAll(candidates());
            }
            InetSocketAddress address = addresses.poll();
            if (address != null) {
                retries = 0;
                attempt(address);
            } else if (request == null) {
                fail("no address known yet; 'pipit doctor' says how it is looked for");
            } else {
                fail(lastReason);
            }
        }

        private Set<InetSocketAddress> candidates() {
            if (only != null) {
                return Set.of(only);
            }
            Set<InetSocketAddress> candidates = new LinkedHashSet<>();
            InetSocketAddress heardAt = network.heardAt(peer);
            if (heardAt != null && !directory.doubts(peer, heardAt)) {
                candidates.add(heardAt);
            }
            candidates.addAll(directory.of(peer));
            if (heardAt != null) {
                candidates.add(heardAt);
            }
            candidates.removeIf(InetSocketAddress::isUnresolved);
            return candidates;
        }

        private void attempt(InetSocketAddress address) {
            if (done) {
                return;
            }
            Request attempt = message.get();
            request = attempt;
            attempt.setReliabilityLayerParameters(
                    CoapSettings.patience(link(peer).repeatAfterMs()));
            attempt.addMessageObserver(new Attempt(this, attempt, address));
            try {
                network.send(peer, address, attempt);
            } catch (RuntimeException e) {
                fail("can't send to " + address + ": " + e.getMessage());
            }
        }

        private void attemptFailed(InetSocketAddress address, String reason, boolean again) {
            if (done) {
                return;
            }
            lastReason = reason + " (" + address + ")";
            directory.failed(peer, address);
            if (again && retries < RETRIES_MAX) {
                retries++;
                boolean lower = network.self().compareTo(peer) < 0;
                var _ =
                        protocol.schedule(
                                () -> attempt(address),
                                lower ? LOWER_RETRY_MS : HIGHER_RETRY_MS,
                                TimeUnit.MILLISECONDS);
            } else {
                next();
            }
        }

        private void answered(@Nullable Response response) {
            if (finish()) {
                outcome.answered(response);
            }
        }

        private void fail(String reason) {
            if (finish()) {
                if (request != null) {
                    request.cancel();
                }
                link(peer).lost(reason);
                outcome.failed(reason);
            }
        }

        private boolean finish() {
            if (done) {
                return false;
            }
            done = true;
            pending.remove(this);
            if (deadline != null) {
                deadline.cancel(false);
            }
            return true;
        }
    }

    /** What becomes of one try, with its repetitions. */
    private final class Attempt extends MessageObserverAdapter {
        private final Pending pending;
        private final Request request;
        private final InetSocketAddress address;
        private long firstNanos;
        private long sentNanos;
        private long heardBefore;
        private int transmissions;
        private boolean probed;

        Attempt(Pending pending, Request request, InetSocketAddress address) {
            this.pending = pending;
            this.request = request;
            this.address = address;
        }

        @Override
        public void onSent(boolean retransmission) {
            PeerLink link = link(pending.peer);
            sentNanos = time.monotonicNanos();
            if (transmissions == 0) {
                heardBefore = link.messages();
                firstNanos = sentNanos;
            }
            transmissions++;
            link.sent(address, retransmission);
        }

        @Override
        public void onRetransmission() {
            if (probed) {
                // One new session: a second one would end what the first has brought about.
                network.endProbe(pending.peer, address, request);
            } else if (transmissions >= DEAD_AFTER_TRANSMISSIONS
                    && time.monotonicNanos() - firstNanos >= DEAD_AFTER_MS * 1_000_000L
                    && link(pending.peer).messages() == heardBefore
                    && network.hasSession(pending.peer)) {
                probed = true;
                network.probe(pending.peer, address, request);
            }
        }

        @Override
        public void onResponse(Response response) {
            measure();
            pending.answered(response);
        }

        @Override
        public void onReject() {
            measure();
            if (request.getCode() == null) {
                pending.answered(null);
            } else {
                pending.attemptFailed(address, "the peer refused the message", false);
            }
        }

        /** Which transmission an answer belongs to is known only where there was one (RFC 6298). */
        private void measure() {
            if (transmissions == 1) {
                link(pending.peer).roundTrip(time.monotonicNanos() - sentNanos);
            }
        }

        @Override
        public void onTimeout() {
            pending.attemptFailed(address, "no answer", false);
        }

        @Override
        public void onSendError(Throwable error) {
            pending.attemptFailed(address, reason(error), isPassing(error));
        }

        private String reason(Throwable error) {
            if (error instanceof DtlsHandshakeTimeoutException) {
                return "no answer to the DTLS handshake";
            }
            if (error instanceof EndpointMismatchException) {
                return "the session there is another node's, or has just ended";
            }
            // The library says only which flight of the handshake it was.
            if (error.getCause() instanceof IOException unsent) {
                return CoapPeerLinks.NOT_SENT + " (" + unsent.getMessage() + ")";
            }
            String message = error.getMessage() == null ? error.toString() : error.getMessage();
            if (!isRefusal(error)) {
                return message;
            }
            return message.startsWith(ALERT_RECEIVED)
                    ? "the peer doesn't know this node: there, 'pipit peer add "
                            + network.self()
                            + "'"
                    : "another node answers there, with a key that isn't the peer's";
        }

        /** Whether the next try may fare better: not where nobody's there, or the key is wrong. */
        private static boolean isPassing(Throwable error) {
            return !isRefusal(error) && !(error instanceof DtlsHandshakeTimeoutException);
        }

        private static boolean isRefusal(Throwable error) {
            return error instanceof HandshakeException failed
                    && failed.getAlert().getDescription() == AlertDescription.BAD_CERTIFICATE;
        }
    }
}
