package io.pipit.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.pipit.identity.Identity;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.door.Arrivals;
import io.pipit.tcp.session.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What strangers can cost the endpoint over TCP. */
@Timeout(60)
class StrangersIT {
    private static final Duration HANDSHAKE = Duration.ofSeconds(7);
    private static final int IDLE = 150;

    @TempDir private Path folder;
    private final Metrics metrics = new Metrics();
    private final List<Socket> strangers = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Identity peer;
    private TcpNetwork node;
    private InetSocketAddress address;

    @BeforeEach
    void open() throws Exception {
        peer = Identity.loadOrCreate(folder.resolve("peer"));
        Identity self = Identity.loadOrCreate(folder.resolve("node"));
        node = network(self, peer.id(), metrics);
        address = node.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws Exception {
        for (Socket each : strangers) {
            each.close();
        }
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private TcpNetwork network(Identity self, NodeId trusted, Metrics counted) {
        EventLoop loop = new EventLoop(Thread.ofPlatform().daemon().factory());
        TcpNetwork network =
                new TcpNetwork(
                        self.id(),
                        self.privateKey(),
                        self::certificate,
                        id ->
                                id.equals(trusted)
                                        ? new Peer(
                                                id,
                                                "other",
                                                null,
                                                Set.of(Grant.of(Grant.Role.READ)))
                                        : null,
                        () -> false,
                        (Request _, io.pipit.resource.exchange.Exchange exchange) ->
                                exchange.respond(new Response(205, 0, new byte[0], 60)),
                        Runnable::run,
                        counted,
                        loop);
        open.add(loop);
        open.add(network);
        return network;
    }

    private Socket stranger(int source) throws IOException {
        return stranger(source, address);
    }

    private Socket stranger(int source, InetSocketAddress target) throws IOException {
        byte[] from = {127, 78, (byte) (source >> 8), (byte) source};
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
        socket.connect(target);
        strangers.add(socket);
        return socket;
    }

    /** Whether the other side closed it by now. */
    private static boolean isClosed(Socket socket) throws IOException {
        socket.setSoTimeout(10);
        try {
            // An alert may come before the end.
            return socket.getInputStream().readNBytes(100).length < 100;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    /** How long the peer's connection took. */
    private Duration peerConnects() throws Exception {
        Identity self = Identity.loadOrCreate(folder.resolve("node"));
        TcpNetwork of = network(peer, self.id(), new Metrics());
        long start = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            CompletableFuture<Boolean> made = new CompletableFuture<>();
            of.dial(
                    self.id(),
                    address,
                    new TcpNetwork.Dialled() {
                        @Override
                        public void ready(Session session) {
                            made.complete(true);
                        }

                        @Override
                        public void closed(boolean ready, String reason) {
                            made.complete(false);
                        }
                    });
            if (made.get(5, TimeUnit.SECONDS)) {
                return Duration.ofNanos(System.nanoTime() - start);
            }
            Thread.sleep(500);
        }
        throw new AssertionError("the peer wasn't let in");
    }

    @Test
    void whoSaysNothingIsGivenUpAfterFiveSeconds() throws Exception {
        Socket silent = stranger(1);
        await().atMost(HANDSHAKE).until(() -> isClosed(silent));
        assertThat(metric("pipit_tcp_strangers")).isEqualTo(1);
    }

    @Test
    void whoSaysOneByteAfterTheOtherIsGivenUpAfterFiveSecondsToo() throws Exception {
        Socket slow = stranger(2);
        byte[] hello = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
        long start = System.nanoTime();
        int sent = 0;
        while (!isClosed(slow)) {
            try {
                slow.getOutputStream().write(sent < hello.length ? hello[sent] : 7);
                sent++;
            } catch (IOException e) {
                break;
            }
            Thread.sleep(100);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(HANDSHAKE);
        }
        assertThat(sent).isGreaterThan(10);
    }

    @Test
    void idleConnectionsFromManySourcesKeepNobodyOut() throws Exception {
        for (int i = 0; i < 200; i++) {
            stranger(10 + i);
        }
        assertThat(peerConnects()).isLessThan(Duration.ofSeconds(5));
        assertThat(metric("pipit_tcp_connections_refused")).isPositive();
        assertThat(metric("pipit_tcp_handshakes_evicted")).isPositive();
    }

    @Test
    void eachIdleConnectionIsKeptByDefaultAndFewHere() throws Exception {
        EventLoop loop = new EventLoop(Thread.ofPlatform().daemon().factory());
        open.add(loop);
        Identity self = Identity.loadOrCreate(folder.resolve("node"));
        SslContext tls = SslContextBuilder.forServer(self.privateKey(), self.certificate()).build();
        Channel byDefault =
                new ServerBootstrap()
                        .group(loop.group())
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel made) {
                                        made.pipeline().addLast(tls.newHandler(made.alloc()));
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();

        assertThat(keptIdle((InetSocketAddress) byDefault.localAddress())).isEqualTo(IDLE);
        assertThat(keptIdle(address)).isLessThanOrEqualTo(Arrivals.HANDSHAKES_MAX);
    }

    /** How many of some idle connections are still there when all have been looked at. */
    private int keptIdle(InetSocketAddress target) throws IOException {
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < IDLE; i++) {
            idle.add(stranger(10 + i, target));
        }
        int kept = 0;
        for (Socket each : idle) {
            kept += isClosed(each) ? 0 : 1;
        }
        return kept;
    }

    @Test
    void whoWasAPeerBeforeGetsInAtOnceWhileStrangersCrowdTheDoor() throws Exception {
        peerConnects();
        for (int i = 0; i < 200; i++) {
            stranger(10 + i);
        }
        assertThat(peerConnects()).isLessThan(Duration.ofMillis(900));
    }

    @Test
    void oneSourceHasEightHandshakesAtATime() throws Exception {
        for (int i = 0; i < 20; i++) {
            stranger(3);
        }
        await().atMost(Duration.ofSeconds(2))
                .until(() -> metric("pipit_tcp_connections_refused") == 12);
    }

    @Test
    void whatIsNotTlsGetsAnAlertAtTheMost() throws Exception {
        Socket plain = stranger(4);
        plain.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        plain.setSoTimeout(2_000);
        assertThat(plain.getInputStream().readNBytes(1_000)).hasSizeLessThan(20);
    }

    private long metric(String name) {
        String text = new String(metrics.openMetrics(), StandardCharsets.UTF_8);
        return text.lines()
                .filter(line -> line.startsWith(name + "_total "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ", -1)[1]))
                .findFirst()
                .orElseThrow();
    }
}
