package io.pipit.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/**
 * {@code GET /metrics} over HTTP/1.1, by the JDK's own server, as Prometheus asks for it
 * (OpenMetrics 1.0). There only where it is configured. Requests are answered one after the other,
 * on a thread that isn't there while nobody asks; a body that comes with one isn't read.
 */
public final class MetricsServer implements AutoCloseable {
    /** Where the numbers are. */
    public static final String PATH = "/metrics";

    private static final String TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int NO_BODY = -1;

    private final HttpServer server;
    private final Metrics metrics;
    private final Counter asked;

    /**
     * Listens from now on.
     *
     * @param executor one thread will do; what it refuses gets no answer
     * @throws IOException where the address isn't to be had
     */
    public MetricsServer(InetSocketAddress address, Metrics metrics, Executor executor)
            throws IOException {
        this.metrics = metrics;
        this.asked = metrics.counter("pipit_http_requests", "Requests over HTTP for these numbers");
        this.server = Listening.on(address);
        server.createContext("/", this::handle);
        server.setExecutor(executor);
        server.start();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.increment();
            String method = exchange.getRequestMethod();
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(NOT_FOUND, NO_BODY);
            } else if (method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Type", TYPE);
                exchange.sendResponseHeaders(OK, NO_BODY);
            } else if (method.equals("GET")) {
                byte[] body = metrics.openMetrics();
                exchange.getResponseHeaders().set("Content-Type", TYPE);
                exchange.sendResponseHeaders(OK, body.length);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(NOT_ALLOWED, NO_BODY);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
