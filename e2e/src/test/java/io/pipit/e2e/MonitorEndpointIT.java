package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/** The monitoring endpoint as libcoap's client sees it. */
class MonitorEndpointIT {
    private static final String UDP = "coap";
    private static final String TCP = "coap+tcp";
    private static final String JSON = "50";
    private static final String CBOR = "60";
    private static final String SENML_JSON = "110";
    private static final String SENML_CBOR = "112";

    @TempDir static Path folder;
    private static RunningNode node;

    @BeforeAll
    static void start() {
        node =
                new RunningNode(folder, "greenhouse")
                        .with(
                                """
                                [[sensor]]
                                name = "host"
                                driver = "host"
                                every = "500ms"

                                [[sensor]]
                                name = "air"
                                driver = "bme280"
                                bus = "simulated"
                                address = 0x76
                                every = "500ms"
                                """)
                        .start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {UDP, TCP})
    void listsWhatThereIsAndFiltersByResourceType(String scheme) {
        String all = get(scheme, "/.well-known/core").text();
        assertThat(all)
                .contains("</health>", "</metrics>", "</peers>", "</readings>")
                .contains("</sensors/air/temperature>", "</sensors/host/load>");
        String temperatures = get(scheme, "/.well-known/core?rt=urn:oma:lwm2m:ext:3303").text();
        assertThat(temperatures)
                .contains("</sensors/air/temperature>")
                .doesNotContain("</sensors/air/humidity>", "</health>");
    }

    @ParameterizedTest
    @ValueSource(strings = {UDP, TCP})
    void answersHealthInJsonAndCbor(String scheme) {
        JsonNode json = new ObjectMapper().readTree(get(scheme, "/health").out());
        assertThat(json.get("status").asString()).isIn("ok", "degraded");
        assertThat(json.at("/parts/store/status").asString()).isEqualTo("ok");
        JsonNode cbor = new CBORMapper().readTree(get(scheme, "/health", "-A", CBOR).out());
        assertThat(cbor.at("/parts/store/status").asString()).isEqualTo("ok");
        assertThat(get(scheme, "/peers", "-A", JSON).text()).isNotBlank();
        assertThat(get(scheme, "/peers", "-A", CBOR).out()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {UDP, TCP})
    void answersMetricsInOpenMetricsText(String scheme) {
        assertThat(get(scheme, "/metrics").text()).contains("# TYPE pipit_").endsWith("# EOF\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {UDP, TCP})
    void answersTheNewestReadingInBothForms(String scheme) {
        JsonNode json =
                new ObjectMapper()
                        .readTree(get(scheme, "/sensors/air/temperature", "-A", SENML_JSON).out());
        assertThat(json.get(0).get("u").asString()).isEqualTo("Cel");
        assertThat(json.get(0).get("v").asDouble()).isBetween(-40.0, 85.0);
        JsonNode cbor =
                new CBORMapper()
                        .readTree(get(scheme, "/sensors/air/temperature", "-A", SENML_CBOR).out());
        assertThat(cbor.isArray()).isTrue();
        assertThat(cbor.get(0).get("2").asDouble()).isBetween(-40.0, 85.0);
        assertThat(get(scheme, "/readings?series=host/*&limit=5", "-A", SENML_JSON).text())
                .contains("host/");
    }

    @ParameterizedTest
    @ValueSource(strings = {UDP, TCP})
    void notifiesObserversOfEachResourceThatMayBeObserved(String scheme) {
        assertThat(occurrences(observe(scheme, "/sensors/air/temperature", 4, SENML_JSON), "\"v\""))
                .isGreaterThanOrEqualTo(3);
        assertThat(
                        occurrences(
                                observe(scheme, "/readings?series=host/load", 4, SENML_JSON),
                                "host/load"))
                .isGreaterThanOrEqualTo(3);
        assertThat(observe(scheme, "/health", 2, JSON)).contains("\"status\"");
        assertThat(observe(scheme, "/peers", 2, JSON)).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {UDP, TCP})
    void notifiesNoMoreOftenThanWasAskedFor(String scheme) {
        String slow = observe(scheme, "/sensors/host/load?c.pmin=3", 5, SENML_JSON);
        assertThat(occurrences(slow, "\"v\"")).isBetween(1, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {UDP, TCP})
    void refusesEveryWrite(String scheme) {
        for (String method : List.of("put", "post", "delete")) {
            Program.Outcome outcome =
                    Program.peer(
                            "coap-client-notls",
                            "-m",
                            method,
                            "-e",
                            "x",
                            "-B",
                            "5",
                            uri(scheme, "/health"));
            assertThat(outcome.text() + outcome.err()).as(method).contains("4.05");
        }
    }

    private static Program.Outcome get(String scheme, String path, String... options) {
        List<String> arguments = new ArrayList<>(List.of("-m", "get", "-B", "5"));
        arguments.addAll(List.of(options));
        arguments.add(uri(scheme, path));
        Program.Outcome outcome =
                Program.peer("coap-client-notls", arguments.toArray(String[]::new)).hasExit(0);
        // It ends what it prints with a line feed of its own.
        int length = outcome.out().length;
        return length == 0
                ? outcome
                : new Program.Outcome(
                        outcome.command(),
                        outcome.exit(),
                        Arrays.copyOf(outcome.out(), length - 1),
                        outcome.err());
    }

    private static String observe(String scheme, String path, int seconds, String accept) {
        return get(scheme, path, "-A", accept, "-s", Integer.toString(seconds)).text();
    }

    private static String uri(String scheme, String path) {
        return scheme + "://127.0.0.1:" + node.monitorPort + path;
    }

    private static int occurrences(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }
}
