package io.pipit.http.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.pipit.resource.exchange.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A browser that is told what happens (server-sent events, WHATWG HTML, section 9.2), until it goes
 * or doesn't take it. For one thread at a time.
 */
final class Viewer {
    /**
     * Who doesn't take it within this time is let go: that the kernel's buffers are full shows that
     * the browser hasn't read for long, and meanwhile the other viewers wait.
     */
    static final Duration TAKE_MAX = Duration.ofSeconds(1);

    /** After so long without a word there is one, which shows whether the browser is there. */
    private static final long SILENCE_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

    private static final int OK = 200;
    private static final int CHUNKED = 0;
    private static final byte[] STILL_HERE = ":\n\n".getBytes(UTF_8);
    private static final byte[] END = "\n\n".getBytes(UTF_8);

    private final HttpExchange exchange;
    private final Patience patience;
    private @Nullable CompletableFuture<Response> newest;
    private long toldNanos;

    Viewer(HttpExchange exchange, Patience patience) {
        this.exchange = exchange;
        this.patience = patience;
    }

    /** An event's bytes. */
    static byte[] event(String name, byte[] json) {
        byte[] start = ("event: " + name + "\ndata: ").getBytes(UTF_8);
        ByteArrayOutputStream event =
                new ByteArrayOutputStream(start.length + json.length + END.length);
        event.writeBytes(start);
        event.writeBytes(json);
        event.writeBytes(END);
        return event.toByteArray();
    }

    /**
     * Begins.
     *
     * @param awaited the newest readings, which it is told when they are there
     */
    void begin(CompletableFuture<Response> awaited) throws IOException {
        newest = awaited;
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        patience.within(TAKE_MAX, () -> exchange.sendResponseHeaders(OK, CHUNKED));
    }

    /** The newest readings, once, when they are there; null before and after. */
    byte @Nullable [] newest() {
        CompletableFuture<Response> awaited = newest;
        if (awaited == null || !awaited.isDone()) {
            return null;
        }
        newest = null;
        Response response = awaited.join();
        return response.isSuccess() ? response.payload() : null;
    }

    /** Tells it. */
    void tell(byte[] event, long nowNanos) throws IOException {
        patience.within(
                TAKE_MAX,
                () -> {
                    OutputStream out = exchange.getResponseBody();
                    out.write(event);
                    out.flush();
                });
        toldNanos = nowNanos;
    }

    /** Says that there is nothing to say, where that was so for long. */
    void tellNothing(long nowNanos) throws IOException {
        if (nowNanos - toldNanos > SILENCE_NANOS_MAX) {
            tell(STILL_HERE, nowNanos);
        }
    }

    /** Lets it go. */
    void end() {
        try {
            patience.within(TAKE_MAX, exchange::close);
        } catch (IOException e) {
            // It is gone then, as it was meant to be.
        }
    }
}
