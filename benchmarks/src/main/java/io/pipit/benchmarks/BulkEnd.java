package io.pipit.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.pipit.identity.Identity;
import io.pipit.identity.Sha256;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Part.FileRange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.session.Ask;
import io.pipit.tcp.session.Session;
import io.pipit.tcp.session.SessionCounters;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.tcp.session.Sessions;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.Options.Block;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * One end of a copy, in a process of its own: Pipit's sessions with nothing around them but TLS
 * where that is said, or Netty alone.
 *
 * <ul>
 *   <li>{@code serve sessions|tls|netty FILE} prints its port and serves until it is ended;
 *   <li>{@code take sessions|sessions-hash|tls|tls-hash|netty PORT BYTES} prints the seconds and
 *       the CPU seconds that it took. With {@code hash} SHA-256 is counted, on a thread of its own.
 * </ul>
 */
public final class BulkEnd {
    private static final int WINDOW = 8;
    private static final int BLOCK_BYTES = 256 * 1_024;
    private static final int OVERHEAD_BYTES = 2_048;
    static final int WARM_BYTES = 64 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CONTENT = 205;
    private static final int OCTETS = 42;
    private static final String TLS = "tls";

    private BulkEnd() {}

    /** See above. */
    public static void main(String[] arguments) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        String how = arguments[1];
        if (arguments[0].equals("serve")) {
            Channel channel =
                    new ServerBootstrap()
                            .group(group)
                            .channel(NioServerSocketChannel.class)
                            .childOption(ChannelOption.TCP_NODELAY, true)
                            .childHandler(serving(how, Path.of(arguments[2])))
                            .bind("127.0.0.1", 0)
                            .sync()
                            .channel();
            System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
            channel.closeFuture().sync();
            return;
        }
        int port = Integer.parseInt(arguments[2]);
        long bytes = Long.parseLong(arguments[3]);
        take(group, how, port, Math.min(bytes, WARM_BYTES));
        long begin = System.nanoTime();
        Duration before = cpu();
        take(group, how, port, bytes);
        System.out.println(
                (System.nanoTime() - begin) / 1e9 + " " + cpu().minus(before).toMillis() / 1e3);
        System.exit(0);
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }

    private static ChannelInitializer<Channel> serving(String how, Path file) throws Exception {
        SslContext tls = how.startsWith(TLS) ? serverTls() : null;
        Sessions sessions =
                new Sessions(
                        new Serving(file),
                        SessionLimits.NETWORK,
                        SessionCounters.of(new Metrics(), "bench"));
        Caller caller = new Caller(Caller.Via.SOCKET, null, Set.of());
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel made) throws IOException {
                if (how.equals("netty")) {
                    FileChannel channel = FileChannel.open(file);
                    var _ = made.writeAndFlush(new DefaultFileRegion(channel, 0, channel.size()));
                } else {
                    encrypt(made, tls);
                    var _ = sessions.add(made, () -> caller, new Session.Watch() {});
                }
            }
        };
    }

    private static SslContext serverTls() throws Exception {
        Path folder = Files.createTempDirectory("pb-");
        try {
            Identity identity = Identity.loadOrCreate(folder);
            return SslContextBuilder.forServer(identity.privateKey(), identity.certificate())
                    .sslProvider(SslProvider.OPENSSL)
                    .protocols("TLSv1.3")
                    .build();
        } finally {
            Main.delete(folder);
        }
    }

    private static SslContext clientTls() throws Exception {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .protocols("TLSv1.3")
                .build();
    }

    private static void encrypt(Channel channel, @Nullable SslContext tls) {
        if (tls != null) {
            SslHandler handler = tls.newHandler(channel.alloc());
            // As Pipit has it.
            handler.setWrapDataSize(64 * 1_024);
            channel.pipeline().addLast(handler);
        }
    }

    /** A file, block after block. */
    private record Serving(Path file) implements Resources {
        @Override
        public void handle(Request request, Exchange exchange) {
            try {
                FileChannel channel = FileChannel.open(file);
                Block asked = request.part().block2();
                long at = asked == null ? 0 : asked.from();
                int bytes = (int) Math.min(exchange.blockBytesMax(), channel.size() - at);
                Block block =
                        new Block((int) (at / 1_024), at + bytes < channel.size(), Options.BERT);
                Part part =
                        new Part(
                                List.of(),
                                null,
                                block,
                                Request.NONE,
                                new FileRange(channel, at, bytes, () -> close(channel)));
                exchange.respondOnce(new Response(CONTENT, OCTETS, new byte[0], 0, part));
            } catch (IOException e) {
                exchange.respondOnce(new Response(500, Request.NONE, new byte[0], 0));
            }
        }

        private static void close(FileChannel channel) {
            try {
                channel.close();
            } catch (IOException e) {
                // It was only read.
            }
        }
    }

    private static void take(EventLoopGroup group, String how, int port, long bytes)
            throws Exception {
        CompletableFuture<String> done = new CompletableFuture<>();
        Channel channel =
                new Bootstrap()
                        .group(group)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .handler(taking(how, bytes, done))
                        .connect("127.0.0.1", port)
                        .sync()
                        .channel();
        done.join();
        channel.close().sync();
    }

    private static ChannelInitializer<Channel> taking(
            String how, long bytes, CompletableFuture<String> done) throws Exception {
        SslContext tls = how.startsWith(TLS) ? clientTls() : null;
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel made) {
                if (how.equals("netty")) {
                    made.pipeline().addLast(new Drain(bytes, done));
                    return;
                }
                encrypt(made, tls);
                Taking taking = new Taking(bytes, how.endsWith("hash"), done);
                var _ =
                        new Sessions(
                                        (request, exchange) -> {},
                                        SessionLimits.NETWORK,
                                        SessionCounters.of(new Metrics(), "bench"))
                                .add(made, () -> null, taking);
            }
        };
    }

    /** Counts what comes and throws it away. */
    private static final class Drain extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<String> done;
        private long left;

        Drain(long bytes, CompletableFuture<String> done) {
            this.left = bytes;
            this.done = done;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf bytes) {
                left -= bytes.readableBytes();
                bytes.release();
            }
            if (left <= 0) {
                done.complete("");
            }
        }
    }

    /** Asks for blocks, several at a time. */
    private static final class Taking implements Session.Watch {
        private final long bytes;
        private final @Nullable Sha256 hash;
        private final CompletableFuture<String> done;
        private final ExecutorService counting = Executors.newSingleThreadExecutor();
        private long asked;
        private long came;

        Taking(long bytes, boolean hashed, CompletableFuture<String> done) {
            this.bytes = bytes;
            this.hash = hashed ? Sha256.start() : null;
            this.done = done;
        }

        @Override
        public void ready(Session session) {
            for (int i = 0; i < WINDOW; i++) {
                ask(session);
            }
        }

        @Override
        public void closed(Session session, String reason) {
            done.completeExceptionally(new IOException(reason));
            counting.shutdown();
        }

        private void ask(Session session) {
            if (asked >= bytes) {
                return;
            }
            // As large as the other side's: whole blocks alone are asked for.
            int block = Math.min(BLOCK_BYTES, session.blockBytesMax(OVERHEAD_BYTES));
            Options options =
                    new Options.Builder()
                            .uri(List.of("file"), List.of())
                            .add(
                                    Options.BLOCK2,
                                    new Block((int) (asked / 1_024), false, Options.BERT).encoded())
                            .build();
            asked += block;
            var _ =
                    session.ask(
                            new Ask(
                                    Frame.GET,
                                    options,
                                    PATIENCE,
                                    new Ask.Outcome() {
                                        @Override
                                        public void answered(Frame answer) {
                                            ask(session);
                                        }

                                        @Override
                                        public void failed(String reason) {
                                            done.completeExceptionally(new IOException(reason));
                                        }

                                        @Override
                                        public Intake intake(Frame head, int size) {
                                            return intoNothing();
                                        }
                                    }));
        }

        private Intake intoNothing() {
            return new Intake() {
                @Override
                public void take(ByteBuffer part, Runnable taken) {
                    int size = part.remaining();
                    Sha256 count = hash;
                    if (count == null) {
                        taken.run();
                        came(size);
                    } else {
                        counting.execute(() -> {
                            count.update(part);
                            taken.run();
                            came(size);
                        });
                    }
                }

                @Override
                public void end() {
                    // What came says itself when all is there.
                }

                @Override
                public void broken() {
                    // The session's end says so.
                }
            };
        }

        private void came(int size) {
            came += size;
            if (came >= bytes) {
                Sha256 count = hash;
                done.complete(count == null ? "" : count.hex());
            }
        }
    }
}
