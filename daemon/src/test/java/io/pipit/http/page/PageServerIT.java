package io.pipit.http.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipit.host.SystemTime;
import io.pipit.host.Threads;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.wire.Senml;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PageServerIT {
    private final Threads threads = new Threads(new Counter());
    private final ExecutorService answering = threads.occasional("page", 32);
    private final ExecutorService telling = threads.occasional("page-live", 2);
    private final ScheduledExecutorService timer = threads.timer("timer");
    private final Metrics metrics = new Metrics();
    private final FakeTree tree = new FakeTree();
    private final HttpClient client = HttpClient.newHttpClient();
    private PageServer server;
    private InetSocketAddress at;

    @BeforeEach
    void listen() throws IOException {
        server = server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), metrics);
        at = server.listen();
    }

    private PageServer server(InetSocketAddress address, Metrics counting) throws IOException {
        return new PageServer(address, tree, new SystemTime(), counting, answering, telling, timer);
    }

    @AfterEach
    void close() {
        server.close();
        answering.shutdownNow();
        telling.shutdownNow();
        timer.shutdownNow();
        client.shutdownNow();
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at.getPort() + path))
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path), BodyHandlers.ofString());
    }

    private String metric(String name) {
        return new String(metrics.openMetrics(), UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1);
    }

    private void arrives(int count) {
        Senml.Item[] items = new Senml.Item[count];
        for (int i = 0; i < count; i++) {
            items[i] =
                    new Senml.Item(
                            "NODE/", "sensor-" + i + "/temperature", "Cel", 0, Math.random());
        }
        tree.arrives(items);
    }

    @Test
    void givesThePageAndItsHistory() throws Exception {
        tree.documents.put("history", "[{\"n\":\"x\",\"v\":1}]");

        HttpResponse<String> page = get("/");
        HttpResponse<String> history = get("/history?series=a/b/c&from=1&points=10");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).startsWith("<!doctype html>");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'");
        assertThat(history.body()).isEqualTo("[{\"n\":\"x\",\"v\":1}]");
        assertThat(get("/trust").statusCode()).isEqualTo(404);
    }

    @Test
    void tellsAViewerWhatHappensUntilItGoes() throws Exception {
        HttpResponse<InputStream> live =
                client.send(request("/live"), BodyHandlers.ofInputStream());
        List<String> lines = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(live.body(), UTF_8))) {
            while (lines.stream().filter(String::isEmpty).count() < 5) {
                lines.add(in.readLine());
            }
            arrives(1);
            while (!lines.getLast().contains("sensor-0/temperature")) {
                lines.add(in.readLine());
            }
            assertThat(metric("pipit_page_viewers")).isEqualTo("1.0");
        }

        assertThat(lines)
                .contains("event: clock", "event: health", "data: {\"peers\":[]}")
                .endsWith("event: readings", lines.getLast());
        await().untilAsserted(() -> {
            arrives(1);
            assertThat(metric("pipit_page_viewers")).isEqualTo("0.0");
        });
        assertThat(metric("pipit_page_viewers_dropped_total")).isEqualTo("0.0");
    }

    @Test
    void aViewerThatDoesNotReadIsLetGoAndAnotherGoesOn() throws Exception {
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(4_096);
            slow.connect(at);
            slow.getOutputStream()
                    .write("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
            await().until(() -> !tree.watching.isEmpty());
            HttpResponse<InputStream> quick =
                    client.send(request("/live"), BodyHandlers.ofInputStream());
            threads.start(
                    "reader",
                    () -> {
                        try (InputStream in = quick.body()) {
                            in.transferTo(java.io.OutputStream.nullOutputStream());
                        } catch (IOException e) {
                            // At the end of the test.
                        }
                    });

            await().atMost(Duration.ofSeconds(50))
                    .untilAsserted(() -> {
                        // All that the kernel keeps for it has to be full first.
                        for (int i = 0; i < 3; i++) {
                            arrives(1_990);
                        }
                        assertThat(metric("pipit_page_viewers_dropped_total")).isEqualTo("1.0");
                    });

            assertThat(metric("pipit_page_viewers")).isEqualTo("1.0");
            assertThat(get("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whoDoesNotEndARequestHoldsNobodyUpForLong() throws Exception {
        try (Socket half = new Socket(at.getAddress(), at.getPort());
                Socket other = new Socket(at.getAddress(), at.getPort())) {
            half.getOutputStream().write("GET / HTTP/1.1\r\nHost: loc".getBytes(UTF_8));
            other.getOutputStream().write("GET / HTTP/1.1\r\nHost: loc".getBytes(UTF_8));

            assertThat(get("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aPortThatIsTakenIsSaidAndMayBeTriedAgain() throws Exception {
        PageServer second = server(at, new Metrics());
        assertThatThrownBy(second::listen).isInstanceOf(IOException.class);

        server.close();

        assertThat(second.listen()).isEqualTo(at);
        second.close();
    }
}
