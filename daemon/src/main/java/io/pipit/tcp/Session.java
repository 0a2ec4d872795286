package io.pipit.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, as RFC 8323 has it: capabilities first, then requests and their answers in any
 * order, signals in between. Lives on its channel's event loop; only {@link #run} and {@link
 * #reserve} may be called from elsewhere.
 */
final class Session extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final int PROXY_URI = 35;
    private static final int PROXY_SCHEME = 39;
    private static final int BUSY_MAX_AGE_SECONDS = 1;
    private static final byte[] NO_TOKEN = {};

    private final Resources resources;
    private final Caller caller;
    private final SessionLimits limits;
    private final SessionCounters counters;
    private final Set<SessionExchange> waiting = new HashSet<>();
    private final Map<ByteBuffer, SessionExchange> observations = new HashMap<>();
    private final AtomicLong outboundBytes = new AtomicLong();

    // Set once, by the event loop, before anything can reach the session.
    private @Nullable ChannelHandlerContext context;
    private volatile int peerMessageBytesMax = Frame.MESSAGE_BYTES_BASE;
    private @Nullable String refusal;
    private boolean capable;
    private boolean heard;
    private boolean pinged;
    private boolean releasing;
    private boolean closing;
    private boolean flushing;

    Session(Resources resources, Caller caller, SessionLimits limits, SessionCounters counters) {
        this.resources = resources;
        this.caller = caller;
        this.limits = limits;
        this.counters = counters;
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not on a channel yet");
        }
        return context;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    /** It is one too many, and will be told so. */
    void refuse(String why) {
        refusal = why;
    }

    @Override
    public void channelActive(ChannelHandlerContext ignored) {
        send(
                Frame.signal(
                        Frame.CSM,
                        new Options.Builder()
                                .add(Frame.CSM_MAX_MESSAGE_SIZE, limits.messageBytesMax())
                                .build()));
        if (refusal != null) {
            counters.refused().increment();
            abort(refusal, Options.NONE);
            return;
        }
        counters.accepted().increment();
        var loop = context().executor();
        var _ =
                loop.schedule(
                        this::expectCapabilities, limits.handshake().toMillis(), MILLISECONDS);
        long idleMillis = limits.idle().toMillis();
        var ticks =
                loop.scheduleWithFixedDelay(this::lookAround, idleMillis, idleMillis, MILLISECONDS);
        context().channel().closeFuture().addListener(_ -> ticks.cancel(false));
    }

    private void expectCapabilities() {
        if (!capable && !closing) {
            counters.silent().increment();
            abort("no capabilities and settings message in time", Options.NONE);
        }
    }

    private void lookAround() {
        if (closing) {
            return;
        }
        if (heard) {
            heard = false;
            pinged = false;
        } else if (waiting.isEmpty() && observations.isEmpty()) {
            counters.silent().increment();
            release();
        } else if (pinged) {
            counters.silent().increment();
            abort("no Pong in time", Options.NONE);
        } else {
            pinged = true;
            send(Frame.signal(Frame.PING, Options.NONE));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
        Frame frame = (Frame) message;
        heard = true;
        if (closing) {
            return;
        }
        if (!capable && frame.code() != Frame.CSM) {
            counters.unexpected().increment();
            abort("the first message has to be 7.01, not " + frame.codeText(), Options.NONE);
        } else if (frame.isSignal()) {
            signal(frame);
        } else if (frame.isRequest()) {
            request(frame);
        } else if (frame.code() != Frame.EMPTY) {
            counters.unexpected().increment();
        }
    }

    private void signal(Frame frame) {
        for (Options.Option option : frame.options()) {
            if (option.isCritical()) {
                Options why =
                        frame.code() == Frame.CSM
                                ? new Options.Builder()
                                        .add(Frame.ABORT_BAD_CSM_OPTION, option.number())
                                        .build()
                                : Options.NONE;
                counters.unexpected().increment();
                abort("option " + option.number() + " of " + frame.codeText(), why);
                return;
            }
        }
        switch (frame.code()) {
            case Frame.CSM -> {
                capable = true;
                OptionalLong bytes = frame.options().number(Frame.CSM_MAX_MESSAGE_SIZE);
                if (bytes.isPresent()) {
                    peerMessageBytesMax = (int) Math.min(bytes.getAsLong(), Integer.MAX_VALUE);
                }
            }
            case Frame.PING -> send(new Frame(Frame.PONG, frame.token(), Options.NONE));
            case Frame.PONG -> {
                // that it came is all that matters
            }
            case Frame.RELEASE -> {
                releasing = true;
                List.copyOf(observations.values()).forEach(SessionExchange::gone);
                closeWhenAnswered();
            }
            case Frame.ABORT -> {
                close();
            }
            default -> {
                counters.unexpected().increment();
                abort("no such signal: " + frame.codeText(), Options.NONE);
            }
        }
    }

    private void request(Frame frame) {
        if (releasing) {
            counters.unexpected().increment();
            return;
        }
        counters.requests().increment();
        OptionalInt refused = frame.options().refused();
        if (refused.isPresent()) {
            int option = refused.getAsInt();
            boolean proxy = option == PROXY_URI || option == PROXY_SCHEME;
            refuse(frame, proxy ? 505 : 402, "option " + option + " isn't understood here");
        } else if (isPartOfBody(frame.options())) {
            refuse(frame, 402, "block-wise transfer isn't offered on this connection");
        } else if (method(frame.code()).isEmpty()) {
            refuse(frame, 405, "no such method");
        } else if (waiting.size() >= limits.requestsMax()) {
            counters.busy().increment();
            refuse(frame, 503, "more than " + limits.requestsMax() + " requests wait");
        } else {
            dispatch(frame, method(frame.code()).get());
        }
    }

    private static Optional<Request.Method> method(int code) {
        return Optional.ofNullable(
                switch (code) {
                    case 1 -> Request.Method.GET;
                    case 2 -> Request.Method.POST;
                    case 3 -> Request.Method.PUT;
                    case 4 -> Request.Method.DELETE;
                    case 5 -> Request.Method.FETCH;
                    case 6 -> Request.Method.PATCH;
                    case 7 -> Request.Method.IPATCH;
                    default -> null;
                });
    }

    private static boolean isPartOfBody(Options options) {
        return options.block(Options.BLOCK1).filter(b -> b.more() || b.number() > 0).isPresent()
                || options.block(Options.BLOCK2).filter(b -> b.number() > 0).isPresent();
    }

    private void refuse(Frame frame, int code, String diagnostic) {
        Options.Builder options = new Options.Builder();
        if (code == 503) {
            options.add(Options.MAX_AGE, BUSY_MAX_AGE_SECONDS);
        }
        send(new Frame(code, frame.token(), options.build(), diagnostic.getBytes(UTF_8)));
    }

    private void dispatch(Frame frame, Request.Method method) {
        Options options = frame.options();
        ByteBuffer token = ByteBuffer.wrap(frame.token());
        OptionalLong observe = options.number(Options.OBSERVE);
        boolean fetches = method == Request.Method.GET || method == Request.Method.FETCH;
        boolean observing = fetches && observe.isPresent() && observe.getAsLong() == 0;
        if (fetches && observe.isPresent()) {
            SessionExchange before = observations.remove(token);
            if (before != null) {
                before.gone();
            }
        }
        if (observing && observations.size() >= limits.observationsMax()) {
            counters.busy().increment();
            observing = false;
        }
        SessionExchange exchange = new SessionExchange(this, frame.token(), observing);
        waiting.add(exchange);
        if (observing) {
            observations.put(token, exchange);
        }
        Request request =
                new Request(
                        method,
                        options.texts(Options.URI_PATH),
                        options.texts(Options.URI_QUERY),
                        (int) options.number(Options.ACCEPT).orElse(Request.NONE),
                        (int) options.number(Options.CONTENT_FORMAT).orElse(Request.NONE),
                        frame.payload(),
                        observing,
                        caller);
        try {
            resources.handle(request, exchange);
        } catch (RuntimeException e) {
            counters.failed().increment();
            LOG.error("{} {} failed", request.method(), request.path(), e);
            exchange.fail();
        }
    }

    /** What an answer's payload may be, by what the client said that it takes. */
    int payloadBytesMax() {
        return peerMessageBytesMax;
    }

    SessionCounters counters() {
        return counters;
    }

    /** Runs it on the event loop; where that is gone, so is everybody who would care. */
    void run(Runnable action) {
        var loop = context().executor();
        if (loop.inEventLoop()) {
            action.run();
            return;
        }
        try {
            loop.execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("an answer came after the endpoint was closed");
        }
    }

    /**
     * Takes room for bytes that are about to be sent.
     *
     * @return false where there is none; the connection is then dropped
     */
    boolean reserve(int bytes) {
        if (outboundBytes.addAndGet(bytes) <= limits.outboundBytesMax()) {
            return true;
        }
        outboundBytes.addAndGet(-bytes);
        run(this::dropSlow);
        return false;
    }

    void unreserve(int bytes) {
        outboundBytes.addAndGet(-bytes);
    }

    private void dropSlow() {
        if (!closing) {
            counters.slow().increment();
            close();
        }
    }

    /** Sends bytes for which room was reserved. */
    void sendReserved(byte[] bytes) {
        context().write(Unpooled.wrappedBuffer(bytes)).addListener(_ -> unreserve(bytes.length));
        if (!flushing) {
            flushing = true;
            // What else is ready in this turn of the loop leaves with the same system call.
            context().executor().execute(this::flush);
        }
    }

    private void flush() {
        flushing = false;
        context().flush();
    }

    private void send(Frame frame) {
        byte[] bytes = frame.encode();
        if (reserve(bytes.length)) {
            sendReserved(bytes);
        }
    }

    /** An exchange got its answer and isn't waited for any more. */
    void answered(SessionExchange exchange) {
        waiting.remove(exchange);
        if (releasing) {
            closeWhenAnswered();
        }
    }

    /** An observation is over. */
    void ended(SessionExchange exchange, byte[] token) {
        waiting.remove(exchange);
        observations.remove(ByteBuffer.wrap(token), exchange);
    }

    private void closeWhenAnswered() {
        if (waiting.isEmpty() && !closing) {
            closing = true;
            var _ =
                    context()
                            .writeAndFlush(Unpooled.EMPTY_BUFFER)
                            .addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Says goodbye and closes: the endpoint goes down, or nothing happens here. */
    void release() {
        if (!closing) {
            closing = true;
            closeAfter(Frame.signal(Frame.RELEASE, Options.NONE));
        }
    }

    /** Says why and closes (RFC 8323, section 5.6). */
    void abort(String diagnostic, Options why) {
        if (!closing) {
            closing = true;
            closeAfter(new Frame(Frame.ABORT, NO_TOKEN, why, diagnostic.getBytes(UTF_8)));
        }
    }

    private void close() {
        closing = true;
        var _ = context().close();
    }

    private void closeAfter(Frame last) {
        var _ =
                context()
                        .writeAndFlush(Unpooled.wrappedBuffer(last.encode()))
                        .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        // Who doesn't read its answers gets no more requests taken.
        var channel = context().channel();
        channel.config().setAutoRead(channel.isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ignored) {
        closing = true;
        List<SessionExchange> left = new ArrayList<>(observations.values());
        waiting.stream().filter(exchange -> !left.contains(exchange)).forEach(left::add);
        left.forEach(SessionExchange::gone);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof WireException e) {
            counters.malformed().increment();
            abort(String.valueOf(e.getMessage()), Options.NONE);
        } else {
            if (!(cause instanceof IOException)) {
                counters.failed().increment();
                LOG.error("a connection failed", cause);
            }
            close();
        }
    }
}
