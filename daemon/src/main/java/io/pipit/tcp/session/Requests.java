package io.pipit.tcp.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import io.pipit.wire.Options.Block;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the other side asks: to the resource tree and back. On the event loop. */
final class Requests {
    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);
    private static final int PROXY_URI = 35;
    private static final int PROXY_SCHEME = 39;
    private static final int BUSY_MAX_AGE_SECONDS = 1;
    private static final int BAD_OPTION = 402;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int TOO_LARGE = 413;
    private static final int UNAVAILABLE = 503;
    private static final int NO_PROXY = 505;

    private final Session session;
    private final Resources resources;
    private final Supplier<@Nullable Caller> caller;
    private final SessionLimits limits;
    private final SessionCounters counters;
    private final Set<SessionExchange> waiting = new HashSet<>();
    private final Map<ByteBuffer, SessionExchange> observations = new HashMap<>();
    private volatile @Nullable Kept lastInBlocks;

    Requests(
            Session session,
            Resources resources,
            Supplier<@Nullable Caller> caller,
            SessionLimits limits,
            SessionCounters counters) {
        this.session = session;
        this.resources = resources;
        this.caller = caller;
        this.limits = limits;
        this.counters = counters;
    }

    /** A request, with all its payload. */
    void take(Frame frame) {
        Opened opened = open(frame);
        if (opened == null) {
            return;
        }
        Response kept = kept(opened.request);
        if (kept != null) {
            opened.exchange.respond(kept);
            return;
        }
        try {
            resources.handle(opened.request, opened.exchange);
        } catch (RuntimeException e) {
            failed(opened, e);
        }
    }

    /**
     * A request whose payload follows.
     *
     * @return null where it was refused: what follows is thrown away
     */
    @Nullable Intake intake(Frame frame, int bytes) {
        Opened opened = open(frame);
        if (opened == null) {
            return null;
        }
        try {
            Intake intake = resources.intake(opened.request, bytes, opened.exchange);
            if (intake == null) {
                opened.exchange.refuse(
                        TOO_LARGE, "not more than " + FrameDecoder.WHOLE_BYTES_MAX + " bytes here");
            }
            return intake;
        } catch (RuntimeException e) {
            failed(opened, e);
            return null;
        }
    }

    /**
     * What was answered last in blocks, as long as others of them are asked for: it may be another
     * by now, and blocks of two make no whole (RFC 7959, section 2.4).
     */
    private record Kept(Request request, Response whole) {
        boolean isFor(Request other) {
            return request.method() == other.method()
                    && request.path().equals(other.path())
                    && request.query().equals(other.query())
                    && request.accept() == other.accept()
                    && Arrays.equals(request.payload(), other.payload());
        }
    }

    private @Nullable Response kept(Request request) {
        Block wanted = request.part().block2();
        Kept last = lastInBlocks;
        boolean further = wanted != null && wanted.number() > 0;
        return further && last != null && last.isFor(request) ? last.whole : null;
    }

    /** An answer is given in blocks, of which this is the first. Any thread. */
    void begun(Request request, Response whole) {
        lastInBlocks = new Kept(request, whole);
    }

    private static void failed(Opened opened, RuntimeException error) {
        opened.exchange.failed();
        LOG.error("{} {} failed", opened.request.method(), opened.request.path(), error);
    }

    private record Opened(Request request, SessionExchange exchange) {}

    private @Nullable Opened open(Frame frame) {
        counters.requests().increment();
        Caller asks = caller.get();
        OptionalInt refused = frame.options().refused();
        Optional<Request.Method> method = method(frame.code());
        if (asks == null) {
            session.abort("not trusted any more", Options.NONE);
        } else if (asks.via() == Caller.Via.STRANGER && !isHeard(frame, asks, method)) {
            counters.unexpected().increment();
        } else if (refused.isPresent()) {
            int option = refused.getAsInt();
            boolean proxy = option == PROXY_URI || option == PROXY_SCHEME;
            refuse(
                    frame,
                    proxy ? NO_PROXY : BAD_OPTION,
                    "option " + option + " isn't understood here");
        } else if (method.isEmpty()) {
            refuse(frame, METHOD_NOT_ALLOWED, "no such method");
        } else if (waiting.size() >= limits.requestsMax()) {
            counters.busy().increment();
            refuse(frame, UNAVAILABLE, "more than " + limits.requestsMax() + " requests wait");
        } else {
            return open(frame, method.get(), asks);
        }
        return null;
    }

    /** What a stranger may not ask it gets no answer to. */
    private static boolean isHeard(Frame frame, Caller asks, Optional<Request.Method> method) {
        return method.isPresent()
                && asks.isHeard(method.get(), frame.options().texts(Options.URI_PATH))
                && frame.options().refused().isEmpty();
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

    private void refuse(Frame frame, int code, String diagnostic) {
        Options.Builder options = new Options.Builder();
        if (code == UNAVAILABLE) {
            options.add(Options.MAX_AGE, BUSY_MAX_AGE_SECONDS);
        }
        session.send(new Frame(code, frame.token(), options.build(), diagnostic.getBytes(UTF_8)));
    }

    private Opened open(Frame frame, Request.Method method, Caller asks) {
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
        Part part =
                new Part(
                        options.all(Options.ETAG),
                        options.block(Options.BLOCK1).orElse(null),
                        options.block(Options.BLOCK2).orElse(null),
                        options.number(Options.SIZE1).orElse(Request.NONE),
                        null);
        Request request =
                new Request(
                        method,
                        options.texts(Options.URI_PATH),
                        options.texts(Options.URI_QUERY),
                        (int) options.number(Options.ACCEPT).orElse(Request.NONE),
                        (int) options.number(Options.CONTENT_FORMAT).orElse(Request.NONE),
                        frame.payload(),
                        observing,
                        asks,
                        part,
                        options.bytes(Options.ECHO).orElse(Echo.NONE));
        SessionExchange exchange =
                new SessionExchange(
                        session, this, frame.token(), request, fetches ? part.block2() : null);
        waiting.add(exchange);
        if (observing) {
            observations.put(token, exchange);
        }
        return new Opened(request, exchange);
    }

    /** An exchange got its answer and isn't waited for any more. */
    void answered(SessionExchange exchange) {
        waiting.remove(exchange);
        session.answered();
    }

    /** An observation is over. */
    void ended(SessionExchange exchange, byte[] token) {
        waiting.remove(exchange);
        observations.remove(ByteBuffer.wrap(token), exchange);
    }

    /** Whether some have no answer yet. */
    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /** Whether nothing is asked or observed. */
    boolean isIdle() {
        return waiting.isEmpty() && observations.isEmpty();
    }

    void endObservations() {
        List.copyOf(observations.values()).forEach(SessionExchange::gone);
    }

    /** The connection is. */
    void gone() {
        List<SessionExchange> left = new ArrayList<>(observations.values());
        waiting.stream().filter(exchange -> !left.contains(exchange)).forEach(left::add);
        left.forEach(SessionExchange::gone);
    }
}
