package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Grant;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.ProblemDetails;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceTreeTest {
    private final Bench bench = new Bench();

    private static Caller caller(String who) {
        return switch (who) {
            case "open" -> Bench.monitor();
            case "health-only" ->
                    new Caller(Caller.Via.MONITOR, null, Set.of(Grant.of(Grant.Role.MONITOR)));
            case "socket" -> Bench.socket();
            case "nobody" -> Bench.peer();
            default -> Bench.peer(who.split("\\+", -1));
        };
    }

    /** 205 where it answers; peers' and status' answers come later and count as that. */
    private int code(String who, String path) {
        Answers answers = bench.as(caller(who)).ask(path);
        if (answers.all.isEmpty()) {
            assertThat(path).isEqualTo("/peers");
            return 205;
        }
        return answers.code();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    who                | core | health | metrics | peers | sensors | air/t | host/load | readings | trust | history
                    open               | 205  | 205    | 205     | 205   | 205     | 205   | 205       | 205      | 404   | 404
                    health-only        | 205  | 205    | 205     | 205   | 403     | 403   | 403       | 403      | 404   | 404
                    socket             | 205  | 205    | 205     | 205   | 205     | 205   | 205       | 205      | 205   | 205
                    nobody             | 403  | 403    | 403     | 403   | 403     | 403   | 403       | 403      | 404   | 404
                    monitor            | 205  | 205    | 205     | 205   | 403     | 403   | 403       | 403      | 404   | 404
                    read               | 403  | 403    | 403     | 403   | 205     | 205   | 205       | 205      | 404   | 404
                    monitor+read       | 205  | 205    | 205     | 205   | 205     | 205   | 205       | 205      | 404   | 404
                    read:air/*         | 403  | 403    | 403     | 403   | 205     | 205   | 403       | 403      | 404   | 404
                    monitor:health     | 403  | 205    | 403     | 403   | 403     | 403   | 403       | 403      | 404   | 404
                    write              | 403  | 403    | 403     | 403   | 403     | 403   | 403       | 403      | 404   | 404
                    bulk               | 403  | 403    | 403     | 403   | 403     | 403   | 403       | 403      | 404   | 404
                    admin              | 205  | 205    | 205     | 205   | 205     | 205   | 205       | 205      | 404   | 404
                    """)
    void everyRoleSeesItsOwnPathsAndNoOther(
            String who,
            int core,
            int health,
            int metrics,
            int peers,
            int sensors,
            int air,
            int host,
            int readings,
            int trust,
            int history) {
        bench.history.has(
                Bench.reading(1, "air/t", 1, "Cel"), Bench.reading(2, "host/load", 1, "/"));

        assertThat(code(who, "/.well-known/core")).as("core").isEqualTo(core);
        assertThat(code(who, "/health")).as("health").isEqualTo(health);
        assertThat(code(who, "/metrics")).as("metrics").isEqualTo(metrics);
        assertThat(code(who, "/peers")).as("peers").isEqualTo(peers);
        assertThat(code(who, "/sensors")).as("sensors").isEqualTo(sensors);
        assertThat(code(who, "/sensors/air/t")).as("air/t").isEqualTo(air);
        assertThat(code(who, "/sensors/host/load")).as("host/load").isEqualTo(host);
        assertThat(code(who, "/readings")).as("readings").isEqualTo(readings);
        assertThat(code(who, "/trust")).as("trust").isEqualTo(trust);
        assertThat(code(who, "/history")).as("history").isEqualTo(history);
        assertThat(bench.metric("pipit_requests")).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GET")
    void theMonitoringEndpointOnlyReads(Request.Method method) {
        for (String path :
                List.of(
                        "/health",
                        "/sensors/air/t",
                        "/readings",
                        "/trust",
                        "/nothing",
                        "/inbox/x")) {
            Answers answers = bench.as(Bench.monitor()).method(method).ask(path);

            assertThat(answers.code()).as(path).isEqualTo(405);
            assertThat(answers.only().payload()).isEmpty();
        }
        assertThat(bench.metric("pipit_requests_denied")).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GET")
    void whatCannotBeWrittenIsNot(Request.Method method) {
        for (String path :
                List.of("/health", "/metrics", "/sensors", "/sensors/air/t", "/readings")) {
            assertThat(bench.as(Bench.socket()).method(method).ask(path).code())
                    .as(path)
                    .isEqualTo(405);
            assertThat(bench.as(Bench.peer("admin")).method(method).ask(path).code())
                    .as(path)
                    .isEqualTo(405);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/x",
                "/health/",
                "/sensors/air",
                "/sensors/air/t/x",
                "/sensors/A/t",
                "/.well-known/other",
                "/sensors//",
                "/sensors/air/t2"
            })
    void whatIsNotThereIsNotFound(String path) {
        assertThat(bench.as(Bench.socket()).ask(path).code()).isEqualTo(404);
    }

    @Test
    void whyIsSaidToThoseWhoAreKnownAlone() throws Exception {
        Answers peer = bench.as(Bench.peer("monitor")).ask("/readings");
        Answers socket = bench.as(Bench.socket()).ask("/nothing");
        Answers open = bench.as(Bench.monitor()).ask("/nothing");

        assertThat(peer.only().contentFormat()).isEqualTo(ProblemDetails.CONTENT_FORMAT);
        assertThat(peer.problem().code()).isEqualTo(403);
        assertThat(peer.problem().title()).isEqualTo("Forbidden");
        assertThat(socket.problem().detail()).contains("/nothing");
        assertThat(open.only().payload()).isEmpty();
        assertThat(open.only().contentFormat()).isEqualTo(Request.NONE);
        assertThat(bench.metric("pipit_requests_denied")).isEqualTo(1);
        assertThat(bench.metric("pipit_requests_refused")).isEqualTo(2);
    }

    @Test
    void whatIsQuotedFitsADatagram() throws Exception {
        Answers answers = bench.as(Bench.socket()).ask("/health?" + "x".repeat(255) + "=1");

        assertThat(answers.code()).isEqualTo(400);
        assertThat(answers.only().payload().length).isLessThan(400);
    }

    @ParameterizedTest
    @CsvSource({
        "/health, 110", "/health, 0", "/peers, 112", "/sensors/air/t, 50", "/sensors/air/t, 60",
        "/readings, 40", "/metrics, 50", "/sensors, 110", "/.well-known/core, 50", "/history, 50",
        "/trust, 110"
    })
    void whatIsNotOfferedIsNotAcceptable(String path, int accept) throws Exception {
        bench.history.has(Bench.reading(1, "air/t", 1, "Cel"));

        Answers answers = bench.as(Bench.socket()).accept(accept).ask(path);

        assertThat(answers.code()).isEqualTo(406);
        assertThat(answers.problem().detail()).contains("content-formats");
    }

    @Test
    void aMistakeOfItsOwnIsAnAnswerAndCounted() throws Exception {
        bench.history.slice = null;

        Answers answers = bench.as(Bench.socket()).ask("/readings");

        assertThat(answers.code()).isEqualTo(500);
        assertThat(answers.problem().detail()).isEqualTo("see the journal of the node");
        assertThat(bench.metric("pipit_requests_failed")).isEqualTo(1);
    }

    @Test
    void showsEachCallerWhatItMaySee() {
        bench.history.has(
                Bench.reading(1, "air/temperature", 1, "Cel"),
                Bench.reading(2, "air/humidity", 1, "%RH"),
                Bench.reading(3, "host/load", 1, "/"));

        assertThat(bench.as(Bench.monitor()).ask("/.well-known/core").text())
                .isEqualTo(
                        "</health>;rt=\"pipit.health\";ct=\"50 60\";obs,"
                                + "</metrics>;rt=\"pipit.metrics\";ct=0,"
                                + "</peers>;rt=\"pipit.peers\";ct=\"50 60\";obs,"
                                + "</sensors>;rt=\"pipit.sensors\";ct=\"40 50 60\";obs,"
                                + "</readings>;rt=\"pipit.log\";ct=\"110 112\";obs,"
                                + "</actuators>;rt=\"pipit.actuators\";ct=\"40 50 60\";obs,"
                                + "</sensors/air/humidity>;rt=\"urn:oma:lwm2m:ext:3304\";"
                                + "if=\"core.s\";ct=\"110 112\";obs,"
                                + "</sensors/air/temperature>;rt=\"urn:oma:lwm2m:ext:3303\";"
                                + "if=\"core.s\";ct=\"110 112\";obs,"
                                + "</sensors/host/load>;rt=\"urn:oma:lwm2m:ext:3300\";"
                                + "if=\"core.s\";ct=\"110 112\";obs");
        assertThat(bench.as(Bench.peer("monitor", "read:host/*")).ask("/.well-known/core").text())
                .contains("host/load")
                .doesNotContain("air", "trust", "history");
        assertThat(bench.as(Bench.peer("monitor")).ask("/.well-known/core").text())
                .doesNotContain("sensors", "readings");
        assertThat(bench.as(Bench.socket()).ask("/.well-known/core").text())
                .contains("</trust>", "</history>");
    }

    @Test
    void filtersWhatItShows() {
        bench.history.has(
                Bench.reading(1, "air/temperature", 1, "Cel"),
                Bench.reading(2, "air/humidity", 1, "%RH"));
        Caller caller = Bench.monitor();

        assertThat(
                        bench.as(caller)
                                .accept(40)
                                .ask("/.well-known/core?rt=urn:oma:lwm2m:ext:3303")
                                .text())
                .startsWith("</sensors/air/temperature>")
                .doesNotContain(",<");
        assertThat(bench.as(caller).ask("/.well-known/core?href=/sensors/*&ct=112").text())
                .contains("humidity", "temperature")
                .doesNotContain("health");
        assertThat(bench.as(caller).ask("/.well-known/core?rt=nothing").text()).isEmpty();
    }

    @Test
    void whatCannotBeObservedSaysSo() {
        assertThat(bench.as(Bench.monitor()).observe().ask("/metrics").once).isTrue();
        assertThat(bench.as(Bench.monitor()).observe().ask("/.well-known/core").once).isTrue();
        assertThat(bench.as(Bench.socket()).observe().ask("/trust").once).isTrue();
        assertThat(bench.metric("pipit_observations")).isZero();
    }
}
