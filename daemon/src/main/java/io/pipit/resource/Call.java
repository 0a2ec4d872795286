package io.pipit.resource;

import io.pipit.model.Filter;
import io.pipit.model.Grant.Role;
import io.pipit.model.LogId;
import io.pipit.port.bulk.FileRefused;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Format;
import io.pipit.wire.LinkFormat;
import io.pipit.wire.ProblemDetails;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request as the resources see it: its query in values, the form that the caller wants, and the
 * way back. Whatever is wrong with it is a {@link Refusal}. Thread-safe.
 */
final class Call {
    static final int BAD_REQUEST = 400;
    static final int BAD_OPTION = 402;
    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int NOT_ACCEPTABLE = 406;
    static final int INCOMPLETE = 408;
    static final int CONFLICT = 409;
    static final int PRECONDITION_FAILED = 412;
    static final int TOO_LARGE = 413;
    static final int UNSUPPORTED_FORMAT = 415;
    static final int UNPROCESSABLE = 422;
    static final int FAILED = 500;
    static final int BAD_GATEWAY = 502;
    static final int UNAVAILABLE = 503;
    static final int GATEWAY_TIMEOUT = 504;

    /** When to try again what there was no room for (RFC 7252, section 5.9.3.4), seconds. */
    static final int RETRY_SECONDS = 5;

    private static final int CONTENT = 205;

    /** When to try again what a full disk has no room for, seconds. */
    static final int ROOM_SECONDS = 60;

    /** How long an answer is good for; an observer asks again after this silence. */
    private static final int MAX_AGE_SECONDS = 60;

    private static final int MAX_AGE_UNOBSERVED_SECONDS = 5;
    private static final int QUERIES_MAX = 128;

    /** What quotes the caller must fit a datagram. */
    private static final int REASON_CHARS_MAX = 300;

    private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,9})?");
    private static final Pattern NUMBER =
            Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?");
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");
    private static final int MICRO_DIGITS = 6;
    private static final byte[] NOTHING = {};

    /** Why a request isn't answered as asked. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        final int code;
        final long maxAgeSeconds;

        Refusal(int code, String reason) {
            this(code, reason, 0);
        }

        Refusal(int code, String reason, long maxAgeSeconds) {
            super(reason, null, false, false);
            this.code = code;
            this.maxAgeSeconds = maxAgeSeconds;
        }

        static Refusal busy(String reason) {
            return new Refusal(UNAVAILABLE, reason, RETRY_SECONDS);
        }
    }

    private final Request request;
    private final Exchange exchange;
    private final Consumer<Refusal> refusals;
    private Supplier<byte[]> echo = () -> Echo.NONE;

    /**
     * A call.
     *
     * @param refusals hears of each
     */
    Call(Request request, Exchange exchange, Consumer<Refusal> refusals) {
        this.request = request;
        this.exchange = exchange;
        this.refusals = refusals;
    }

    Request request() {
        return request;
    }

    Exchange exchange() {
        return exchange;
    }

    Caller caller() {
        return request.caller();
    }

    /**
     * Each answer has one of these from now on, which the caller is to send with the next request.
     */
    void give(Supplier<byte[]> values) {
        echo = values;
    }

    /** Refuses who hasn't this role for a resource of this name. */
    void require(Role role, String name) throws Refusal {
        if (!caller().may(role, name)) {
            throw new Refusal(FORBIDDEN, "this takes the role " + role);
        }
    }

    /** Refuses all methods but these. */
    void allow(Request.Method... methods) throws Refusal {
        if (!List.of(methods).contains(request.method())) {
            throw new Refusal(METHOD_NOT_ALLOWED, "allowed here: " + List.of(methods));
        }
    }

    /** Refuses names of queries that mean nothing here: a misspelt one must not mean "all". */
    void knows(Set<String> names) throws Refusal {
        if (request.query().size() > QUERIES_MAX) {
            throw bad("more than " + QUERIES_MAX + " queries");
        }
        for (String query : request.query()) {
            String name = query.substring(0, Math.max(0, query.indexOf('=')));
            if (!names.contains(name)) {
                throw bad(
                        "unknown query '"
                                + query
                                + "'; known are "
                                + names.stream().sorted().toList());
            }
        }
    }

    /** All values that this name was given. */
    List<String> values(String name) {
        var values = new ArrayList<String>();
        for (String query : request.query()) {
            if (query.startsWith(name) && query.startsWith("=", name.length())) {
                values.add(query.substring(name.length() + 1));
            }
        }
        return values;
    }

    /** The one value of this name; null where there is none. */
    @Nullable String value(String name) throws Refusal {
        List<String> values = values(name);
        if (values.size() > 1) {
            throw bad(name + " is given more than once");
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /** A whole number, not negative; otherwise where there is none. */
    long whole(String name, long otherwise) throws Refusal {
        String text = value(name);
        if (text == null) {
            return otherwise;
        }
        return parseWhole(name, text);
    }

    private static long parseWhole(String name, String text) throws Refusal {
        if (!WHOLE.matcher(text).matches()) {
            throw bad(name + " is no whole number: '" + text + "'");
        }
        return Long.parseLong(text);
    }

    /** A number; null where there is none. */
    @Nullable Double number(String name) throws Refusal {
        String text = value(name);
        if (text == null) {
            return null;
        }
        if (!NUMBER.matcher(text).matches()) {
            throw bad(name + " is no number: '" + text + "'");
        }
        return Double.valueOf(text);
    }

    /** A time, microseconds since 1970; null where there is none. */
    @Nullable Long timeMicros(String name) throws Refusal {
        String text = value(name);
        if (text == null) {
            return null;
        }
        try {
            if (SECONDS.matcher(text).matches()) {
                return new BigDecimal(text)
                        .movePointRight(MICRO_DIGITS)
                        .setScale(0, RoundingMode.FLOOR)
                        .longValueExact();
            }
            return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text));
        } catch (DateTimeException | ArithmeticException e) {
            throw bad(
                    name
                            + " is no time: '"
                            + text
                            + "'; write it like 2026-01-31T12:00:00Z or as seconds since 1970");
        }
    }

    /** The filter that the {@code series} queries make; all where there is none. */
    Filter filter() throws Refusal {
        List<String> patterns = values("series");
        return patterns.isEmpty() ? Filter.ALL : filter(patterns);
    }

    /** All series of the node of this name. */
    static Filter ownNode(String name) {
        return Filter.of(name + "/**");
    }

    static Filter filter(List<String> patterns) throws Refusal {
        try {
            return Filter.of(patterns);
        } catch (IllegalArgumentException e) {
            throw bad("series: " + e.getMessage());
        }
    }

    /** A place in a log. */
    record Place(LogId log, long sequence) {}

    static Place place(String name, String text) throws Refusal {
        int colon = text.indexOf(':');
        LogId log = colon < 0 ? null : LogId.parse(text.substring(0, colon)).orElse(null);
        if (log == null) {
            throw bad(name + " is no place in a log: '" + text + "'; write it as LOG:SEQUENCE");
        }
        return new Place(log, parseWhole(name, text.substring(colon + 1)));
    }

    /** In which form to answer with SenML: CBOR where nothing is asked for. */
    Format senml() throws Refusal {
        int accept = request.accept();
        return accept == Request.NONE
                ? Format.CBOR
                : format(accept, Format.CBOR.senml(), Format.JSON.senml());
    }

    /** In which form to answer with a document: JSON where nothing is asked for. */
    Format document() throws Refusal {
        int accept = request.accept();
        return accept == Request.NONE
                ? Format.JSON
                : format(accept, Format.CBOR.document(), Format.JSON.document());
    }

    /** The form of the document; null where links are wanted, also where nothing is asked for. */
    @Nullable Format documentOrLinks() throws Refusal {
        int accept = request.accept();
        if (accept == Request.NONE || accept == LinkFormat.CONTENT_FORMAT) {
            return null;
        }
        for (Format format : Format.values()) {
            if (accept == format.document()) {
                knows(Set.of());
                return format;
            }
        }
        throw notAcceptable(
                LinkFormat.CONTENT_FORMAT
                        + ", "
                        + Format.JSON.document()
                        + " and "
                        + Format.CBOR.document());
    }

    private static Format format(int accept, int cbor, int json) throws Refusal {
        if (accept != cbor && accept != json) {
            throw notAcceptable(json + " and " + cbor);
        }
        return accept == cbor ? Format.CBOR : Format.JSON;
    }

    /** Refuses who wants another form than the only one there is. */
    void acceptOnly(int contentFormat) throws Refusal {
        if (request.accept() != Request.NONE && request.accept() != contentFormat) {
            throw notAcceptable(Integer.toString(contentFormat));
        }
    }

    static Refusal notAcceptable(String formats) {
        return new Refusal(NOT_ACCEPTABLE, "content-formats here: " + formats);
    }

    static Refusal bad(String reason) {
        return new Refusal(BAD_REQUEST, reason);
    }

    /** Answers; an observation begins or goes on with it where it was asked for. */
    void content(int contentFormat, byte[] payload) {
        exchange.respond(
                response(
                        CONTENT,
                        contentFormat,
                        payload,
                        request.observe() ? MAX_AGE_SECONDS : MAX_AGE_UNOBSERVED_SECONDS));
    }

    /** Answers what can't be observed. */
    void contentOnce(int contentFormat, byte[] payload) {
        exchange.respondOnce(response(CONTENT, contentFormat, payload, MAX_AGE_UNOBSERVED_SECONDS));
    }

    /** Says that a change was made. */
    void done(int code) {
        exchange.respond(response(code, Request.NONE, NOTHING, 0));
    }

    private Response response(int code, int contentFormat, byte[] payload, long maxAgeSeconds) {
        return new Response(code, contentFormat, payload, maxAgeSeconds, Part.NONE, echo.get());
    }

    /** Says no, and ends an observation; on the open monitoring endpoint without a word why. */
    void refuse(Refusal refusal) {
        refusals.accept(refusal);
        String reason = String.valueOf(refusal.getMessage());
        if (refusal.code == FAILED) {
            reason = "see the journal of the node";
        }
        boolean silent = caller().via() == Caller.Via.MONITOR;
        exchange.respond(
                silent
                        ? response(refusal.code, Request.NONE, NOTHING, refusal.maxAgeSeconds)
                        : response(
                                refusal.code,
                                ProblemDetails.CONTENT_FORMAT,
                                problem(refusal.code, reason),
                                refusal.maxAgeSeconds));
    }

    private static byte[] problem(int code, String reason) {
        String detail = reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX));
        return new ProblemDetails(code, title(code), detail).encode();
    }

    /** Goes on when this is there, and answers if it fails. */
    <T> void whenDone(CompletionStage<T> stage, Consumer<T> then) {
        var _ =
                stage.whenComplete((value, error) -> {
                    if (error != null) {
                        fail(error);
                        return;
                    }
                    try {
                        then.accept(value);
                    } catch (RuntimeException e) {
                        fail(e);
                    }
                });
    }

    /** Something that was waited for went wrong. */
    void fail(Throwable error) {
        Throwable cause =
                error instanceof CompletionException && error.getCause() != null
                        ? error.getCause()
                        : error;
        refuse(
                switch (cause) {
                    case Refusal refusal -> refusal;
                    case FileRefused refused -> refusal(refused);
                    case UncheckedIOException e -> Refusal.busy("the store: " + e.getMessage());
                    default -> new Refusal(FAILED, where(cause));
                });
    }

    static Refusal refusal(FileRefused refused) {
        String why = String.valueOf(refused.getMessage());
        return switch (refused.reason()) {
            case NAME -> bad(why);
            case NOT_FOUND -> new Refusal(NOT_FOUND, why);
            case TOO_LARGE -> new Refusal(TOO_LARGE, why);
            case NO_ROOM -> new Refusal(UNAVAILABLE, why, ROOM_SECONDS);
            case OUT_OF_ORDER -> new Refusal(INCOMPLETE, why);
            case CORRUPT -> new Refusal(UNPROCESSABLE, why);
            case BUSY -> Refusal.busy(why);
        };
    }

    private static String where(Throwable error) {
        StackTraceElement[] trace = error.getStackTrace();
        return trace.length == 0 ? error.toString() : error + " at " + trace[0];
    }

    private static String title(int code) {
        return switch (code) {
            case BAD_REQUEST -> "Bad Request";
            case BAD_OPTION -> "Bad Option";
            case UNAUTHORIZED -> "Unauthorized";
            case FORBIDDEN -> "Forbidden";
            case NOT_FOUND -> "Not Found";
            case METHOD_NOT_ALLOWED -> "Method Not Allowed";
            case NOT_ACCEPTABLE -> "Not Acceptable";
            case INCOMPLETE -> "Request Entity Incomplete";
            case CONFLICT -> "Conflict";
            case PRECONDITION_FAILED -> "Precondition Failed";
            case UNPROCESSABLE -> "Unprocessable Entity";
            case TOO_LARGE -> "Request Entity Too Large";
            case UNSUPPORTED_FORMAT -> "Unsupported Content-Format";
            case BAD_GATEWAY -> "Bad Gateway";
            case UNAVAILABLE -> "Service Unavailable";
            case GATEWAY_TIMEOUT -> "Gateway Timeout";
            default -> "Internal Server Error";
        };
    }
}
