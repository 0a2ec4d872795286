package io.pipit.cli.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.cli.context.Failure;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.ProblemDetails;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * A connection to the daemon's Unix socket (RFC 8323), on the JDK alone, since a verb should be
 * there at once. One request at a time, or several with {@link #begin} and {@link #await}; what was
 * observed last is what {@link #next} waits for. Not thread-safe.
 */
public final class SocketClient implements AutoCloseable {
    /** The largest message that it takes, as announced. */
    private static final int MESSAGE_BYTES_MAX = 8 << 20;

    private static final int BUFFER_BYTES = 64 * 1024;

    /** Notifications kept while something else is asked for. */
    private static final int NOTIFICATIONS_MAX = 1_000;

    private static final Duration FOREVER = Duration.ZERO;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Duration patience;
    private ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private final Deque<Frame> notifications = new ArrayDeque<>();
    private byte[] observed = {};
    private int lastToken;
    private int daemonBytesMax = Frame.MESSAGE_BYTES_BASE;
    private boolean greeted;

    private SocketClient(SocketChannel channel, Duration patience) throws IOException {
        this.channel = channel;
        this.patience = patience;
        channel.configureBlocking(false);
        this.selector = Selector.open();
        this.key = channel.register(selector, SelectionKey.OP_READ);
    }

    /**
     * Connects and exchanges capabilities.
     *
     * @param patience how long to wait for the daemon each time that it is its turn
     * @throws Failure where nobody answers, or the file's mode doesn't let this user in
     */
    public static SocketClient connect(Path socket, Duration patience) throws Failure {
        try {
            return greet(open(socket), patience);
        } catch (IOException | IllegalArgumentException e) {
            throw unreachable(socket, e);
        }
    }

    /**
     * The same, or nothing where certainly nobody listens there; a daemon that is there and doesn't
     * answer as it should is a failure.
     */
    public static Optional<SocketClient> connectIfRunning(Path socket, Duration patience)
            throws Failure {
        try {
            return Optional.of(greet(open(socket), patience));
        } catch (IOException | IllegalArgumentException e) {
            if (e instanceof ConnectException || Files.notExists(socket)) {
                return Optional.empty();
            }
            throw unreachable(socket, e);
        }
    }

    private static SocketChannel open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException | IllegalArgumentException e) {
            close(channel);
            throw e;
        }
    }

    private static SocketClient greet(SocketChannel channel, Duration patience) throws Failure {
        try {
            SocketClient client = new SocketClient(channel, patience);
            Options capabilities =
                    new Options.Builder()
                            .add(Frame.CSM_MAX_MESSAGE_SIZE, MESSAGE_BYTES_MAX)
                            .add(Frame.CSM_BLOCK_WISE_TRANSFER, new byte[0])
                            .build();
            client.send(Frame.signal(Frame.CSM, capabilities));
            return client;
        } catch (IOException e) {
            close(channel);
            throw broken(e);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It failed already, which is what will be said.
        }
    }

    // The JDK tells these apart by a text that is the C library's, in whatever language.
    private static Failure unreachable(Path socket, Exception e) {
        if (Files.notExists(socket)) {
            return new Failure(
                    Failure.UNREACHABLE,
                    "the daemon isn't running: there is no "
                            + socket
                            + "; start it with 'systemctl start pipit' or 'pipit run', or say with -c which configuration is meant");
        }
        if (!Files.isWritable(socket)) {
            return new Failure(
                    Failure.NOT_ALLOWED,
                    "not allowed to talk to the daemon at "
                            + socket
                            + ": add yourself to its group with 'sudo adduser $USER pipit' and log in again");
        }
        return new Failure(
                Failure.UNREACHABLE,
                "the daemon isn't running: nobody answers at "
                        + socket
                        + " ("
                        + e.getMessage()
                        + "); start it with 'systemctl start pipit' or 'pipit run'");
    }

    private static Failure broken(IOException e) {
        return new Failure(
                Failure.UNREACHABLE,
                "the daemon hung up (" + e.getMessage() + "); see 'journalctl -u pipit'");
    }

    /**
     * Asks, and waits for the answer.
     *
     * @throws Failure where there is none in time, or it isn't a 2.xx
     */
    public Reply ask(Ask ask) throws Failure {
        try {
            byte[] token = nextToken();
            Frame frame = ask.frame(token);
            if (!greeted) {
                receive(token, patience, true);
            }
            byte[] bytes = frame.encode();
            if (bytes.length > daemonBytesMax) {
                throw new Failure(
                        Failure.FAILED,
                        "that is too much for one message: "
                                + bytes.length
                                + " bytes where the daemon takes "
                                + daemonBytesMax);
            }
            send(frame);
            Optional<Frame> answer = receive(token, patience, false);
            if (answer.isEmpty()) {
                throw silent();
            }
            Reply reply = checked(answer.get());
            if (ask.observe()) {
                observed = token;
                notifications.clear();
            }
            return reply;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /**
     * An answer to what was begun.
     *
     * @param number of the request
     */
    public record Answer(long number, Frame frame) {}

    /**
     * Sends a request and doesn't wait for its answer.
     *
     * @param number tells the answers apart
     */
    public void begin(long number, int code, Options options, byte[] payload) throws Failure {
        try {
            if (!greeted) {
                receive(frame -> false, patience, true);
            }
            byte[] token = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
            send(new Frame(code, token, options, payload));
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /**
     * The next answer to something that was begun.
     *
     * @throws Failure where there is none in time, or it isn't a 2.xx
     */
    public Answer await() throws Failure {
        Answer answer = awaitAny();
        Reply _ = checked(answer.frame());
        return answer;
    }

    /** The same, whatever it says. */
    public Answer awaitAny() throws Failure {
        try {
            Optional<Frame> frame = receive(it -> it.token().length == Long.BYTES, patience, false);
            if (frame.isEmpty()) {
                throw silent();
            }
            return new Answer(ByteBuffer.wrap(frame.get().token()).getLong(), frame.get());
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private Failure silent() {
        return new Failure(
                Failure.UNREACHABLE,
                "the daemon didn't answer within "
                        + patience.toSeconds()
                        + " s: it is overloaded or hangs; see 'journalctl -u pipit'");
    }

    /**
     * The next notification of what was observed last.
     *
     * @param atMost how long to wait for it; zero waits for ever
     * @return nothing where none came in time
     * @throws Failure where the observation ended
     */
    public Optional<Reply> next(Duration atMost) throws Failure {
        try {
            Frame waiting = notifications.poll();
            if (waiting != null) {
                return Optional.of(checked(waiting));
            }
            Optional<Frame> frame = receive(observed, atMost, false);
            return frame.isEmpty() ? Optional.empty() : Optional.of(checked(frame.get()));
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** What a frame answers; a failure where it isn't a 2.xx. */
    static Reply checked(Frame frame) throws Failure {
        if (frame.code() / 100 == 2) {
            return new Reply(
                    frame.code(),
                    (int) frame.options().number(Options.CONTENT_FORMAT).orElse(-1),
                    frame.payload());
        }
        String said = said(frame);
        throw switch (frame.code()) {
            case 401, 403 -> new Failure(Failure.NOT_ALLOWED, "the daemon doesn't allow it" + said);
            case 404 -> new Failure(Failure.FAILED, "the daemon doesn't know that" + said);
            default ->
                    new Failure(Failure.FAILED, "the daemon answered " + frame.codeText() + said);
        };
    }

    /** Why it isn't a 2.xx, in the daemon's own words where it has some. */
    static Failure refusal(Frame frame) {
        long format = frame.options().number(Options.CONTENT_FORMAT).orElse(-1);
        if (format == ProblemDetails.CONTENT_FORMAT) {
            try {
                String detail = ProblemDetails.decode(frame.payload()).detail();
                if (!detail.isEmpty()) {
                    return new Failure(Failure.FAILED, detail);
                }
            } catch (WireException e) {
                // Then the code has to do.
            }
        }
        return new Failure(Failure.FAILED, "the daemon answered " + frame.codeText() + said(frame));
    }

    private static String said(Frame frame) {
        if (frame.payload().length == 0) {
            return "";
        }
        long format = frame.options().number(Options.CONTENT_FORMAT).orElse(-1);
        if (format == ProblemDetails.CONTENT_FORMAT) {
            try {
                ProblemDetails problem = ProblemDetails.decode(frame.payload());
                return ": "
                        + problem.title()
                        + (problem.detail().isEmpty() ? "" : ": " + problem.detail());
            } catch (WireException e) {
                return "";
            }
        }
        return format <= 0 ? ": " + new String(frame.payload(), UTF_8) : "";
    }

    private byte[] nextToken() {
        return token(++lastToken);
    }

    private static byte[] token(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private void send(Frame frame) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(frame.encode());
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                key.interestOps(SelectionKey.OP_WRITE);
                boolean ready = selector.select(patience.toMillis()) > 0;
                selector.selectedKeys().clear();
                key.interestOps(SelectionKey.OP_READ);
                if (!ready) {
                    throw new IOException("it takes nothing for " + patience.toSeconds() + " s");
                }
            }
        }
    }

    /** The next message with this token, or only the greeting; signals are dealt with here. */
    private Optional<Frame> receive(byte[] token, Duration atMost, boolean greetingOnly)
            throws IOException {
        return receive(frame -> Arrays.equals(frame.token(), token), atMost, greetingOnly);
    }

    private Optional<Frame> receive(Predicate<Frame> wanted, Duration atMost, boolean greetingOnly)
            throws IOException {
        while (true) {
            Optional<Frame> frame = read(atMost);
            if (frame.isEmpty()) {
                return frame;
            }
            Frame it = frame.get();
            switch (it.code()) {
                case Frame.CSM -> {
                    OptionalLong bytes = it.options().number(Frame.CSM_MAX_MESSAGE_SIZE);
                    if (bytes.isPresent()) {
                        daemonBytesMax = (int) Math.min(bytes.getAsLong(), Integer.MAX_VALUE);
                    }
                    greeted = true;
                    if (greetingOnly) {
                        return Optional.empty();
                    }
                }
                case Frame.PING -> send(new Frame(Frame.PONG, it.token(), Options.NONE));
                case Frame.RELEASE -> throw new IOException("it is going down");
                case Frame.ABORT -> throw new IOException(new String(it.payload(), UTF_8));
                default -> {
                    if (it.isResponse() && wanted.test(it)) {
                        return frame;
                    }
                    keepForLater(it);
                }
            }
        }
    }

    private void keepForLater(Frame frame) throws IOException {
        if (observed.length > 0 && Arrays.equals(frame.token(), observed)) {
            if (notifications.size() == NOTIFICATIONS_MAX) {
                throw new IOException("it notifies faster than it answers");
            }
            notifications.add(frame);
        }
    }

    private Optional<Frame> read(Duration atMost) throws IOException {
        while (true) {
            Optional<Frame> frame;
            try {
                frame = Frame.decode(in, MESSAGE_BYTES_MAX);
            } catch (WireException e) {
                throw new IOException("it sent what can't be read: " + e.getMessage(), e);
            }
            if (frame.isPresent()) {
                return frame;
            }
            in.compact();
            if (!in.hasRemaining()) {
                in = ByteBuffer.allocate(in.capacity() * 2).put(in.flip());
            }
            int bytes = channel.read(in);
            if (bytes == 0) {
                boolean ready =
                        atMost.equals(FOREVER)
                                ? selector.select() > 0
                                : selector.select(atMost.toMillis()) > 0;
                selector.selectedKeys().clear();
                bytes = ready ? channel.read(in) : 0;
                if (!ready) {
                    in.flip();
                    return Optional.empty();
                }
            }
            in.flip();
            if (bytes < 0) {
                throw new IOException("the connection is closed");
            }
        }
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            // The process ends, or a new connection is made.
        }
    }
}
