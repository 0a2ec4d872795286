package io.pipit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.monitor.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsServerIT {
    private final Metrics metrics = new Metrics();
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private MetricsServer server;

    @BeforeEach
    void listen() throws IOException {
        metrics.counter("pipit_birds", "Birds seen").add(3);
        server = new MetricsServer(here(0), metrics, executor);
    }

    @AfterEach
    void close() {
        server.close();
        executor.shutdownNow();
        client.close();
    }

    private static InetSocketAddress here(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(),
                BodyHandlers.ofString());
    }

    @Test
    void answersWithAllNumbersAsPrometheusAsksForThem() throws Exception {
        HttpResponse<String> answer = ask("GET", "/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(answer.body()).contains("pipit_birds_total 3.0").endsWith("# EOF\n");
    }

    @Test
    void onlyReadsAndOnlyThere() throws Exception {
        assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/metrics/x").statusCode()).isEqualTo(404);
        assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
        assertThat(ask("HEAD", "/metrics").statusCode()).isEqualTo(200);
        assertThat(ask("GET", "/metrics").body()).contains("pipit_http_requests_total 5.0");
    }

    @Test
    void aPortThatIsTakenIsSaid() {
        assertThatThrownBy(() ->
                        new MetricsServer(
                                here(server.address().getPort()), new Metrics(), executor))
                .isInstanceOf(IOException.class);
    }
}
