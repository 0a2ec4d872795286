package io.pipit.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import org.jspecify.annotations.Nullable;

/**
 * The way back of one request of a {@link Session}. Answers are encoded by who gives them; all else
 * happens on the session's event loop.
 */
final class SessionExchange implements Exchange {
    /** One answer, bytes: what is longer goes in pages. */
    private static final int PAYLOAD_BYTES_MAX = 64 * 1024;

    /** Header, token and the options of an answer: Observe, Content-Format, Max-Age. */
    private static final int OVERHEAD_BYTES = Frame.OVERHEAD_BYTES_MAX + 1 + 3 + 6;

    private static final long MAX_AGE_DEFAULT_SECONDS = 60;
    private static final byte[] NO_VALUE = {};

    private enum State {
        WAITING,
        OBSERVING,
        ANSWERED,
        GONE
    }

    private final Session session;
    private final byte[] token;
    private final boolean observing;
    private State state = State.WAITING;
    private @Nullable Runnable closed;

    SessionExchange(Session session, byte[] token, boolean observing) {
        this.session = session;
        this.token = token;
        this.observing = observing;
    }

    @Override
    public int payloadBytesMax() {
        return Math.clamp(session.payloadBytesMax() - OVERHEAD_BYTES, 0, PAYLOAD_BYTES_MAX);
    }

    @Override
    public void respond(Response response) {
        respond(response, observing && response.isSuccess());
    }

    @Override
    public void respondOnce(Response response) {
        respond(response, false);
    }

    private void respond(Response response, boolean goesOn) {
        Options.Builder options = new Options.Builder();
        if (goesOn) {
            // TCP keeps the order, so the value needs to say nothing (RFC 8323, section 7.1).
            options.add(Options.OBSERVE, NO_VALUE);
        }
        if (response.contentFormat() != Request.NONE) {
            options.add(Options.CONTENT_FORMAT, response.contentFormat());
        }
        if (response.maxAgeSeconds() != MAX_AGE_DEFAULT_SECONDS) {
            options.add(Options.MAX_AGE, response.maxAgeSeconds());
        }
        byte[] bytes =
                new Frame(response.code(), token, options.build(), response.payload()).encode();
        if (bytes.length > session.payloadBytesMax()) {
            session.counters().tooLarge().increment();
            fail();
        } else if (session.reserve(bytes.length)) {
            session.run(() -> deliver(bytes, goesOn));
        }
    }

    /** Answers with 5.00. */
    void fail() {
        byte[] text = "see the daemon's journal".getBytes(UTF_8);
        byte[] bytes = new Frame(500, token, Options.NONE, text).encode();
        if (session.reserve(bytes.length)) {
            session.run(() -> deliver(bytes, false));
        }
    }

    private void deliver(byte[] bytes, boolean goesOn) {
        if (state == State.ANSWERED || state == State.GONE) {
            session.unreserve(bytes.length);
            return;
        }
        session.sendReserved(bytes);
        boolean first = state == State.WAITING;
        state = goesOn ? State.OBSERVING : State.ANSWERED;
        if (!goesOn && observing) {
            session.ended(this, token);
        }
        if (first) {
            session.answered(this);
        }
    }

    @Override
    public void onClosed(Runnable action) {
        session.run(() -> {
            if (state == State.GONE) {
                action.run();
            } else {
                closed = action;
            }
        });
    }

    /** The client said that it doesn't want to hear of it any more, or went away. */
    void gone() {
        if (state == State.WAITING || state == State.OBSERVING) {
            state = State.GONE;
            session.ended(this, token);
            if (closed != null) {
                closed.run();
            }
        }
    }
}
