package io.pipit.tcp.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Part.Body;
import io.pipit.resource.exchange.Part.Loan;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.Options.Block;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way back of one request of a {@link Session}. Answers are encoded by who gives them; all else
 * happens on the session's event loop. An answer from memory that was asked for in blocks, or fits
 * no message of the other side's, is cut into blocks here (RFC 7959, section 2.4).
 */
final class SessionExchange implements Exchange {
    /** One answer from memory, bytes: what is longer goes in pages. */
    private static final int PAYLOAD_BYTES_MAX = 64 * 1024;

    /** One block of a body, bytes. */
    private static final int BLOCK_BYTES_MAX = 256 * 1024;

    /** Header, token and the options of an answer: ETag, Observe, format, age, blocks, size. */
    private static final int OVERHEAD_BYTES = Frame.OVERHEAD_BYTES_MAX + 9 + 1 + 3 + 6 + 10 + 6;

    /** An Echo, besides its value. */
    private static final int ECHO_HEAD_BYTES = 3;

    private static final int ETAG_BYTES = 8;
    private static final int BAD_OPTION = 402;
    private static final int FAILED = 500;
    private static final long MAX_AGE_DEFAULT_SECONDS = 60;
    private static final byte[] NO_VALUE = {};

    private enum State {
        WAITING,
        OBSERVING,
        ANSWERED,
        GONE
    }

    private final Session session;
    private final Requests requests;
    private final byte[] token;
    private final Request request;
    private final boolean observing;
    private final @Nullable Block asked;
    private State state = State.WAITING;
    private @Nullable Runnable closed;

    /**
     * @param asked which block of the answer is wanted; null where any
     */
    SessionExchange(
            Session session,
            Requests requests,
            byte[] token,
            Request request,
            @Nullable Block asked) {
        this.session = session;
        this.requests = requests;
        this.token = token;
        this.request = request;
        this.observing = request.observe();
        this.asked = asked;
    }

    @Override
    public int payloadBytesMax() {
        return Math.clamp(session.peerMessageBytesMax() - OVERHEAD_BYTES, 0, PAYLOAD_BYTES_MAX);
    }

    @Override
    public int blockBytesMax() {
        return Math.min(BLOCK_BYTES_MAX, session.blockBytesMax(OVERHEAD_BYTES));
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
        Response fitting = inBlocks(response);
        Options options = options(fitting, goesOn);
        Body body = fitting.part().body();
        if (body != null) {
            byte[] head = new Frame(fitting.code(), token, options).encodeHead(body.bytes());
            send(head, body, goesOn);
            return;
        }
        byte[] bytes = new Frame(fitting.code(), token, options, fitting.payload()).encode();
        if (bytes.length > session.peerMessageBytesMax()) {
            session.counters().tooLarge().increment();
            refuse(FAILED, "see the daemon's journal");
        } else {
            send(bytes, null, goesOn);
        }
    }

    private Options options(Response response, boolean goesOn) {
        Options.Builder options = new Options.Builder();
        Part part = response.part();
        part.etags().forEach(etag -> options.add(Options.ETAG, etag));
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
        if (part.block2() != null) {
            options.add(Options.BLOCK2, part.block2().encoded());
        }
        if (part.block1() != null) {
            options.add(Options.BLOCK1, part.block1().encoded());
        }
        if (part.size() != Request.NONE && part.size() <= 0xffffffffL) {
            options.add(Options.SIZE2, part.size());
        }
        if (response.echo().length > 0) {
            options.add(Options.ECHO, response.echo());
        }
        return options.build();
    }

    /** The part of an answer from memory that is wanted, or fits; the whole where that is. */
    private Response inBlocks(Response whole) {
        Part said = whole.part();
        byte[] payload = whole.payload();
        boolean hasPlace = said.block2() != null || said.body() != null || !whole.isSuccess();
        int echo = whole.echo().length;
        int overhead = OVERHEAD_BYTES + (echo == 0 ? 0 : ECHO_HEAD_BYTES + echo);
        int blockMost = Math.min(BLOCK_BYTES_MAX, session.blockBytesMax(overhead));
        boolean fits = payload.length <= session.peerMessageBytesMax() - overhead;
        if (hasPlace || (asked == null && (fits || blockMost == 0))) {
            return whole;
        }
        Block place = asked == null ? new Block(0, false, Options.BERT) : asked;
        int most =
                place.sizeExponent() == Options.BERT
                        ? Math.max(place.unitBytes(), blockMost)
                        : place.unitBytes();
        if (place.from() >= payload.length && place.number() > 0) {
            String why = "there are only " + payload.length + " bytes";
            return new Response(BAD_OPTION, Request.NONE, why.getBytes(UTF_8), 0);
        }
        int from = (int) place.from();
        int to = Math.min(payload.length, from + most);
        boolean more = to < payload.length;
        if (more && from == 0) {
            requests.begun(request, whole);
        }
        return new Response(
                whole.code(),
                whole.contentFormat(),
                Arrays.copyOfRange(payload, from, to),
                whole.maxAgeSeconds(),
                new Part(
                        List.of(etag(payload)),
                        said.block1(),
                        new Block(place.number(), more, place.sizeExponent()),
                        payload.length,
                        null),
                whole.echo());
    }

    /** So that who gets blocks of two representations notices. */
    private static byte[] etag(byte[] payload) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(payload), ETAG_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Answers with 5.00: what should have answered threw. */
    void failed() {
        session.counters().failed().increment();
        refuse(FAILED, "see the daemon's journal");
    }

    /** Says no, in words. */
    void refuse(int code, String diagnostic) {
        byte[] text = diagnostic.getBytes(UTF_8);
        send(new Frame(code, token, Options.NONE, text).encode(), null, false);
    }

    private void send(byte[] bytes, @Nullable Body body, boolean goesOn) {
        if (session.reserve(room(bytes, body))) {
            session.run(() -> deliver(bytes, body, goesOn));
        } else if (body != null) {
            body.release().run();
        }
    }

    /** What of an answer is in memory until it is sent. */
    private static int room(byte[] bytes, @Nullable Body body) {
        return bytes.length + (body instanceof Loan ? body.bytes() : 0);
    }

    private void deliver(byte[] bytes, @Nullable Body body, boolean goesOn) {
        if (state == State.ANSWERED || state == State.GONE) {
            session.unreserve(room(bytes, body));
            if (body != null) {
                body.release().run();
            }
            return;
        }
        session.sendReserved(bytes);
        if (body != null) {
            session.send(body);
        }
        boolean first = state == State.WAITING;
        state = goesOn ? State.OBSERVING : State.ANSWERED;
        if (!goesOn && observing) {
            requests.ended(this, token);
        }
        if (first) {
            requests.answered(this);
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
            requests.ended(this, token);
            if (closed != null) {
                closed.run();
            }
        }
    }
}
