package io.pipit.resource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.port.acting.Act;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.acting.Actuators.Writer.Kind;
import io.pipit.port.acting.Order.Origin;
import io.pipit.port.acting.Verdict;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.FakeActuators.Given;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActuatorDocumentsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int SENML_JSON = 110;

    private final Bench bench = new Bench();
    private final Caller writer = Bench.peer("read", "write:fan");

    @BeforeEach
    void aFan() {
        bench.actuators.has("fan", 0);
        bench.peers.known.put(
                Bench.PEER, new io.pipit.model.Peer(Bench.PEER, "shed", null, writer.grants()));
    }

    private Answers put(Caller caller, String path, String body) {
        return put(caller, path, body, Echo.NONE);
    }

    private Answers put(Caller caller, String path, String body, byte[] echo) {
        return bench.as(caller)
                .method(Request.Method.PUT)
                .body(SENML_JSON, body.getBytes(UTF_8))
                .echo(echo)
                .ask(path);
    }

    private byte[] given() {
        return bench.as(writer).accept(50).ask("/actuators").last().echo();
    }

    @Test
    void aWriteSaysWhatForHowLongAndWhichItIs() {
        Answers answers =
                put(
                        writer,
                        "/actuators/fan",
                        "[{\"vb\":true,\"ut\":2.5,\"log\":\"00112233445566ff\",\"seq\":7}]",
                        given());

        assertThat(answers.code()).isEqualTo(204);
        assertThat(bench.actuators.given)
                .containsExactly(
                        new Given(
                                new Write(
                                        null,
                                        "fan",
                                        1,
                                        Duration.ofMillis(2_500),
                                        new Writer(Kind.PEER, "shed")),
                                new Origin(Bench.PEER, Bench.LOG, 7)));
    }

    @Test
    void aWriteOfANodeTakesWhatTheLastAnswerGave() throws Exception {
        String write = "[{\"v\":1,\"log\":\"00112233445566ff\",\"seq\":7}]";

        Answers without = put(writer, "/actuators/fan", write);
        assertThat(without.code()).isEqualTo(401);
        assertThat(without.problem().detail()).contains("Echo");
        assertThat(bench.actuators.given).isEmpty();

        Answers then = put(writer, "/actuators/fan", write, without.last().echo());
        assertThat(then.code()).isEqualTo(204);
        assertThat(put(writer, "/actuators/fan", write, then.last().echo()).code()).isEqualTo(204);
    }

    @Test
    void aWriteThatWasUnderWayForLongIsRefused() {
        String write = "[{\"v\":1,\"log\":\"00112233445566ff\",\"seq\":7}]";
        byte[] before = given();
        bench.nowNanos += Echo.GOOD.toNanos() + 2 * SECOND;

        Answers late = put(writer, "/actuators/fan", write, before);

        assertThat(late.code()).isEqualTo(401);
        assertThat(bench.actuators.given).isEmpty();
        assertThat(put(writer, "/actuators/fan", write, late.last().echo()).code()).isEqualTo(204);
    }

    @Test
    void onlyANodeIsGivenAnEcho() {
        assertThat(given()).hasSize(12);
        assertThat(bench.as(Bench.monitor()).ask("/actuators").last().echo()).isEmpty();
        assertThat(put(writer, "/actuators/fan", "[{\"v\":1}]").last().echo()).isEmpty();
    }

    @Test
    void anotherVendorsClientNeedsAValueAlone() {
        assertThat(put(writer, "/actuators/fan", "[{\"v\":1}]").code()).isEqualTo(204);
        assertThat(
                        put(writer, "/actuators/fan", "[{\"n\":\"fan/state\",\"u\":\"/\",\"v\":0}]")
                                .code())
                .isEqualTo(204);

        assertThat(bench.actuators.given)
                .extracting(given -> given.write().value() + " " + given.write().lease())
                .containsExactly("1.0 PT0S", "0.0 PT0S");
        assertThat(bench.actuators.given).allMatch(given -> given.origin() == null);
    }

    @Test
    void theSocketIsThisMachineAndNobodysLogCounts() {
        put(Bench.socket(), "/actuators/fan", "[{\"v\":1,\"log\":\"00112233445566ff\",\"seq\":7}]");

        assertThat(bench.actuators.given.getFirst())
                .isEqualTo(
                        new Given(
                                new Write(
                                        null, "fan", 1, Duration.ZERO, new Writer(Kind.LOCAL, "")),
                                null));
    }

    @Test
    void theSocketSetsAPeersToo() {
        put(Bench.socket(), "/peers/shed/actuators/pump", "[{\"v\":1,\"ut\":60}]");

        assertThat(bench.actuators.given.getFirst().write())
                .isEqualTo(
                        new Write(
                                "shed",
                                "pump",
                                1,
                                Duration.ofMinutes(1),
                                new Writer(Kind.LOCAL, "")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|400",
                "[{\"v\":1},{\"v\":0}]|400",
                "[{\"vs\":\"on\"}]|400",
                "[{\"v\":1,\"ut\":-1}]|400",
                "[{\"v\":1,\"lease_\":1}]|400",
                "{\"v\":1}|400",
                "[{\"n\":\"pump/state\",\"v\":1}]|422",
                "[{\"u\":\"Cel\",\"v\":1}]|422",
            })
    void whatIsNoWriteToItIsRefused(String body, int code) {
        assertThat(put(writer, "/actuators/fan", body).code()).isEqualTo(code);
        assertThat(bench.actuators.given).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN,404",
        "OUT_OF_RANGE,422",
        "HELD,409",
        "LATE,412",
        "UNAVAILABLE,503",
        "FORBIDDEN,502",
        "UNREACHABLE,504"
    })
    void everyVerdictHasACodeAndSaysWhy(Verdict.Kind kind, int code) throws Exception {
        bench.actuators.verdict = new Verdict(kind, "for this reason");

        Answers answers = put(writer, "/actuators/fan", "[{\"v\":1}]");

        assertThat(answers.code()).isEqualTo(code);
        assertThat(answers.problem().detail()).isEqualTo("for this reason");
    }

    @Test
    void readingItSaysTheValueSinceWhenAndForHowLong() throws Exception {
        bench.actuators.is(
                "fan", 1, new Writer(Kind.PEER, "shed"), bench.nowNanos + 30 * SECOND, true, "");

        Answers answers = bench.as(writer).ask("/actuators/fan");

        Senml.Setting setting = Senml.decodeSetting(answers.last().payload(), Format.CBOR);
        assertThat(setting.holdMicros()).isEqualTo(30_000_000);
        assertThat(setting.item())
                .isEqualTo(new Senml.Item(Bench.NODE + "/", "fan/state", "/", -2_000_000, 1.0));
    }

    @Test
    void observingItTellsEachChangeOnceAndEndsWithTheRole() {
        Answers answers = bench.as(writer).observe().accept(SENML_JSON).ask("/actuators/fan");
        assertThat(answers.all).hasSize(1);

        bench.actuators.has("fan", 0);
        assertThat(answers.all).hasSize(1);
        bench.actuators.is("fan", 1, null, 0, true, "");
        assertThat(answers.all).hasSize(2);
        assertThat(answers.text()).contains("\"v\":1");

        bench.tree.grantsChanged(java.util.List.of());
        assertThat(answers.last().code()).isEqualTo(403);
        assertThat(bench.actuators.listeners).isEmpty();
    }

    @Test
    void onThatIsNotThereOrNotOpenSaysSo() throws Exception {
        bench.actuators.is("pump", Double.NaN, null, 0, false, "no such line");

        assertThat(bench.as(writer).ask("/actuators/fam").code()).isEqualTo(404);
        Answers answers = bench.as(writer).ask("/actuators/pump");
        assertThat(answers.code()).isEqualTo(503);
        assertThat(answers.problem().detail()).isEqualTo("pump: no such line");
    }

    @Test
    void theListShowsWhatACallerMayReadWithHolderAndTimeLeft() throws Exception {
        bench.actuators.has("pump", 0);
        bench.actuators.is(
                "fan",
                1,
                new Writer(Kind.RULE, "ventilation"),
                bench.nowNanos + 1_500_000_000L,
                true,
                "");

        Document json = bench.as(Bench.peer("read:fan")).accept(50).ask("/actuators").json();

        assertThat(json.get("actuators").items())
                .singleElement()
                .hasToString(
                        "{\"name\":\"fan\",\"quantity\":\"state\",\"unit\":\"/\",\"min\":0.0,\"max\":1.0,"
                                + "\"on-off\":true,\"safe\":0.0,\"value\":1.0,\"since-seconds-ago\":2.0,"
                                + "\"held-by\":{\"kind\":\"rule\",\"name\":\"ventilation\"},\"left-seconds\":1.5,"
                                + "\"state\":\"ok\",\"lease-seconds\":600.0,\"max-lease-seconds\":86400.0}");
        assertThat(json.get("peers").isPresent()).isFalse();
        assertThat(bench.as(writer).ask("/actuators").text())
                .isEqualTo(
                        "</actuators/fan>;rt=\"urn:oma:lwm2m:ext:3306\";if=\"core.a\";ct=\"110 112\";obs,"
                                + "</actuators/pump>;rt=\"urn:oma:lwm2m:ext:3306\";if=\"core.a\";ct=\"110 112\";obs");
    }

    @Test
    void theSocketSeesPeersAndWhoSetWhatWhen() throws Exception {
        bench.actuators.peers.add(new Actuator("shed", "pump", "level", "/", 0, 1, false, 0));
        bench.actuators.add(
                new Act(
                        1_767_225_592_250_000L,
                        "fan",
                        Act.What.SET,
                        1,
                        new Writer(Kind.PEER, "shed"),
                        Duration.ofSeconds(90),
                        ""));

        Document list = bench.as(Bench.socket()).accept(50).ask("/actuators").json();
        Document log = bench.as(Bench.socket()).ask("/actuators?log=10").json();

        assertThat(list.get("peers").items().getFirst().get("node").text("")).isEqualTo("shed");
        assertThat(log.get("acts").items())
                .singleElement()
                .hasToString(
                        "{\"time\":\"2025-12-31T23:59:52.250Z\",\"actuator\":\"fan\",\"what\":\"set\",\"value\":1.0,"
                                + "\"by\":\"peer\",\"name\":\"shed\",\"for-seconds\":90.0}");
        assertThat(bench.as(writer).accept(50).ask("/actuators?log=10").code()).isEqualTo(400);
        assertThat(bench.as(Bench.socket()).ask("/actuators?log=0").code()).isEqualTo(400);
    }
}
