package io.pipit.coap;

import io.pipit.coap.door.Addresses;
import io.pipit.coap.door.ConnectionIds;
import io.pipit.coap.door.DtlsDatagram;
import io.pipit.coap.strangers.Guests;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Resources;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.Principal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.eclipse.californium.core.coap.EmptyMessage;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.coap.Token;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.InMemoryMessageExchangeStore;
import org.eclipse.californium.core.network.RandomTokenGenerator;
import org.eclipse.californium.core.network.deduplication.SweepPerPeerDeduplicator;
import org.eclipse.californium.core.network.interceptors.MessageInterceptorAdapter;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.MapBasedEndpointContext;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.util.Filter;
import org.eclipse.californium.scandium.ConnectionListener;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertDescription;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.ResumptionSupportingConnectionStore;
import org.eclipse.californium.scandium.dtls.SessionId;
import org.eclipse.californium.scandium.dtls.x509.SingleCertificateProvider;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint for peers: CoAP over DTLS 1.2 with raw public keys, server and client on the same
 * sockets. It knows which peer has a session and where it last spoke from. Thread-safe; what it
 * reports comes on the protocol thread.
 */
public final class NetworkEndpoint {
    /** What the links to the peers hear of. On the protocol thread, must not block. */
    interface Watch {
        /**
         * A handshake with a trusted peer is done.
         *
         * @param afresh whether the peer holds nothing any more of the session before
         */
        void opened(NodeId peer, boolean afresh);

        /** The peer has no session left here. */
        void closed(NodeId peer);

        /** A trusted peer spoke. */
        void heard(NodeId peer, InetSocketAddress address);

        /** A notification of an observation that this node asked for. */
        void notified(NodeId peer, Token token, Response response);
    }

    private static final int ALERT_WAIT_MS = 200;

    /** Addresses that peers were called at; there may be many where discovery is lied to. */
    private static final int DIALLED_MAX = 1_024;

    private record Heard(InetSocketAddress address, CoapEndpoint endpoint) {}

    private final NodeId self;
    private final PeerGuard guard;
    private final Guests guests;
    private final CoapCounters counters;
    private final ScheduledExecutorService protocol;
    private final Executor carrier;
    private final RequestDeliverer deliverer;
    private final TimeSource time;
    private final List<CoapEndpoint> endpoints = new ArrayList<>();

    /** By identity, since a connection's hash changes with each message; guarded by itself. */
    private final IdentityHashMap<Connection, NodeId> sessions = new IdentityHashMap<>();

    private final Map<NodeId, SessionId> sessionIds = new ConcurrentHashMap<>();
    private final Map<NodeId, Heard> heard = new ConcurrentHashMap<>();
    private final ConnectionIds connectionIds = new ConnectionIds(CoapSettings.CONNECTION_ID_BYTES);
    private final Addresses<NodeId> addresses;
    private final Addresses<NodeId> dialled;
    private volatile @Nullable Watch watch;

    NetworkEndpoint(
            KeyPair key,
            Function<NodeId, @Nullable Peer> trust,
            Guests guests,
            Resources resources,
            ScheduledExecutorService protocol,
            Executor carrier,
            TimeSource time,
            CoapCounters counters) {
        this.self = NodeId.of(key.getPublic());
        this.guard = new PeerGuard(trust, guests, counters);
        this.guests = guests;
        this.counters = counters;
        this.protocol = protocol;
        this.carrier = carrier;
        this.time = time;
        Runnable forgotten = counters.addressesForgotten::increment;
        this.addresses = new Addresses<>(2 * CoapSettings.CONNECTIONS_MAX, forgotten);
        this.dialled = new Addresses<>(DIALLED_MAX, forgotten);
        this.deliverer =
                new RequestDeliverer(
                        resources, guard::caller, this::route, CoapSettings.network(), counters);
    }

    /** Opens one more socket. Only before anything is sent. */
    void listen(InetSocketAddress address, KeyPair key) throws IOException {
        Configuration config = CoapSettings.network();
        Doorkeeper doorkeeper = new Doorkeeper(time, counters, connectionIds, new Known());
        DTLSConnector connector =
                new Carrying(
                        DtlsConnectorConfig.builder(config)
                                .setAddress(address)
                                .setCertificateIdentityProvider(
                                        new SingleCertificateProvider(
                                                key.getPrivate(), key.getPublic()))
                                .setAdvancedCertificateVerifier(guard)
                                .setApplicationLevelInfoSupplier(guard)
                                .setConnectionListener(new Connections())
                                .setSessionListener(doorkeeper.handshakes())
                                .build(),
                        doorkeeper);
        connector.setExecutor(protocol);
        connector.setAlertHandler((source, alert) -> {
            if (source == null || alert.getDescription() != AlertDescription.CLOSE_NOTIFY) {
                return;
            }
            guests.closed(source);
            NodeId peer = addresses.get(source);
            if (peer != null) {
                synchronized (sessions) {
                    sessions.values().removeIf(peer::equals);
                }
                closed(peer);
            }
        });
        RandomTokenGenerator tokens = new RandomTokenGenerator(config);
        var exchanges = new InMemoryMessageExchangeStore(config, tokens);
        exchanges.setDeduplicator(
                new PeerGuard.Repetitions(new SweepPerPeerDeduplicator(config), sessionIds::get));
        CoapEndpoint endpoint =
                CoapEndpoint.builder()
                        .setConfiguration(config)
                        .setConnector(connector)
                        .setTokenGenerator(tokens)
                        .setMessageExchangeStore(exchanges)
                        .setEndpointContextMatcher(guard)
                        .build();
        endpoint.setExecutors(protocol, protocol);
        endpoint.setMessageDeliverer(deliverer);
        Ear ear = new Ear(endpoint);
        endpoint.addInterceptor(ear);
        endpoint.addPostProcessInterceptor(new CoapCounters.Malformed(counters));
        endpoint.addNotificationListener((request, response) -> {
            NodeId peer = PeerGuard.nodeOf(response.getSourceContext());
            Watch to = watch;
            if (peer != null && to != null) {
                to.notified(peer, request.getToken(), response);
            }
        });
        CoapEndpoints.start(endpoint, address);
        endpoints.add(endpoint);
    }

    /** Takes a datagram as if it had come by the first socket. */
    void receive(DatagramPacket packet) {
        connector(endpoints.getFirst()).processDatagram(packet);
    }

    void watch(Watch watch) {
        this.watch = watch;
    }

    /** This node's own ID. */
    public NodeId self() {
        return self;
    }

    /** Where it listens, with the ports that were really taken. */
    public List<InetSocketAddress> addresses() {
        return endpoints.stream().map(CoapEndpoint::getAddress).toList();
    }

    /** How many observe this node at present. */
    public int observers() {
        return deliverer.observers();
    }

    /**
     * Closes all sessions of a peer that isn't trusted any more, those that it could take up again
     * among them, and forgets where it was.
     */
    public void forget(NodeId peer) {
        deliverer.close(peer);
        sessionIds.remove(peer);
        heard.remove(peer);
        addresses.removeAll(peer);
        dialled.removeAll(peer);
        // By key, so that what could be taken up again goes with what is open.
        endpoints.forEach(endpoint -> terminate(connector(endpoint), peer));
    }

    private static void terminate(DTLSConnector connector, NodeId peer) {
        Filter<Principal> same = principal -> Objects.equals(peer, PeerGuard.nodeOf(principal));
        var _ = connector.startTerminateConnectionsForPrincipal(same, true);
    }

    /** Closes all sessions of those who aren't trusted: no pairing window is open any more. */
    public void showStrangersOut() {
        guests.showOut();
    }

    private void showOut(InetSocketAddress address, Principal guest) {
        for (CoapEndpoint endpoint : endpoints) {
            connector(endpoint).close(address);
            if (guard.trusted(PeerGuard.nodeOf(guest)) == null) {
                var _ = connector(endpoint).startDropConnectionsForPrincipal(guest);
            }
        }
    }

    boolean isTrusted(NodeId peer) {
        return guard.trusted(peer) != null;
    }

    boolean hasSession(NodeId peer) {
        synchronized (sessions) {
            // Not containsValue, which compares by identity here.
            return sessions.values().stream().anyMatch(peer::equals);
        }
    }

    /** Where the peer last proved to be; null where it didn't yet. */
    @Nullable InetSocketAddress heardAt(NodeId peer) {
        Heard last = heard.get(peer);
        return last == null ? null : last.address;
    }

    ScheduledExecutorService protocol() {
        return protocol;
    }

    /** Sends a request to a peer, with a handshake first where there is no session. */
    void send(NodeId peer, InetSocketAddress address, Request request) {
        dialled.put(address, peer);
        request.setDestinationContext(
                destination(peer, address, DtlsEndpointContext.HANDSHAKE_MODE_AUTO));
        endpointFor(peer, address).sendRequest(request);
    }

    /**
     * Makes a request that is about to be repeated open a new session on the way; the old one stays
     * until the peer answers that.
     */
    void probe(NodeId peer, InetSocketAddress address, Request request) {
        request.setEffectiveDestinationContext(
                destination(peer, address, DtlsEndpointContext.HANDSHAKE_MODE_PROBE));
    }

    /** Makes what {@link #probe} was done to use the session that there is from now on. */
    void endProbe(NodeId peer, InetSocketAddress address, Request request) {
        request.setEffectiveDestinationContext(
                destination(peer, address, DtlsEndpointContext.HANDSHAKE_MODE_AUTO));
    }

    void cancelObservation(Token token) {
        endpoints.forEach(endpoint -> endpoint.cancelObservation(token));
    }

    /** Tells the peers that their sessions end, so that they needn't find out. */
    void sayGoodbye() {
        for (CoapEndpoint endpoint : endpoints) {
            addresses.all().forEach(connector(endpoint)::close);
        }
        CoapEndpoints.awaitIdle(protocol, ALERT_WAIT_MS);
    }

    /** Closes the sockets. */
    void close() {
        endpoints.forEach(CoapEndpoint::destroy);
    }

    private static EndpointContext destination(
            NodeId peer, InetSocketAddress address, String handshakeMode) {
        return new MapBasedEndpointContext(
                address,
                new PeerGuard.Node(peer),
                new MapBasedEndpointContext.Attributes()
                        .add(DtlsEndpointContext.KEY_HANDSHAKE_MODE, handshakeMode));
    }

    private static DTLSConnector connector(CoapEndpoint endpoint) {
        return (DTLSConnector) endpoint.getConnector();
    }

    private CoapEndpoint endpointFor(NodeId peer, InetSocketAddress address) {
        Heard last = heard.get(peer);
        if (last != null && last.address.equals(address)) {
            return last.endpoint;
        }
        for (CoapEndpoint endpoint : endpoints) {
            InetAddress local = endpoint.getAddress().getAddress();
            boolean sameFamily = local.getClass() == address.getAddress().getClass();
            if (local.isAnyLocalAddress()
                    || (sameFamily
                            && local.isLoopbackAddress()
                                    == address.getAddress().isLoopbackAddress())) {
                return endpoint;
            }
        }
        return endpoints.getFirst();
    }

    /** What the doorkeeper may know of the peers. */
    private final class Known implements Doorkeeper.Peers {
        @Override
        public boolean isPeers(InetAddress address, int port) {
            return addresses.contains(address, port) || dialled.contains(address, port);
        }

        @Override
        public boolean isOurs(InetSocketAddress address) {
            NodeId peer = dialled.get(address);
            return peer != null && self.compareTo(peer) < 0;
        }
    }

    private void closed(NodeId peer) {
        sessionIds.remove(peer);
        addresses.removeAll(peer);
        deliverer.close(peer);
        Watch to = watch;
        if (to != null && !protocol.isShutdown()) {
            protocol.execute(() -> to.closed(peer));
        }
    }

    /** Notifications follow a peer that changed its address, and stop where it isn't trusted. */
    private @Nullable EndpointContext route(EndpointContext asked) {
        NodeId id = PeerGuard.nodeOf(asked);
        if (id == null || guard.trusted(id) == null) {
            return null;
        }
        Heard last = heard.get(id);
        return last == null || last.address.equals(asked.getPeerAddress())
                ? asked
                : new AddressEndpointContext(last.address, new PeerGuard.Node(id));
    }

    /**
     * Goes on with what a peer sent on the thread that received it. Handshakes take long, so they
     * are left to the protocol's own thread: the receiver has to keep strangers out meanwhile.
     */
    private final class Carrying extends DTLSConnector {
        private final Doorkeeper doorkeeper;

        Carrying(DtlsConnectorConfig config, Doorkeeper doorkeeper) {
            this(config, createConnectionStore(config), doorkeeper);
        }

        private Carrying(
                DtlsConnectorConfig config,
                ResumptionSupportingConnectionStore store,
                Doorkeeper doorkeeper) {
            super(config, store);
            this.doorkeeper = doorkeeper;
            doorkeeper.attach(
                    connection -> store.remove(connection, false), this::clearRecentHandshakes);
        }

        @Override
        protected void processDatagram(DatagramPacket packet, @Nullable InetSocketAddress router) {
            // Before the library makes objects for it, which it does for what it drops too.
            if (!doorkeeper.admits(packet)) {
                return;
            }
            if (DtlsDatagram.isApplicationData(
                    packet.getData(), packet.getOffset(), packet.getLength())) {
                carrier.execute(() -> super.processDatagram(packet, router));
            } else {
                super.processDatagram(packet, router);
            }
        }
    }

    /** Hears every message before anything is made of it; those of nobody trusted end here. */
    private final class Ear extends MessageInterceptorAdapter {
        private final CoapEndpoint endpoint;

        Ear(CoapEndpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void receiveRequest(Request request) {
            received(request);
        }

        @Override
        public void receiveResponse(Response response) {
            received(response);
        }

        @Override
        public void receiveEmptyMessage(EmptyMessage message) {
            received(message);
        }

        private void received(Message message) {
            EndpointContext context = message.getSourceContext();
            NodeId peer = PeerGuard.nodeOf(context);
            if (peer == null || guard.trusted(peer) == null) {
                if (peer == null || !guests.hears(message)) {
                    counters.messagesRefused.increment();
                    message.setCanceled(true);
                }
                return;
            }
            if (Guests.isForPairing(message)) {
                return; // by a socket for that alone: nobody is to be sought there afterwards
            }
            InetSocketAddress address = context.getPeerAddress();
            Heard last = heard.get(peer);
            if (last == null || !last.endpoint.equals(endpoint) || !last.address.equals(address)) {
                moved(peer, last, new Heard(address, endpoint));
            }
            Watch to = watch;
            if (to != null) {
                to.heard(peer, address);
            }
        }

        private void moved(NodeId peer, @Nullable Heard from, Heard to) {
            if (from != null) {
                addresses.remove(from.address, peer);
                dialled.remove(from.address, peer);
            }
            heard.put(peer, to);
            addresses.put(to.address, peer);
        }
    }

    /** Knows the sessions. */
    private final class Connections implements ConnectionListener {
        @Override
        public void onConnectionEstablished(Connection connection) {
            Principal principal = connection.getEstablishedSession().getPeerIdentity();
            NodeId peer = PeerGuard.nodeOf(principal);
            if (peer == null) {
                return;
            }
            InetSocketAddress address = connection.getPeerAddress();
            connectionIds.add(connection.getConnectionId().getBytes());
            if (guard.trusted(peer) == null) {
                if (address != null && guests.areWelcome()) {
                    guests.arrived(connection, () -> showOut(address, principal));
                    return;
                }
                // Its trust ended while it shook hands, or it took up an old session again.
                counters.handshakesRefused.increment();
                forget(peer);
                return;
            }
            counters.handshakesDone.increment();
            synchronized (sessions) {
                sessions.put(connection, peer);
            }
            if (address != null) {
                addresses.put(address, peer);
            }
            SessionId id = connection.getEstablishedSession().getSessionIdentifier();
            SessionId before = sessionIds.put(peer, id);
            boolean afresh = before != null && !before.equals(id);
            if (afresh) {
                // Whoever has to negotiate anew has forgotten what it observed.
                deliverer.close(peer);
            }
            Watch to = watch;
            if (to != null) {
                protocol.execute(() -> to.opened(peer, afresh));
            }
        }

        @Override
        public void onConnectionRemoved(Connection connection) {
            guests.left(connection);
            connectionIds.remove(connection.getConnectionId().getBytes());
            NodeId peer;
            synchronized (sessions) {
                peer = sessions.remove(connection);
            }
            if (peer != null && !hasSession(peer)) {
                closed(peer);
            }
        }

        @Override
        public boolean onConnectionUpdatesSequenceNumbers(Connection connection, boolean write) {
            return false;
        }

        @Override
        public boolean onConnectionMacError(Connection connection) {
            return false;
        }

        @Override
        public void beforeExecution(Connection connection) {}

        @Override
        public void updateExecution(Connection connection) {}

        @Override
        public void afterExecution(Connection connection) {}
    }
}
