package io.pipit.tcp;

import static org.assertj.core.api.Assertions.assertThat;
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
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.compact.CompactSlice;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
            for (int i = 0; i <= TcpNetwork.HANDSHAKES_OF_SOURCE_MAX; i++) {
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
}
