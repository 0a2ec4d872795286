package io.pipit.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.WireException;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server on a Unix socket, what it was asked, and clients that do nothing by themselves. */
@Timeout(30)
abstract class SocketServerFixture {
    static final byte[] TOKEN = {1, 2};

    /** A request that the tree was asked, with its way back. */
    record Asked(Request request, Exchange exchange) {}

    @TempDir Path runDir;
    final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    final Metrics metrics = new Metrics();
    final EventLoop loop = new EventLoop(work -> new Thread(work, "tcp"));
    volatile @Nullable Intake intake;
    UnixSocketServer server;

    @BeforeEach
    void start() throws IOException {
        server = server(SessionLimits.LOCAL, metrics);
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
        loop.close();
    }

    void restart(SessionLimits limits) throws IOException {
        server.close();
        server = server(limits, new Metrics());
        server.start();
    }

    UnixSocketServer server(SessionLimits limits, Metrics counted) {
        return new UnixSocketServer(
                runDir,
                new Resources() {
                    @Override
                    public void handle(Request request, Exchange exchange) {
                        asked.add(new Asked(request, exchange));
                    }

                    @Override
                    public @Nullable Intake intake(Request request, long bytes, Exchange exchange) {
                        asked.add(new Asked(request, exchange));
                        return intake;
                    }
                },
                limits,
                counted,
                loop);
    }

    Asked nextAsked() throws InterruptedException {
        Asked next = asked.poll(5, TimeUnit.SECONDS);
        assertThat(next).as("a request that reached the tree").isNotNull();
        return next;
    }

    static Response content(String text) {
        return new Response(205, 0, text.getBytes(UTF_8), 60);
    }

    /** A client that does nothing by itself. */
    final class Client implements AutoCloseable {
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocate(2 << 20).flip();

        Client() throws IOException {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(server.path()));
        }

        Client greet() throws Exception {
            assertThat(read().code()).isEqualTo(Frame.CSM);
            Options takes =
                    new Options.Builder()
                            .add(Frame.CSM_MAX_MESSAGE_SIZE, 1 << 20)
                            .add(Frame.CSM_BLOCK_WISE_TRANSFER, new byte[0])
                            .build();
            return send(Frame.signal(Frame.CSM, takes));
        }

        Client send(Frame frame) throws IOException {
            return send(frame.encode());
        }

        Client send(byte[] bytes) throws IOException {
            channel.write(ByteBuffer.wrap(bytes));
            return this;
        }

        Client get(byte[] token, long observe, String... path) throws IOException {
            Options.Builder options = new Options.Builder().uri(List.of(path), List.of());
            if (observe >= 0) {
                options.add(Options.OBSERVE, observe);
            }
            return send(new Frame(Frame.GET, token, options.build()));
        }

        Frame read() throws IOException, WireException {
            while (true) {
                Optional<Frame> frame = Frame.decode(in, 2 << 20);
                if (frame.isPresent()) {
                    return frame.get();
                }
                in.compact();
                int bytes = channel.read(in);
                in.flip();
                if (bytes < 0) {
                    throw new EOFException();
                }
            }
        }

        String text() throws IOException, WireException {
            Frame frame = read();
            return frame.codeText() + " " + new String(frame.payload(), UTF_8);
        }

        void expectClosed() {
            assertThatThrownBy(this::read).isInstanceOf(IOException.class);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    String text() {
        return new String(metrics.openMetrics(), UTF_8);
    }
}
