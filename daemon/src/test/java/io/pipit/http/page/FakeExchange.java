package io.pipit.http.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A request, and what was answered to it. */
final class FakeExchange extends HttpExchange {
    private final String method;
    private final URI target;
    private final Headers asked = new Headers();
    private final Headers answered = new Headers();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    int status;
    long length;
    boolean closed;

    /** What a browser that left does to whoever writes to it. */
    IOException broken;

    FakeExchange(String method, String target) {
        this.method = method;
        this.target = URI.create(target);
        asked.set("Host", "127.0.0.1:8080");
    }

    FakeExchange with(String header, String value) {
        asked.set(header, value);
        return this;
    }

    FakeExchange without(String header) {
        asked.remove(header);
        return this;
    }

    String body() {
        return body.toString(UTF_8);
    }

    /** What it was told, by name and data, since the last time. */
    List<String> events() {
        List<String> events = new ArrayList<>();
        for (String event : body().split("\n\n", -1)) {
            if (event.startsWith("event: ")) {
                events.add(event.substring("event: ".length()).replaceFirst("\ndata: ", " "));
            }
        }
        body.reset();
        return events;
    }

    @Override
    public Headers getRequestHeaders() {
        return asked;
    }

    @Override
    public Headers getResponseHeaders() {
        return answered;
    }

    @Override
    public URI getRequestURI() {
        return target;
    }

    @Override
    public String getRequestMethod() {
        return method;
    }

    @Override
    public void sendResponseHeaders(int code, long bytes) throws IOException {
        if (broken != null) {
            throw broken;
        }
        status = code;
        length = bytes;
    }

    @Override
    public OutputStream getResponseBody() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                if (broken != null) {
                    throw broken;
                }
                body.write(bytes, from, count);
            }
        };
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);
    }

    @Override
    public int getResponseCode() {
        return status;
    }

    @Override
    public InputStream getRequestBody() {
        return InputStream.nullInputStream();
    }

    @Override
    public HttpContext getHttpContext() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String getProtocol() {
        return "HTTP/1.1";
    }

    @Override
    public Object getAttribute(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(String name, Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public HttpPrincipal getPrincipal() {
        throw new UnsupportedOperationException();
    }
}
