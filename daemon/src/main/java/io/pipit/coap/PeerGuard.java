package io.pipit.coap;

import io.pipit.coap.strangers.Guests;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.resource.exchange.Caller;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.network.KeyMID;
import org.eclipse.californium.core.network.deduplication.Deduplicator;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.EndpointContextMatcher;
import org.eclipse.californium.elements.auth.AdditionalInfo;
import org.eclipse.californium.elements.auth.RawPublicKeyIdentity;
import org.eclipse.californium.elements.util.Bytes;
import org.eclipse.californium.scandium.auth.ApplicationLevelInfoSupplier;
import org.eclipse.californium.scandium.dtls.AlertMessage;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertDescription;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertLevel;
import org.eclipse.californium.scandium.dtls.CertificateMessage;
import org.eclipse.californium.scandium.dtls.CertificateType;
import org.eclipse.californium.scandium.dtls.CertificateVerificationResult;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.HandshakeException;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.x509.NewAdvancedCertificateVerifier;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;

/**
 * Says who is at the other end, and whether it is let in: a raw public key whose node ID is trusted
 * at that moment, and nothing else. To the library, a peer is its node ID, wherever it speaks from.
 * Thread-safe.
 */
final class PeerGuard
        implements NewAdvancedCertificateVerifier,
                EndpointContextMatcher,
                ApplicationLevelInfoSupplier {
    /** A node as a message's destination names it, before its key was ever seen. */
    record Node(NodeId id) implements Principal {
        @Override
        public String getName() {
            return id.toString();
        }
    }

    private static final String NODE = "node";

    private final Function<NodeId, @Nullable Peer> trust;
    private final Guests guests;
    private final CoapCounters counters;

    PeerGuard(Function<NodeId, @Nullable Peer> trust, Guests guests, CoapCounters counters) {
        this.trust = trust;
        this.guests = guests;
        this.counters = counters;
    }

    /** The peer, where it is trusted now. */
    @Nullable Peer trusted(@Nullable NodeId id) {
        return id == null ? null : trust.apply(id);
    }

    /** Whose principal that is; null where it isn't a node's. */
    static @Nullable NodeId nodeOf(@Nullable Principal principal) {
        if (principal instanceof Node node) {
            return node.id;
        }
        if (principal instanceof RawPublicKeyIdentity key) {
            // Hashed once a session, not for each message.
            NodeId known = key.getExtendedInfo().get(NODE, NodeId.class);
            return known != null ? known : NodeId.of(key.getKey());
        }
        return null;
    }

    static @Nullable NodeId nodeOf(@Nullable EndpointContext context) {
        return context == null ? null : nodeOf(context.getPeerIdentity());
    }

    /** Who speaks from there; null where nobody who gets anything. */
    @Nullable Caller caller(EndpointContext context) {
        NodeId id = nodeOf(context);
        Caller.Proof proof =
                context.getPeerIdentity() instanceof RawPublicKeyIdentity key
                        ? new Caller.Proof(key.getKey(), context.getPeerAddress())
                        : null;
        Peer peer = trusted(id);
        if (peer != null) {
            return new Caller(Caller.Via.NETWORK, peer.id(), peer.grants(), proof);
        }
        return guests.areWelcome() ? new Caller(Caller.Via.STRANGER, id, Set.of(), proof) : null;
    }

    @Override
    public AdditionalInfo getInfo(Principal principal, @Nullable Object customArgument) {
        NodeId id = nodeOf(principal);
        return id == null ? AdditionalInfo.empty() : AdditionalInfo.from(Map.of(NODE, id));
    }

    @Override
    public List<CertificateType> getSupportedCertificateTypes() {
        return List.of(CertificateType.RAW_PUBLIC_KEY);
    }

    @Override
    public CertificateVerificationResult verifyCertificate(
            ConnectionId cid,
            @Nullable ServerNames serverNames,
            InetSocketAddress remotePeer,
            boolean clientUsage,
            boolean verifySubject,
            boolean truncateCertificatePath,
            CertificateMessage message) {
        PublicKey key = message.getPublicKey();
        // Only who comes in may be a stranger: what this node calls is a peer.
        if (key != null && (trusted(NodeId.of(key)) != null || (clientUsage && guests.admits()))) {
            return new CertificateVerificationResult(cid, key, null);
        }
        counters.handshakesRefused.increment();
        return new CertificateVerificationResult(
                cid,
                new HandshakeException(
                        "not a trusted key",
                        new AlertMessage(AlertLevel.FATAL, AlertDescription.BAD_CERTIFICATE)),
                null);
    }

    @Override
    public List<X500Principal> getAcceptedIssuers() {
        return List.of();
    }

    @Override
    public void setResultHandler(HandshakeResultHandler handler) {
        // Every result is there at once.
    }

    @Override
    public String getName() {
        return "node ID";
    }

    @Override
    public Object getEndpointIdentity(EndpointContext context) {
        NodeId id = nodeOf(context);
        if (id == null) {
            throw new IllegalArgumentException("not a node's");
        }
        return id;
    }

    @Override
    public boolean isResponseRelatedToRequest(EndpointContext request, EndpointContext response) {
        NodeId id = nodeOf(request);
        return id != null && Objects.equals(id, nodeOf(response));
    }

    /** Without a connection yet, the handshake decides who it is, and this is asked once more. */
    @Override
    public boolean isToBeSent(EndpointContext message, @Nullable EndpointContext connection) {
        return connection == null || isResponseRelatedToRequest(message, connection);
    }

    @Override
    public String toRelevantState(@Nullable EndpointContext context) {
        return String.valueOf(nodeOf(context));
    }

    /**
     * Knows what a peer says again: the same message ID in the same session (RFC 7252, section
     * 9.1.1). A peer is its node ID in all its sessions, and one that started anew begins with any
     * message ID: what it says first would now and then pass for a repetition of what it said
     * before, and get that answer.
     */
    static final class Repetitions implements Deduplicator {
        private final Deduplicator seen;
        private final Function<Object, @Nullable Bytes> sessionOf;

        /**
         * @param seen remembers messages by their peer and ID
         * @param sessionOf the newest session of a peer, by its ID; null where it has none
         */
        Repetitions(Deduplicator seen, Function<Object, @Nullable Bytes> sessionOf) {
            this.seen = seen;
            this.sessionOf = sessionOf;
        }

        @Override
        public @Nullable Exchange findPrevious(KeyMID key, Exchange exchange) {
            Exchange previous = seen.findPrevious(key, exchange);
            if (previous == null || isOf(session(exchange), previous)) {
                return previous;
            }
            seen.replacePrevious(key, previous, exchange);
            return null;
        }

        /** Asked for answers and notifications that nobody waits for, whose session isn't told. */
        @Override
        public @Nullable Exchange find(KeyMID key) {
            Exchange previous = seen.find(key);
            return previous != null && isOf(sessionOf.apply(key.getPeer()), previous)
                    ? previous
                    : null;
        }

        private static boolean isOf(@Nullable Bytes session, Exchange previous) {
            Bytes former = session(previous);
            return session == null || former == null || session.equals(former);
        }

        private static @Nullable Bytes session(Exchange exchange) {
            EndpointContext context =
                    exchange.isOfLocalOrigin()
                            ? exchange.getEndpointContext()
                            : exchange.getCurrentRequest().getSourceContext();
            return context == null ? null : context.get(DtlsEndpointContext.KEY_SESSION_ID);
        }

        @Override
        public boolean replacePrevious(KeyMID key, Exchange previous, Exchange exchange) {
            return seen.replacePrevious(key, previous, exchange);
        }

        @Override
        public void start() {
            seen.start();
        }

        @Override
        public void stop() {
            seen.stop();
        }

        @Override
        public void setExecutor(ScheduledExecutorService executor) {
            seen.setExecutor(executor);
        }

        @Override
        public boolean isEmpty() {
            return seen.isEmpty();
        }

        @Override
        public int size() {
            return seen.size();
        }

        @Override
        public void clear() {
            seen.clear();
        }
    }
}
