package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.resource.doctor.Doctor.Finding;
import io.pipit.resource.doctor.Doctor.State;
import io.pipit.wire.Document;
import io.pipit.wire.WireException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosesTest {
    private final Bench bench = new Bench();

    @Test
    void answersWhenAllWasTried() throws WireException {
        var answers = bench.as(Bench.socket()).ask("/doctor");
        assertThat(answers.all).isEmpty();
        bench.examination.complete(
                List.of(
                        Finding.ok("clock", "clock", "synchronised"),
                        new Finding(
                                "peer",
                                "shed over UDP",
                                State.FAILED,
                                "no answer",
                                "switch it on")));
        List<Document> findings = answers.json().get("findings").items();
        assertThat(findings).hasSize(2);
        assertThat(findings.get(0).get("state").text("")).isEqualTo("ok");
        assertThat(findings.get(0).get("remedy").isPresent()).isFalse();
        assertThat(findings.get(1).get("what").text("")).isEqualTo("shed over UDP");
        assertThat(findings.get(1).get("remedy").text("")).isEqualTo("switch it on");
    }

    @Test
    void oneExaminationAtATime() {
        var first = bench.as(Bench.socket()).ask("/doctor");
        assertThat(bench.as(Bench.socket()).ask("/doctor").code()).isEqualTo(503);
        bench.examination.complete(List.of());
        assertThat(first.code()).isEqualTo(205);
        assertThat(bench.as(Bench.socket()).ask("/doctor").code()).isEqualTo(205);
    }

    @Test
    void oneThatBreaksIsSaidAndTheNextOneIsTaken() {
        var first = bench.as(Bench.socket()).ask("/doctor");
        bench.examination.completeExceptionally(new IllegalStateException("broken"));
        assertThat(first.code()).isEqualTo(500);
        assertThat(bench.as(Bench.socket()).ask("/doctor").code()).isEqualTo(500);
    }

    @Test
    void isForThisMachinesUsersAlone() {
        assertThat(bench.as(Bench.peer("admin")).ask("/doctor").code()).isEqualTo(404);
        assertThat(bench.as(Bench.monitor()).ask("/doctor").code()).isEqualTo(404);
    }
}
