package io.pipit.tcp.session;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part.Body;
import io.pipit.resource.exchange.Part.FileRange;
import io.pipit.resource.exchange.Part.Loan;
import io.pipit.resource.exchange.Resources;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, as RFC 8323 has it: capabilities first, then requests of both sides and their
 * answers in any order, signals in between. Lives on its channel's event loop; only {@link #run}
 * and {@link #reserve} may be called from elsewhere.
 */
public final class Session extends ChannelInboundHandlerAdapter {
    /** Hears how it goes; on the event loop. */
    public interface Watch {
        /** The other side said what it can: it may be asked. */
        default void ready(Session session) {}

        /**
         * It is over.
         *
         * @param reason in words
         */
        default void closed(Session session, String reason) {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final SessionLimits limits;
    private final SessionCounters counters;
    private final Watch watch;
    private final Requests requests;
    private final Inquiries inquiries;
    private final AtomicLong outboundBytes = new AtomicLong();
    private final AtomicLong inboundBytes = new AtomicLong();

    // Set once, by the event loop, before anything can reach the session.
    private @Nullable ChannelHandlerContext context;
    private volatile int peerMessageBytesMax = Frame.MESSAGE_BYTES_BASE;
    private volatile boolean peerTakesBlocks;
    private @Nullable String refusal;
    private @Nullable ScheduledFuture<?> ticks;
    private @Nullable Intake intake;
    private String reason = "the connection was closed";
    private boolean started;
    private boolean capable;
    private boolean heard;
    private boolean pinged;
    private long silentMillis;
    private boolean releasing;
    private boolean closing;
    private boolean flushing;

    /**
     * @param caller who is at the other end, asked with each request; null where it isn't to be
     *     spoken to any more
     */
    public Session(
            Resources resources,
            Supplier<@Nullable Caller> caller,
            SessionLimits limits,
            SessionCounters counters,
            Watch watch) {
        this.limits = limits;
        this.counters = counters;
        this.watch = watch;
        this.requests = new Requests(this, resources, caller, limits, counters);
        this.inquiries = new Inquiries(this, counters);
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
        if (added.channel().isActive()) {
            start();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ignored) {
        start();
    }

    /** It is one too many, and will be told so. */
    void refuse(String why) {
        refusal = why;
    }

    private void start() {
        if (started) {
            return;
        }
        started = true;
        send(
                Frame.signal(
                        Frame.CSM,
                        new Options.Builder()
                                .add(Frame.CSM_MAX_MESSAGE_SIZE, limits.messageBytesMax())
                                .add(Frame.CSM_BLOCK_WISE_TRANSFER, new byte[0])
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
        long millis = limits.silence().toMillis();
        ticks = loop.scheduleWithFixedDelay(this::lookAround, millis, millis, MILLISECONDS);
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
        silentMillis += limits.silence().toMillis();
        if (heard) {
            heard = false;
            pinged = false;
            silentMillis = 0;
        } else if (requests.isIdle() && inquiries.isIdle()) {
            if (silentMillis >= limits.idle().toMillis()) {
                counters.silent().increment();
                release();
            }
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
        heard = true;
        switch (message) {
            case Frame frame -> {
                if (isWelcome(frame)) {
                    dispatch(frame);
                }
            }
            case Frame.Head head -> {
                intake = isWelcome(head.frame()) ? intake(head) : null;
            }
            case ByteBuf bytes -> took(bytes);
            default -> {
                if (intake != null) {
                    intake.end();
                    intake = null;
                }
            }
        }
    }

    private boolean isWelcome(Frame frame) {
        if (closing) {
            return false;
        }
        if (!capable && frame.code() != Frame.CSM) {
            counters.unexpected().increment();
            abort("the first message has to be 7.01, not " + frame.codeText(), Options.NONE);
            return false;
        }
        return true;
    }

    private void dispatch(Frame frame) {
        if (frame.isSignal()) {
            signal(frame);
        } else if (frame.isRequest()) {
            if (releasing) {
                counters.unexpected().increment();
            } else {
                requests.take(frame);
            }
        } else if (frame.isResponse()) {
            inquiries.answered(frame);
        } else if (frame.code() != Frame.EMPTY) {
            counters.unexpected().increment();
        }
    }

    private @Nullable Intake intake(Frame.Head head) {
        Frame frame = head.frame();
        if (frame.isRequest() && !releasing) {
            return requests.intake(frame, head.payloadBytes());
        }
        if (frame.isResponse()) {
            return inquiries.intake(frame, head.payloadBytes());
        }
        counters.unexpected().increment();
        abort("a payload of " + head.payloadBytes() + " bytes", Options.NONE);
        return null;
    }

    /** Hands on a part of a payload; the connection rests while too much isn't taken. */
    private void took(ByteBuf bytes) {
        Intake to = intake;
        if (to == null) {
            bytes.release();
            return;
        }
        int size = bytes.readableBytes();
        if (inboundBytes.addAndGet(size) > limits.inboundBytesMax()) {
            context().channel().config().setAutoRead(false);
        }
        to.take(
                bytes.nioBuffer(),
                () -> {
                    bytes.release();
                    long left = inboundBytes.addAndGet(-size);
                    long before = left + size;
                    long low = limits.inboundBytesMax() / 2;
                    if (left <= low && before > low) {
                        run(this::readAgain);
                    }
                });
    }

    private void readAgain() {
        var channel = context().channel();
        channel.config()
                .setAutoRead(
                        channel.isWritable() && inboundBytes.get() <= limits.inboundBytesMax());
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
            case Frame.CSM -> capabilities(frame.options());
            case Frame.PING -> send(new Frame(Frame.PONG, frame.token(), Options.NONE));
            case Frame.PONG -> {
                // that it came is all that matters
            }
            case Frame.RELEASE -> {
                releasing = true;
                reason = "the other side said goodbye";
                requests.endObservations();
                closeWhenAnswered();
            }
            case Frame.ABORT -> {
                reason = "the other side gave up: " + frame.diagnostic();
                close();
            }
            default -> {
                counters.unexpected().increment();
                abort("no such signal: " + frame.codeText(), Options.NONE);
            }
        }
    }

    private void capabilities(Options options) {
        OptionalLong bytes = options.number(Frame.CSM_MAX_MESSAGE_SIZE);
        if (bytes.isPresent()) {
            peerMessageBytesMax = (int) Math.min(bytes.getAsLong(), Integer.MAX_VALUE);
        }
        if (options.bytes(Frame.CSM_BLOCK_WISE_TRANSFER).isPresent()) {
            peerTakesBlocks = true;
        }
        if (!capable) {
            capable = true;
            watch.ready(this);
        }
    }

    /** Whether it may be asked. */
    public boolean isReady() {
        return capable && !releasing && !closing;
    }

    /**
     * Asks the other side. On the event loop.
     *
     * @return the request's number, for {@link #cancel}
     */
    public long ask(Ask ask) {
        return inquiries.ask(ask);
    }

    /** Nobody wants the answer, or more of them, any longer. On the event loop. */
    public void cancel(long number) {
        inquiries.cancel(number);
    }

    /** Requests that wait for an answer or go on, either way. */
    public boolean isBusy() {
        return !requests.isIdle() || !inquiries.isIdle();
    }

    /** The largest message that the other side takes, bytes. */
    int peerMessageBytesMax() {
        return peerMessageBytesMax;
    }

    /**
     * The largest block for the other side, a multiple of 1,024 bytes; 0 where it takes none.
     *
     * @param overheadBytes of the message without it
     */
    public int blockBytesMax(int overheadBytes) {
        if (!peerTakesBlocks) {
            return 0;
        }
        int room = Math.min(peerMessageBytesMax, limits.messageBytesMax()) - overheadBytes;
        return Math.max(0, room) / 1_024 * 1_024;
    }

    SessionCounters counters() {
        return counters;
    }

    /** Runs it on the event loop; where that is gone, so is everybody who would care. */
    public void run(Runnable action) {
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

    ScheduledFuture<?> later(Runnable action, long millis) {
        return context().executor().schedule(action, millis, MILLISECONDS);
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
            reason = "the other side doesn't read what it is sent";
            close();
        }
    }

    /** Sends bytes for which room was reserved. */
    void sendReserved(byte[] bytes) {
        context().write(Unpooled.wrappedBuffer(bytes)).addListener(_ -> unreserve(bytes.length));
        flushSoon();
    }

    /** Sends a message's payload, right after its head; for a loan room was reserved. */
    void send(Body body) {
        switch (body) {
            case FileRange range -> send(range);
            case Loan loan -> {
                var _ =
                        context()
                                .write(Unpooled.wrappedBuffer(loan.content().duplicate()))
                                .addListener(_ -> {
                                    loan.release().run();
                                    unreserve(loan.bytes());
                                });
            }
        }
        flushSoon();
    }

    private void send(FileRange range) {
        boolean encrypted = context().pipeline().get(SslHandler.class) != null;
        ChannelFuture written =
                context().write(encrypted ? new RangeInput(range) : new RangeRegion(range));
        written.addListener(sent -> {
            if (!sent.isSuccess() && !closing) {
                // The head promised more than the file has now: only a new connection helps.
                reason = "a file became shorter while it was sent";
                close();
            }
        });
    }

    private void flushSoon() {
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

    void send(Frame frame) {
        byte[] bytes = frame.encode();
        if (reserve(bytes.length)) {
            sendReserved(bytes);
        }
    }

    /** A request got its answer. */
    void answered() {
        if (releasing) {
            closeWhenAnswered();
        }
    }

    private void closeWhenAnswered() {
        if (!requests.isWaiting() && !closing) {
            closing = true;
            var _ =
                    context()
                            .writeAndFlush(Unpooled.EMPTY_BUFFER)
                            .addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Says goodbye and closes: the endpoint goes down, or nothing happens here. */
    public void release() {
        if (!closing) {
            closing = true;
            closeAfter(Frame.signal(Frame.RELEASE, Options.NONE));
        }
    }

    /** Gives up on it, and tells the other side why. */
    public void abort(String why, Options options) {
        if (!closing) {
            closing = true;
            reason = why;
            closeAfter(Frame.abort(why, options));
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
        readAgain();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ignored) {
        closing = true;
        if (ticks != null) {
            ticks.cancel(false);
        }
        if (intake != null) {
            intake.broken();
            intake = null;
        }
        requests.gone();
        inquiries.gone(reason);
        watch.closed(this, reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof WireException e) {
            counters.malformed().increment();
            abort(String.valueOf(e.getMessage()), Options.NONE);
        } else {
            if (cause instanceof IOException || cause.getCause() instanceof IOException) {
                reason = String.valueOf(cause.getMessage());
            } else {
                counters.failed().increment();
                LOG.error("a connection failed", cause);
            }
            close();
        }
    }
}
