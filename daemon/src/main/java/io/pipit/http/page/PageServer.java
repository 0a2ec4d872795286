package io.pipit.http.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pipit.http.Listening;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Format;
import io.pipit.wire.ProblemDetails;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The page over HTTP/1.1, by the JDK's own server: its files, {@code /history} of the node's
 * resources, and {@code /live}, on which a browser is told what happens. Only GET and HEAD.
 * Requests are answered one after the other on one thread, viewers told on another; both aren't
 * there while nobody looks.
 */
public final class PageServer implements AutoCloseable {
    /** One request may hold up the next so long. */
    private static final Duration REQUEST_MAX = Duration.ofSeconds(15);

    /** So long the tree has for an answer. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private static final String HISTORY = "/history";
    private static final String LIVE = "/live";

    /**
     * Nothing but what is here, no script but in a file of here, nothing made from text, in
     * nobody's frame (CSP Level 3; Trusted Types).
     */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'; require-trusted-types-for 'script';"
                    + " trusted-types 'none'";

    private static final int OK = 200;
    private static final int CONTENT = 205;
    private static final int NOT_MODIFIED = 304;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int BAD_OPTION = 402;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int MISDIRECTED = 421;
    private static final int FAILED = 500;
    private static final int BUSY = 503;
    private static final int NO_BODY = -1;

    private final InetSocketAddress address;
    private final Executor executor;
    private final Patience patience;
    private final Tree tree;
    private final Live live;
    private final Hosts hosts;
    private final Map<String, Asset> assets;
    private final Counter asked;
    private final Counter refused;
    private @Nullable HttpServer server;

    /**
     * Doesn't listen yet.
     *
     * @param address where it will
     * @param executor answers requests, one after the other; what it refuses gets no answer
     * @param telling tells viewers, one step after the other
     * @param timer for what is short
     * @throws IOException where the program's own files can't be read
     */
    public PageServer(
            InetSocketAddress address,
            Resources resources,
            TimeSource time,
            Metrics metrics,
            Executor executor,
            Executor telling,
            ScheduledExecutorService timer)
            throws IOException {
        this.address = address;
        this.executor = executor;
        patience = new Patience(timer);
        tree = new Tree(resources);
        live = new Live(tree, time, metrics, telling, timer, patience);
        hosts = new Hosts(address.getAddress());
        assets = Asset.all();
        asked = metrics.counter("pipit_page_requests", "Requests for the page and what is on it");
        refused =
                metrics.counter(
                        "pipit_page_requests_refused",
                        "Those by a name that isn't this node's, from foreign pages, or to change something");
    }

    /**
     * Listens from now on.
     *
     * @return where
     * @throws IOException where the address isn't to be had; it may be tried again
     */
    public InetSocketAddress listen() throws IOException {
        HttpServer made = Listening.on(address);
        made.createContext("/", this::handle);
        made.setExecutor(executor);
        made.start();
        server = made;
        return made.getAddress();
    }

    /** Answers within a time. */
    void handle(HttpExchange exchange) throws IOException {
        asked.increment();
        patience.within(
                REQUEST_MAX,
                () -> {
                    if (!answer(exchange)) {
                        exchange.close();
                    }
                });
    }

    /** Returns whether the exchange goes on. */
    private boolean answer(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
        String host = exchange.getRequestHeaders().getFirst("Host");
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        Asset asset = assets.get(path);
        if (!hosts.allow(host, exchange.getLocalAddress())) {
            refuse(exchange, MISDIRECTED, "ask for this page by its address, as in [page] http");
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            headers.set("Allow", "GET, HEAD");
            refuse(exchange, NOT_ALLOWED, "this page only shows");
        } else if (asset != null) {
            file(exchange, asset);
        } else if (!path.equals(HISTORY) && !path.equals(LIVE)) {
            say(exchange, NOT_FOUND, "there is nothing here");
        } else if (isForeign(exchange)) {
            refuse(exchange, FORBIDDEN, "this is for this node's own page");
        } else if (path.equals(HISTORY)) {
            history(exchange);
        } else {
            return live(exchange);
        }
        return false;
    }

    /** Whether a browser says that another site's page asks (Fetch Metadata). */
    private static boolean isForeign(HttpExchange exchange) {
        String site = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
        return site != null && !site.equals("same-origin") && !site.equals("none");
    }

    private void refuse(HttpExchange exchange, int status, String why) throws IOException {
        refused.increment();
        say(exchange, status, why);
    }

    private static void say(HttpExchange exchange, int status, String what) throws IOException {
        send(exchange, status, "text/plain; charset=utf-8", (what + "\n").getBytes(UTF_8));
    }

    private static void file(HttpExchange exchange, Asset asset) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Cache-Control", "no-cache");
        headers.set("ETag", asset.tag());
        if (asset.tag().equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(NOT_MODIFIED, NO_BODY);
        } else {
            send(exchange, OK, asset.type(), asset.content());
        }
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] content)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
            exchange.sendResponseHeaders(status, NO_BODY);
        } else {
            exchange.sendResponseHeaders(status, content.length == 0 ? NO_BODY : content.length);
            exchange.getResponseBody().write(content);
        }
    }

    private void history(HttpExchange exchange) throws IOException {
        String raw = exchange.getRequestURI().getRawQuery();
        List<String> query =
                raw == null
                        ? List.of()
                        : Arrays.stream(raw.split("&", -1))
                                .map(one -> URLDecoder.decode(one, UTF_8))
                                .toList();
        CompletableFuture<Response> asking = tree.get("history", query, Format.JSON.senml());
        try {
            Response answer = asking.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.code() == CONTENT) {
                send(exchange, OK, "application/senml+json", answer.payload());
            } else {
                say(exchange, status(answer.code()), why(answer));
            }
        } catch (TimeoutException e) {
            say(exchange, BUSY, "the store takes too long; ask for a shorter time");
        } catch (ExecutionException e) {
            say(exchange, FAILED, "see the journal of the node");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** CoAP has the classes and most of the codes of HTTP; 4.02 is about an option of its own. */
    private static int status(int code) {
        return code == BAD_OPTION ? BAD_REQUEST : code;
    }

    private static String why(Response answer) {
        try {
            return ProblemDetails.decode(answer.payload()).detail();
        } catch (WireException e) {
            return "the node said " + answer.code();
        }
    }

    private boolean live(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(OK, NO_BODY);
        } else if (live.join(exchange)) {
            return true;
        } else {
            exchange.getResponseHeaders().set("Retry-After", "10");
            say(
                    exchange,
                    BUSY,
                    "as many browsers as may show this page already: " + Live.VIEWERS_MAX);
        }
        return false;
    }

    /** Lets all go. */
    @Override
    public void close() {
        live.close();
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }
}
