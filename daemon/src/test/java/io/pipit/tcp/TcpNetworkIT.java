package io.pipit.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipit.identity.Identity;
import io.pipit.model.Filter;
import io.pipit.model.Grant;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Answer;
import io.pipit.resource.exchange.Asked;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.door.Arrivals;
import io.pipit.wire.compact.CompactSlice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TcpNetworkIT {
    private static final LogId LOG = new LogId(7);
    private static final Filter AIR = new Filter(List.of("air/*"));
    private static final TimeSource TIME = new RealTime();

    @TempDir Path folder;
    private final List<Node> nodes = new ArrayList<>();
    private Node a;
    private Node b;

    /** One node's TCP side, with a tree that answers each question with an empty slice. */
    private final class Node {
        final Identity identity;
        final NodeId id;
        final Metrics metrics = new Metrics();
        final Map<NodeId, Peer> trust = new ConcurrentHashMap<>();
        final Map<NodeId, List<InetSocketAddress>> directory = new ConcurrentHashMap<>();
        final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        final List<Request> requests = new CopyOnWriteArrayList<>();
        final List<Exchange> observers = new CopyOnWriteArrayList<>();
        final EventLoop loop = new EventLoop(Thread.ofPlatform().daemon().factory());
        volatile boolean big;
        final TcpNetwork network;
        final TcpPeerLinks links;
        final InetSocketAddress address;

        Node(String name) throws Exception {
            identity = Identity.loadOrCreate(folder.resolve(name));
            id = identity.id();
            network =
                    new TcpNetwork(
                            id,
                            identity.privateKey(),
                            identity::certificate,
                            trust::get,
                            () -> false,
                            this::handle,
                            Runnable::run,
                            metrics,
                            loop);
            address = network.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            links =
                    new TcpPeerLinks(
                            loop,
                            network,
                            peer -> directory.getOrDefault(peer, List.of()),
                            events::add,
                            TIME,
                            metrics);
            nodes.add(this);
        }

        private void handle(Request request, Exchange exchange) {
            requests.add(request);
            if (request.observe()) {
                observers.add(exchange);
            }
            if (request.method() == Request.Method.PUT) {
                byte[] echo = {(byte) request.echo().length};
                exchange.respond(new Response(204, Request.NONE, new byte[0], 0, Part.NONE, echo));
                return;
            }
            if (big) {
                exchange.respond(new Response(205, 42, new byte[100_000], 60));
                return;
            }
            exchange.respond(slice(requests.size()));
        }

        Response slice(long previous) {
            LogSlice slice = new LogSlice(LOG, 1, previous, List.of(), previous);
            return new Response(
                    205, CompactSlice.CONTENT_FORMAT, CompactSlice.encodeFirst(slice, 1_000), 60);
        }

        void knows(Node other, boolean where) {
            trust.put(
                    other.id, new Peer(other.id, "other", null, Set.of(Grant.of(Grant.Role.READ))));
            if (where) {
                directory.put(other.id, List.of(other.address));
            }
        }

        void ask(Node other, long number) {
            links.fetch(new PeerLinks.Fetch(number, other.id, AIR, LOG, 3, Long.MAX_VALUE, 2, 50));
        }

        Event next() throws InterruptedException {
            Event event = events.poll(20, TimeUnit.SECONDS);
            assertThat(event).as("an event").isNotNull();
            return event instanceof Event.PeerReachable ? next() : event;
        }

        String text() {
            return new String(metrics.openMetrics(), java.nio.charset.StandardCharsets.UTF_8);
        }

        void close() {
            network.close();
            loop.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        a = new Node("a");
        b = new Node("b");
        a.knows(b, true);
        b.knows(a, true);
    }

    @AfterEach
    void stop() {
        nodes.forEach(Node::close);
    }

    @Test
    void asksAPeerThatProvedItsKey() throws Exception {
        a.ask(b, 1);
        assertThat(a.next())
                .isInstanceOfSatisfying(
                        Event.Fetched.class,
                        fetched -> {
                            assertThat(fetched.number()).isEqualTo(1);
                            assertThat(fetched.peer()).isEqualTo(b.id);
                            assertThat(fetched.slice().log()).isEqualTo(LOG);
                        });
        Request asked = b.requests.getFirst();
        assertThat(asked.caller().peer()).isEqualTo(a.id);
        assertThat(asked.query())
                .contains("series=air/*", "limit=50", "after=" + LOG + ":3", "held=2");
        assertThat(a.links.isReachable(b.id)).isTrue();
        assertThat(a.links.addressOf(b.id)).isEqualTo(b.address);
    }

    @Test
    void carriesAnEchoThereAndBack() throws Exception {
        byte[] given = {1, 2, 3};
        Asked write =
                new Asked(
                        Request.Method.PUT,
                        List.of("actuators", "fan"),
                        List.of(),
                        Asked.NONE,
                        112,
                        new byte[] {(byte) 0x80},
                        given);

        Answer answer =
                a.links
                        .ask(b.id, write, java.time.Duration.ofSeconds(20))
                        .toCompletableFuture()
                        .get();

        assertThat(answer.code()).isEqualTo(204);
        assertThat(b.requests.getFirst().echo()).isEqualTo(given);
        assertThat(answer.echo()).containsExactly(given.length);
    }

    @Test
    void keepsTheCertificateOfItsKey() throws Exception {
        assertThat(Identity.loadOrCreate(folder.resolve("a")).certificate())
                .isEqualTo(a.identity.certificate());
        assertThat(NodeId.of(a.identity.certificate().getPublicKey())).isEqualTo(a.id);
    }

    @Test
    void observesUntilTheConnectionBreaks() throws Exception {
        a.links.subscribe(b.id, AIR);
        assertThat(a.next()).isInstanceOf(Event.Received.class);
        b.observers.getFirst().respond(b.slice(9));
        assertThat(a.next())
                .isInstanceOfSatisfying(
                        Event.Received.class,
                        received -> assertThat(received.slice().completeTo()).isEqualTo(9));
        b.close();
        nodes.remove(b);
        assertThat(a.next())
                .isInstanceOfSatisfying(
                        Event.SubscriptionEnded.class,
                        ended -> assertThat(ended.reason()).contains("goodbye"));
        assertThat(a.links.isReachable(b.id)).isFalse();
    }

    @Test
    void tellsThePeerThatItNoLongerObserves() throws Exception {
        a.links.subscribe(b.id, AIR);
        assertThat(a.next()).isInstanceOf(Event.Received.class);
        var ended = new LinkedBlockingQueue<String>();
        b.observers.getFirst().onClosed(() -> ended.add("ended"));
        a.links.unsubscribe(b.id, AIR);
        assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("ended");
        a.ask(b, 2);
        assertThat(a.next()).isInstanceOf(Event.Fetched.class);
    }

    @Test
    void givesAStrangerNothing() throws Exception {
        Node stranger = new Node("stranger");
        stranger.knows(b, true);
        stranger.ask(b, 1);
        assertThat(stranger.next())
                .isInstanceOfSatisfying(
                        Event.FetchFailed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .contains("pipit peer add " + stranger.id));
        assertThat(b.requests).isEmpty();
        await().untilAsserted(() -> assertThat(b.text()).contains("pipit_tcp_strangers_total 1.0"));
    }

    @Test
    void tellsAStrangerThatItIsItsCertificate() throws Exception {
        Node stranger = new Node("stranger");
        stranger.knows(b, true);
        try (SSLSocket socket = socketOf(stranger)) {
            socket.setSoTimeout(10_000);
            // With TLS 1.3 the client is done before the server has looked at its certificate.
            assertThatThrownBy(
                            () -> {
                                socket.startHandshake();
                                socket.getInputStream().readAllBytes();
                            })
                    // By BoringSSL, and by the JDK.
                    .message()
                    .containsAnyOf("bad_certificate", "certificate_unknown");
        }
    }

    @Test
    void believesNobodyElseAtThePeersAddress() throws Exception {
        Node other = new Node("other");
        a.knows(other, false);
        other.knows(a, true);
        a.directory.put(b.id, List.of(other.address));
        a.ask(b, 1);
        assertThat(a.next())
                .isInstanceOfSatisfying(
                        Event.FetchFailed.class,
                        failed -> assertThat(failed.reason()).contains("another node answers"));
        assertThat(other.requests).isEmpty();
    }

    @Test
    void triesTheNextAddressWhereNobodyAnswers() throws Exception {
        InetSocketAddress nobody;
        try (var closed = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) closed.getLocalSocketAddress();
        }
        a.directory.put(b.id, List.of(nobody, b.address));
        a.ask(b, 1);
        assertThat(a.next()).isInstanceOf(Event.Fetched.class);
    }

    @Test
    void goesBackOverThePeersConnectionWhereItKnowsNoAddress() throws Exception {
        a.directory.clear();
        b.ask(a, 1);
        assertThat(b.next()).isInstanceOf(Event.Fetched.class);
        a.ask(b, 2);
        assertThat(a.next()).isInstanceOf(Event.Fetched.class);
    }

    @Test
    void endsWithAPeerThatIsNoLongerTrusted() throws Exception {
        a.links.subscribe(b.id, AIR);
        assertThat(a.next()).isInstanceOf(Event.Received.class);
        b.trust.clear();
        b.links.forget(a.id);
        assertThat(a.next()).isInstanceOf(Event.SubscriptionEnded.class);
        a.ask(b, 2);
        assertThat(a.next()).isInstanceOf(Event.FetchFailed.class);
    }

    @Test
    void keepsFewUnfinishedHandshakesOfOneSource() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i <= Arrivals.OF_SOURCE_MAX; i++) {
                silent.add(new Socket(b.address.getAddress(), b.address.getPort()));
            }
            silent.getLast().setSoTimeout(5_000);
            assertThat(silent.getLast().getInputStream().read()).isEqualTo(-1);
            assertThat(b.text()).contains("pipit_tcp_connections_refused_total 1.0");
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        await().untilAsserted(() -> {
            a.ask(b, 1);
            assertThat(a.next()).isInstanceOf(Event.Fetched.class);
        });
    }

    @Test
    void whoIsRevokedHasNoConnectionLeftWhoeverMadeIt() throws Exception {
        a.ask(b, 1);
        assertThat(a.next()).isInstanceOf(Event.Fetched.class);
        b.ask(a, 2);
        assertThat(b.next()).isInstanceOf(Event.Fetched.class);
        b.links.subscribe(a.id, AIR);
        assertThat(b.next()).isInstanceOf(Event.Received.class);
        assertThat(b.network.connections()).isEqualTo(2);

        b.trust.clear();
        b.links.forget(a.id);

        await().untilAsserted(() -> assertThat(b.network.connections()).isZero());
        await().untilAsserted(() -> assertThat(a.network.connections()).isZero());
        int asked = b.requests.size();
        b.ask(a, 3);
        assertThat(b.next()).isInstanceOf(Event.SubscriptionEnded.class);
        assertThat(b.next())
                .isInstanceOfSatisfying(
                        Event.FetchFailed.class,
                        failed -> assertThat(failed.reason()).contains("no longer trusted"));
        a.ask(b, 4);
        assertThat(a.next()).isInstanceOf(Event.FetchFailed.class);
        assertThat(b.requests).hasSize(asked);
        await().untilAsserted(() -> assertThat(b.network.connections()).isZero());
    }

    @Test
    void whoDoesNotReadIsCutAllTheSame() throws Exception {
        try (SSLSocket socket = socketOf(a)) {
            socket.startHandshake();
            socket.getOutputStream().write(CSM);
            await().untilAsserted(() -> assertThat(b.network.connections()).isEqualTo(1));
            // Nothing of this is read, so that no goodbye gets through either.
            b.big = true;
            for (int i = 0; i < 40; i++) {
                socket.getOutputStream().write(GET_READINGS);
            }

            b.trust.clear();
            b.links.forget(a.id);

            await().untilAsserted(() -> assertThat(b.network.connections()).isZero());
        }
    }

    @Test
    void aPeerMayTakeUpAnOldSessionOfTlsAgain() throws Exception {
        AtomicInteger certificates = new AtomicInteger();
        SSLContext context = contextOf(a, certificates);
        assertThat(readings(context)).hasSize(20);
        assertThat(certificates).hasValue(1);

        assertThat(readings(context)).hasSize(20);
        // By the ticket that it was given: no certificate was shown again.
        assertThat(certificates).hasValue(1);
    }

    @Test
    void nobodyTakesUpAnOldSessionOfTlsAgainWhoIsNoPeerAnyMore() throws Exception {
        SSLContext context = contextOf(a, new AtomicInteger());
        assertThat(readings(context)).hasSize(20);
        int asked = b.requests.size();
        b.trust.clear();
        b.links.forget(a.id);

        assertThat(readings(context)).isEmpty();
        assertThat(b.requests).hasSize(asked);
    }

    /** The beginning of what b answers to a; nothing where it doesn't. */
    private byte[] readings(SSLContext context) throws IOException {
        try (SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(b.address.getAddress(), b.address.getPort())) {
            socket.setSoTimeout(10_000);
            try {
                socket.startHandshake();
                socket.getOutputStream().write(CSM);
                socket.getOutputStream().write(GET_READINGS);
                return socket.getInputStream().readNBytes(20);
            } catch (IOException e) {
                // Refused in the handshake or cut right after it.
                return new byte[0];
            }
        }
    }

    /** 7.01, and 0.01 GET /readings without a token (RFC 8323, section 3.2). */
    private static final byte[] CSM = {0x00, (byte) 0xe1};

    private static final byte[] GET_READINGS = {
        (byte) 0x90, 0x01, (byte) 0xb8, 'r', 'e', 'a', 'd', 'i', 'n', 'g', 's'
    };

    private static SSLSocket socketOf(Node node) throws Exception {
        Node peer = node;
        return (SSLSocket)
                contextOf(peer, new AtomicInteger())
                        .getSocketFactory()
                        .createSocket(other(peer).getAddress(), other(peer).getPort());
    }

    private static InetSocketAddress other(Node node) {
        return node.directory.values().iterator().next().getFirst();
    }

    /**
     * @param certificates counts those that it was shown
     */
    private static SSLContext contextOf(Node node, AtomicInteger certificates) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                "node",
                node.identity.privateKey(),
                new char[0],
                new Certificate[] {node.identity.certificate()});
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(
                managers.getKeyManagers(),
                new TrustManager[] {
                    new X509ExtendedTrustManager() {
                        @Override
                        public void checkClientTrusted(X509Certificate[] c, String t, Socket s) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] c, String t, Socket s) {
                            certificates.incrementAndGet();
                        }

                        @Override
                        public void checkClientTrusted(
                                X509Certificate[] c, String t, SSLEngine e) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] c, String t, SSLEngine e) {
                            certificates.incrementAndGet();
                        }

                        @Override
                        public void checkClientTrusted(X509Certificate[] c, String t) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] c, String t) {}

                        @Override
                        public X509Certificate[] getAcceptedIssuers() {
                            return new X509Certificate[0];
                        }
                    }
                },
                null);
        return context;
    }
}
