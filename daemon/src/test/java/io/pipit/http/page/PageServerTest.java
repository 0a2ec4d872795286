package io.pipit.http.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.host.ManualTimer;
import io.pipit.model.Grant;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.ProblemDetails;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageServerTest {
    private final ManualTime time = new ManualTime();
    private final ManualTimer timer = new ManualTimer(time);
    private final FakeTree tree = new FakeTree();
    private final Metrics metrics = new Metrics();
    private final PageServer server;

    PageServerTest() throws IOException {
        server =
                new PageServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080),
                        tree,
                        time,
                        metrics,
                        Runnable::run,
                        Runnable::run,
                        timer);
    }

    private FakeExchange ask(FakeExchange exchange) throws IOException {
        server.handle(exchange);
        return exchange;
    }

    private FakeExchange get(String target) throws IOException {
        return ask(new FakeExchange("GET", target));
    }

    private static String header(FakeExchange answer, String name) {
        return answer.getResponseHeaders().getFirst(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.js", "/chart.js", "/page.css", "/icon.svg"})
    void givesItsFilesWhichBrowsersKeepAndAskAbout(String path) throws IOException {
        FakeExchange first = get(path);

        assertThat(first.status).isEqualTo(200);
        assertThat(first.body()).isNotEmpty();
        assertThat(first.length).isEqualTo(first.body().getBytes(StandardCharsets.UTF_8).length);
        assertThat(header(first, "Cache-Control")).isEqualTo("no-cache");
        assertThat(first.closed).isTrue();
        FakeExchange again =
                ask(new FakeExchange("GET", path).with("If-None-Match", header(first, "ETag")));
        assertThat(again.status).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        FakeExchange head = ask(new FakeExchange("HEAD", path));
        assertThat(head.status).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length")).isEqualTo(Long.toString(first.length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.js", "/history", "/live", "/nothing"})
    void letsNothingInFromElsewhere(String path) throws IOException {
        FakeExchange answer = get(path);

        assertThat(header(answer, "Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                .doesNotContain("unsafe", "http", "*", "data:");
        assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(answer, "Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
        assertThat(answer.getResponseHeaders()).doesNotContainKey("Access-Control-Allow-Origin");
    }

    @Test
    void itsFilesNameNobodyElseAndMakeNothingFromText() throws IOException {
        for (String path : List.of("/", "/page.js", "/chart.js", "/page.css")) {
            String text = get(path).body();

            assertThat(text.replace("http://www.w3.org/2000/svg", ""))
                    .doesNotContain("://", "innerHTML", "outerHTML", "insertAdjacent", "eval(");
            assertThat(
                            Pattern.compile("<script(?![^>]*src=)|\\son[a-z]+=|style=")
                                    .matcher(text)
                                    .find())
                    .as(path)
                    .isFalse();
        }
    }

    @Test
    void whatIsLiveIsNotKept() throws IOException {
        assertThat(header(get("/history"), "Cache-Control")).isEqualTo("no-store");
        assertThat(header(get("/live"), "Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void onlyShows(String method) throws IOException {
        for (String path : List.of("/", "/history", "/live", "/actuators/fan")) {
            FakeExchange answer = ask(new FakeExchange(method, path));

            assertThat(answer.status).isEqualTo(405);
            assertThat(header(answer, "Allow")).isEqualTo("GET, HEAD");
        }
        assertThat(tree.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/history?series=air/temperature", "/live"})
    void whoAsksByAForeignNameGetsNothing(String target) throws IOException {
        FakeExchange rebound =
                ask(new FakeExchange("GET", target).with("Host", "evil.example:8080"));
        FakeExchange without = ask(new FakeExchange("GET", target).without("Host"));

        assertThat(rebound.status).isEqualTo(421);
        assertThat(without.status).isEqualTo(421);
        assertThat(rebound.body()).doesNotContain("<", "{", "evil");
        assertThat(tree.asked).isEmpty();
    }

    @Test
    void foreignPagesMayLinkHereAndNotReadHere() throws IOException {
        for (String site : List.of("cross-site", "same-site")) {
            assertThat(ask(new FakeExchange("GET", "/live").with("Sec-Fetch-Site", site)).status)
                    .isEqualTo(403);
            assertThat(ask(new FakeExchange("GET", "/history").with("Sec-Fetch-Site", site)).status)
                    .isEqualTo(403);
            assertThat(ask(new FakeExchange("GET", "/").with("Sec-Fetch-Site", site)).status)
                    .isEqualTo(200);
        }
        assertThat(tree.asked).isEmpty();
        assertThat(
                        ask(new FakeExchange("GET", "/history")
                                        .with("Sec-Fetch-Site", "same-origin"))
                                .status)
                .isEqualTo(200);
    }

    @Test
    void asksTheTreeAsOneWhoMayReadAndNothingElse() throws IOException {
        tree.documents.put("history", "[{\"n\":\"x\",\"v\":1}]");

        FakeExchange answer = get("/history?series=aaaa%2Fair%2Ftemperature&from=1.5&points=240");

        assertThat(answer.status).isEqualTo(200);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/senml+json");
        assertThat(answer.body()).isEqualTo("[{\"n\":\"x\",\"v\":1}]");
        Request request = tree.asked("history").getFirst();
        assertThat(request.method()).isEqualTo(Request.Method.GET);
        assertThat(request.query())
                .containsExactly("series=aaaa/air/temperature", "from=1.5", "points=240");
        assertThat(request.caller())
                .isEqualTo(
                        new Caller(
                                Caller.Via.PAGE,
                                null,
                                Set.of(Grant.of(Grant.Role.MONITOR), Grant.of(Grant.Role.READ))));
    }

    @Test
    void saysWhyTheTreeRefused() throws IOException {
        for (Map.Entry<Integer, Integer> code :
                Map.of(400, 400, 413, 413, 503, 503, 402, 400).entrySet()) {
            tree.refusals.put(
                    "history",
                    new Response(
                            code.getKey(),
                            ProblemDetails.CONTENT_FORMAT,
                            new ProblemDetails(code.getKey(), "No", "ask for a shorter time")
                                    .encode(),
                            0));

            FakeExchange answer = get("/history");

            assertThat(answer.status).isEqualTo(code.getValue());
            assertThat(answer.body()).isEqualTo("ask for a shorter time\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/peers",
                "/trust",
                "/files",
                "/actuators/fan",
                "/index.html",
                "/../history",
                "//",
                "/history/",
                "/page.js/x"
            })
    void thereIsNothingElse(String target) throws IOException {
        assertThat(ask(new FakeExchange("GET", "http://127.0.0.1:8080" + target)).status)
                .isEqualTo(404);
        assertThat(tree.asked).isEmpty();
    }

    @Test
    void whoWatchesStaysAndIsTold() throws IOException {
        FakeExchange viewer = get("/live");

        assertThat(viewer.closed).isFalse();
        assertThat(viewer.events()).hasSize(5);
        FakeExchange head = ask(new FakeExchange("HEAD", "/live"));
        assertThat(head.status).isEqualTo(200);
        assertThat(head.closed).isTrue();
    }

    @Test
    void oneViewerTooManyIsToldSo() throws IOException {
        for (int i = 0; i < Live.VIEWERS_MAX; i++) {
            assertThat(get("/live").closed).isFalse();
        }

        FakeExchange late = get("/live");

        assertThat(late.status).isEqualTo(503);
        assertThat(header(late, "Retry-After")).isNotEmpty();
        assertThat(late.closed).isTrue();
    }
}
