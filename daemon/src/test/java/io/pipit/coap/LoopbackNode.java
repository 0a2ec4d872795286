package io.pipit.coap;

import io.pipit.host.Relay;
import io.pipit.host.RelayExecutor;
import io.pipit.model.Filter;
import io.pipit.model.Grant;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.compact.CompactSlice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A node on loopback, as far as CoAP goes: its resources answer with a number, and its peers'
 * events are kept.
 */
final class LoopbackNode implements AutoCloseable {
    static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    static final TimeSource TIME =
            new TimeSource() {
                @Override
                public long monotonicNanos() {
                    return System.nanoTime();
                }

                @Override
                public long wallMicros() {
                    return System.currentTimeMillis() * 1_000;
                }

                @Override
                public boolean synchronised() {
                    return true;
                }
            };

    final KeyPair key;
    final NodeId id;
    final Metrics metrics = new Metrics();
    final Map<NodeId, Peer> trust = new ConcurrentHashMap<>();
    final Map<NodeId, List<InetSocketAddress>> directory = new ConcurrentHashMap<>();
    final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    final List<Exchange> observers = new CopyOnWriteArrayList<>();
    final List<Exchange> gone = new CopyOnWriteArrayList<>();
    final List<Request> requests = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new ArrayList<>();
    final CoapEndpoints endpoints;
    final NetworkEndpoint network;
    final CoapPeerLinks links;

    /** Whether strangers may come to pair. */
    volatile boolean welcome;

    /** What is observed begins with this. */
    volatile Response first = content(0);

    /** Content-formats that it has. */
    volatile List<Integer> formats = List.of(112, CompactSlice.CONTENT_FORMAT);

    LoopbackNode(KeyPair key) throws IOException {
        this(key, new InetSocketAddress(LOOPBACK, 0));
    }

    LoopbackNode(KeyPair key, InetSocketAddress... listen) throws IOException {
        this.key = key;
        this.id = NodeId.of(key.getPublic());
        Resources resources = this::handle;
        Relay relay = new Relay();
        this.endpoints =
                new CoapEndpoints(
                        resources,
                        new RelayExecutor(
                                relay,
                                relay,
                                task -> {
                                    Thread thread = new Thread(task, "coap-" + id);
                                    threads.add(thread);
                                    return thread;
                                },
                                new Counter()),
                        relay,
                        TIME,
                        metrics);
        this.network = endpoints.openNetwork(List.of(listen), key, trust::get, () -> welcome);
        this.links =
                new CoapPeerLinks(
                        endpoints,
                        network,
                        peer -> directory.getOrDefault(peer, List.of()),
                        events::offer,
                        LoopbackNode::decode,
                        TIME);
    }

    static KeyPair key() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** Two keys, that of the lower ID first. */
    static List<KeyPair> keys() throws GeneralSecurityException {
        KeyPair a = key();
        KeyPair b = key();
        return NodeId.of(a.getPublic()).compareTo(NodeId.of(b.getPublic())) < 0
                ? List.of(a, b)
                : List.of(b, a);
    }

    static void introduce(LoopbackNode a, LoopbackNode b) {
        a.trusts(b);
        b.trusts(a);
    }

    static Peer peer(NodeId id) {
        return new Peer(id, "other", null, Set.of(Grant.of(Grant.Role.READ)));
    }

    void trusts(LoopbackNode other) {
        trust.put(other.id, peer(other.id));
        directory.put(other.id, List.of(other.address()));
    }

    InetSocketAddress address() {
        return network.addresses().getFirst();
    }

    static byte[] encode(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static LogSlice decode(int contentFormat, byte[] payload) throws IOException {
        if (payload.length != 8) {
            throw new IOException(payload.length + " bytes");
        }
        long number = ByteBuffer.wrap(payload).getLong();
        return new LogSlice(new LogId(1), 1, number, List.of(), number);
    }

    static Response content(long number) {
        return new Response(205, 112, encode(number), 60);
    }

    private void handle(Request request, Exchange exchange) {
        requests.add(request);
        if (request.observe()) {
            observers.add(exchange);
            exchange.onClosed(() -> gone.add(exchange));
        }
        if (request.accept() != Request.NONE && !formats.contains(request.accept())) {
            exchange.respond(new Response(406, Request.NONE, new byte[0], 0));
            return;
        }
        if (request.method() == Request.Method.PUT) {
            byte[] echo = {(byte) request.echo().length};
            exchange.respond(new Response(204, Request.NONE, new byte[0], 0, Part.NONE, echo));
            return;
        }
        exchange.respond(request.observe() ? first : content(requests.size()));
    }

    void fetch(long number, LoopbackNode from) {
        links.fetch(new PeerLinks.Fetch(number, from.id, Filter.ALL, new LogId(1), 7, 107, 5, 100));
    }

    /** The next event of that kind; others on the way are dropped. */
    <T extends Event> T await(Class<T> kind, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        List<Event> others = new ArrayList<>();
        while (true) {
            Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (event == null) {
                throw new AssertionError(
                        "no " + kind.getSimpleName() + " within " + atMost + ", but " + others);
            }
            if (kind.isInstance(event)) {
                return kind.cast(event);
            }
            others.add(event);
        }
    }

    long metric(String name) {
        String text = new String(metrics.openMetrics(), java.nio.charset.StandardCharsets.UTF_8);
        return text.lines()
                .filter(line -> line.startsWith(name + "_total "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ", -1)[1]))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        endpoints.close();
    }
}
