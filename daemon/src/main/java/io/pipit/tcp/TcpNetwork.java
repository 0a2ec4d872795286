package io.pipit.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Resources;
import io.pipit.tcp.door.Arrivals;
import io.pipit.tcp.session.Handshake;
import io.pipit.tcp.session.Session;
import io.pipit.tcp.session.SessionCounters;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.tcp.session.Sessions;
import io.pipit.wire.Options;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network endpoint over TCP, {@code coaps+tcp}: takes peers' connections, makes those of this
 * node, and knows who is at the other end of each. Its state lives on the event loop.
 */
public final class TcpNetwork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TcpNetwork.class);

    /** Connections of one peer; one more takes the place of its oldest. */
    static final int OF_PEER_MAX = 8;

    private static final int CONNECT_MILLIS_MAX = 3_000;

    /** How long a connection that is cut may take to say why, when the other side doesn't read. */
    private static final long CUT_NANOS_MAX = 500_000_000;

    /**
     * Bytes that wait for the socket, below which a file is read on and up to which. With less it
     * is stopped and started for each few records.
     */
    private static final WriteBufferWaterMark WAITING =
            new WriteBufferWaterMark(128 * 1_024, 384 * 1_024);

    /** Hears of what peers do; on the event loop. */
    interface Watch {
        /** It spoke, by a connection of either side. */
        void ready(NodeId peer, InetSocketAddress address);
    }

    /** What becomes of a try to connect; on the event loop, exactly one of the two, once. */
    interface Dialled {
        void ready(Session session);

        /**
         * It didn't come about, or it is over.
         *
         * @param ready whether it was there before
         */
        void closed(boolean ready, String reason);
    }

    private final NodeId self;
    private final Function<NodeId, @Nullable Peer> trust;
    private final Sessions sessions;
    private final Strangers guests;
    private final EventLoop loop;
    private final Supplier<Tls> making;
    private final Executor arithmetic;
    private final Counter strangers;
    private final Counter waitingFull;
    private final List<Channel> listening = new ArrayList<>();
    private final Map<NodeId, Deque<Session>> accepted = new HashMap<>();

    /** All connections that a key was proved on, of either side, from then to their end. */
    private final Map<NodeId, Map<Channel, Session>> open = new HashMap<>();

    private final Arrivals arrivals;
    private final AtomicInteger opened = new AtomicInteger();
    private @Nullable Watch watch;
    private @Nullable CompletableFuture<Tls> tls;

    /**
     * Doesn't do anything yet.
     *
     * @param certificate of this key, asked for once, where handshakes are done
     * @param trust asked at each handshake and each request; null for whom isn't let in. Any
     *     thread, must not block
     * @param welcome whether strangers may come to pair. Any thread, doesn't wait
     * @param handshakes where the arithmetic of handshakes is done
     */
    public TcpNetwork(
            NodeId self,
            PrivateKey key,
            Supplier<X509Certificate> certificate,
            Function<NodeId, @Nullable Peer> trust,
            BooleanSupplier welcome,
            Resources resources,
            Executor handshakes,
            Metrics metrics,
            EventLoop loop) {
        this.self = self;
        this.trust = trust;
        this.sessions =
                new Sessions(resources, SessionLimits.NETWORK, SessionCounters.of(metrics, "tcp"));
        this.guests = new Strangers(welcome, resources, metrics);
        this.arithmetic = handshakes;
        this.making = () -> new Tls(key, certificate.get(), trust, welcome, handshakes);
        this.loop = loop;
        metrics.gauge(
                "pipit_tcp_connections_open",
                "Connections with peers, of either side",
                this::connections);
        this.strangers =
                metrics.counter(
                        "pipit_tcp_strangers",
                        "Connections that ended before a peer proved to be one.");
        this.arrivals =
                new Arrivals(
                        metrics.counter(
                                "pipit_tcp_handshakes_evicted",
                                "Connections of strangers that made way for others."));
        this.waitingFull =
                metrics.counter(
                        "pipit_tcp_waiting_full",
                        "Requests refused because too many waited for a connection to a peer.");
    }

    /** Connections with peers, of either side. Any thread. */
    int connections() {
        return opened.get();
    }

    /** For whoever lets requests wait for a connection, and won't let one more. */
    Counter waitingFull() {
        return waitingFull;
    }

    void watch(Watch with) {
        watch = with;
    }

    NodeId self() {
        return self;
    }

    /**
     * Takes connections there from now on.
     *
     * @return where it listens
     * @throws IOException where the address can't be had; says which and what to do
     */
    public InetSocketAddress listen(InetSocketAddress address) throws IOException {
        Channel channel =
                Listening.on(
                        address,
                        new ServerBootstrap()
                                .group(loop.group())
                                .channel(NioServerSocketChannel.class)
                                .childOption(ChannelOption.TCP_NODELAY, true)
                                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING)
                                .childHandler(
                                        new ChannelInitializer<Channel>() {
                                            @Override
                                            protected void initChannel(Channel made) {
                                                receive(made);
                                            }
                                        }));
        listening.add(channel);
        return (InetSocketAddress) channel.localAddress();
    }

    /**
     * Goes on with a new connection once there is TLS, which is made for the first of them: most
     * nodes never have one, and its classes cost megabytes. On a small board that takes seconds,
     * and isn't done on the event loop.
     *
     * @param failed why it can't be made
     */
    private void secured(Channel channel, Consumer<Tls> then, Consumer<String> failed) {
        // Nobody would take what comes until then.
        channel.config().setAutoRead(false);
        var _ =
                tls().whenCompleteAsync(
                                (made, error) -> {
                                    if (error != null) {
                                        tls = null;
                                        LOG.error("TLS can't be made", error);
                                        failed.accept("TLS can't be made: " + error.getMessage());
                                        var _ = channel.close();
                                    } else if (!channel.isActive()) {
                                        // Its end was before anybody could hear of it.
                                        failed.accept("the connection was closed");
                                    } else {
                                        then.accept(made);
                                        channel.config().setAutoRead(true);
                                    }
                                },
                                loop::execute);
    }

    private CompletableFuture<Tls> tls() {
        CompletableFuture<Tls> made = tls;
        if (made == null) {
            made = CompletableFuture.supplyAsync(making, arithmetic);
            tls = made;
        }
        return made;
    }

    private void receive(Channel channel) {
        Arrivals.Arrival arrival = sessions.isFull() ? null : arrivals.admit(channel);
        if (arrival == null) {
            sessions.counters().refused().increment();
            var _ = channel.close();
            return;
        }
        Runnable ended = () -> arrivals.ended(arrival);
        secured(
                channel,
                tls ->
                        channel.pipeline()
                                .addLast(
                                        tls.accept(channel.alloc()),
                                        new Handshake(
                                                Tls::peerOf,
                                                null,
                                                ended,
                                                peer -> add(channel, peer),
                                                _ -> strangers.increment())),
                _ -> ended.run());
    }

    private void add(Channel channel, NodeId peer) {
        if (trust.apply(peer) == null) {
            // A session that was taken up again may be of somebody who was a peer once.
            if (guests.areWelcome()) {
                guests.arrived(channel, peer, callers(channel, peer));
            } else {
                strangers.increment();
                var _ = channel.close();
            }
            return;
        }
        InetSocketAddress address = (InetSocketAddress) channel.remoteAddress();
        Deque<Session> others = accepted.computeIfAbsent(peer, _ -> new ArrayDeque<>());
        add(
                peer,
                channel,
                new Session.Watch() {
                    @Override
                    public void ready(Session ready) {
                        others.add(ready);
                        if (others.size() > OF_PEER_MAX) {
                            others.remove().release();
                        }
                        heard(peer, address);
                    }

                    @Override
                    public void closed(Session closed, String reason) {
                        others.remove(closed);
                    }
                });
    }

    private void add(NodeId peer, Channel channel, Session.Watch then) {
        Session made = sessions.add(channel, callers(channel, peer), then);
        open.computeIfAbsent(peer, _ -> new HashMap<>()).put(channel, made);
        opened.incrementAndGet();
        channel.closeFuture()
                .addListener(_ -> {
                    opened.decrementAndGet();
                    open.computeIfPresent(
                            peer,
                            (of, all) -> {
                                all.remove(channel);
                                return all.isEmpty() ? null : all;
                            });
                });
    }

    private void heard(NodeId peer, InetSocketAddress address) {
        arrivals.proved(address.getAddress());
        if (watch != null) {
            watch.ready(peer, address);
        }
    }

    /** Who is at the other end of a connection, whenever that is asked. */
    private Supplier<@Nullable Caller> callers(Channel channel, NodeId id) {
        Caller.Proof proof = proof(channel);
        return () -> {
            Peer peer = trust.apply(id);
            if (peer != null) {
                return new Caller(Caller.Via.NETWORK, peer.id(), peer.grants(), proof);
            }
            return guests.areWelcome()
                    ? new Caller(Caller.Via.STRANGER, id, Set.of(), proof)
                    : null;
        };
    }

    private static Caller.@Nullable Proof proof(Channel channel) {
        try {
            return new Caller.Proof(
                    Tls.keyOf(channel.pipeline().get(SslHandler.class)),
                    (InetSocketAddress) channel.remoteAddress());
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** The newest connection of a peer that may be asked; null where there is none. */
    @Nullable Session acceptedFrom(NodeId peer) {
        Deque<Session> theirs = accepted.get(peer);
        if (theirs != null) {
            for (var newest = theirs.descendingIterator(); newest.hasNext(); ) {
                Session session = newest.next();
                if (session.isReady()) {
                    return session;
                }
            }
        }
        return null;
    }

    /** Connects to a peer. On the event loop. */
    void dial(NodeId peer, InetSocketAddress address, Dialled dialled) {
        Once once = new Once(dialled);
        if (trust.apply(peer) == null) {
            once.failed("no longer trusted");
            return;
        }
        connect(address, channel -> greet(channel, peer, address, once), once::failed);
    }

    /**
     * Connects to whoever is there, to pair. On the event loop.
     *
     * @param watch of the session, with the key that was proved
     * @param failed why there is none
     */
    void meet(
            InetSocketAddress address,
            Function<PublicKey, Session.Watch> watch,
            Consumer<String> failed) {
        connect(
                address,
                channel ->
                        secured(
                                channel,
                                tls ->
                                        channel.pipeline()
                                                .addLast(
                                                        tls.meet(channel.alloc()),
                                                        new Handshake(
                                                                Tls::peerOf,
                                                                null,
                                                                () -> {},
                                                                _ -> met(channel, watch, failed),
                                                                failed)),
                                failed),
                failed);
    }

    private void met(
            Channel channel, Function<PublicKey, Session.Watch> watch, Consumer<String> failed) {
        Caller.Proof proof = proof(channel);
        if (proof == null) {
            failed.accept("it showed no key");
            var _ = channel.close();
            return;
        }
        guests.called(channel, watch.apply(proof.key()));
    }

    private void connect(
            InetSocketAddress address, Consumer<Channel> then, Consumer<String> failed) {
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loop.group())
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(address);
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                then.accept(connecting.channel());
            } else {
                failed.accept(String.valueOf(done.cause().getMessage()));
            }
        });
    }

    /** Only here, since where nobody listens TLS need not be made either. */
    private void greet(Channel channel, NodeId peer, InetSocketAddress address, Once once) {
        secured(
                channel,
                tls ->
                        channel.pipeline()
                                .addLast(
                                        tls.dial(channel.alloc()),
                                        new Handshake(
                                                Tls::peerOf,
                                                peer,
                                                () -> {},
                                                found -> connected(channel, peer, address, once),
                                                once::failed)),
                once::failed);
    }

    private void connected(Channel channel, NodeId peer, InetSocketAddress address, Once once) {
        if (trust.apply(peer) == null) {
            // Its trust ended while it shook hands, or an old session was taken up again.
            once.failed("no longer trusted");
            var _ = channel.close();
            return;
        }
        add(
                peer,
                channel,
                new Session.Watch() {
                    @Override
                    public void ready(Session session) {
                        heard(peer, address);
                        once.ready(session);
                    }

                    @Override
                    public void closed(Session session, String reason) {
                        once.failed(inWords(reason));
                    }
                });
    }

    private String inWords(String reason) {
        // TLS 1.3's client is done before the server has looked at its certificate.
        String said = reason.toLowerCase(Locale.ROOT);
        return said.contains("certificate") || said.contains("alert")
                ? "the peer doesn't know this node: there, 'pipit peer add " + self + "'"
                : reason;
    }

    /** Tells the outcome once. */
    private static final class Once {
        private final Dialled dialled;
        private boolean ready;
        private boolean over;

        Once(Dialled dialled) {
            this.dialled = dialled;
        }

        void ready(Session session) {
            ready = true;
            dialled.ready(session);
        }

        void failed(String reason) {
            if (!over) {
                over = true;
                dialled.closed(ready, reason);
            }
        }
    }

    /**
     * Ends all connections with a peer that isn't trusted any more, whoever made them; on the event
     * loop. Who doesn't read is told nothing, but cut all the same.
     */
    void forget(NodeId peer) {
        accepted.remove(peer);
        Map.copyOf(open.getOrDefault(peer, Map.of()))
                .forEach((channel, session) -> {
                    session.abort("no longer trusted", Options.NONE);
                    loop.later(
                            () -> {
                                var _ = channel.close();
                            },
                            CUT_NANOS_MAX);
                });
    }

    /** Closes all connections of those who aren't trusted: no pairing window is open any more. */
    public void showStrangersOut() {
        loop.execute(() -> guests.showOut(id -> trust.apply(id) != null));
    }

    /** Says goodbye to all. */
    @Override
    public void close() {
        listening.forEach(channel -> channel.close().syncUninterruptibly());
        loop.await(guests::release);
        loop.await(sessions::release);
    }
}
