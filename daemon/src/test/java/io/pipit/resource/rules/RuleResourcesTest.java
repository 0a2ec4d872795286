package io.pipit.resource.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.port.Event;
import io.pipit.port.rules.RuleEvent;
import io.pipit.port.rules.RuleStatus;
import io.pipit.port.rules.Truth;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Request.Method;
import io.pipit.resource.exchange.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RuleResourcesTest {
    private final ManualTime time = new ManualTime();
    private final List<Request> passedOn = new ArrayList<>();
    private final List<Event> offered = new ArrayList<>();
    private boolean room = true;
    private final RuleResources resources =
            new RuleResources(
                    (request, exchange) -> passedOn.add(request),
                    event -> room && offered.add(event),
                    time);

    private List<Response> ask(Via via, Method method, String path, int accept) {
        List<Response> answers = new ArrayList<>();
        resources.handle(
                new Request(
                        method,
                        List.of(path),
                        List.of(),
                        accept,
                        Request.NONE,
                        new byte[0],
                        false,
                        new Caller(via, null, Set.of())),
                new Exchange() {
                    @Override
                    public int payloadBytesMax() {
                        return 1_024;
                    }

                    @Override
                    public void respond(Response response) {
                        answers.add(response);
                    }

                    @Override
                    public void onClosed(Runnable action) {}
                });
        return answers;
    }

    private void answer(RuleStatus... rules) {
        ((RuleEvent.Asked) ((Event.Rule) offered.getFirst()).event())
                .answer()
                .complete(List.of(rules));
    }

    @Test
    void saysHowTheRulesStandWhenTheLoopHasAnswered() {
        List<Response> answers = ask(Via.SOCKET, Method.GET, "rules", Request.NONE);
        assertThat(answers).isEmpty();

        long now = time.monotonicNanos();
        answer(
                new RuleStatus(
                        "cooling",
                        "air/temperature > 30",
                        Truth.UNKNOWN,
                        now - 1_500_000_000L,
                        "no reading",
                        2,
                        List.of(
                                new RuleStatus.Set(
                                        "shed/fan",
                                        1,
                                        now - 2_000_000_000L,
                                        false,
                                        RuleStatus.State.REFUSED,
                                        "no way"))));

        assertThat(new String(answers.getFirst().payload(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"rules\":[{\"name\":\"cooling\",\"when\":\"air/temperature > 30\","
                                + "\"state\":\"unknown\",\"since-seconds-ago\":1.5,\"why\":\"no reading\","
                                + "\"fired\":2,\"sets\":[{\"actuator\":\"shed/fan\",\"value\":1.0,"
                                + "\"state\":\"refused\",\"reason\":\"no way\",\"held\":false,"
                                + "\"seconds-ago\":2.0}]}]}");
    }

    @ParameterizedTest
    @EnumSource(value = Via.class, names = "SOCKET", mode = EnumSource.Mode.EXCLUDE)
    void isThereOnTheSocketAlone(Via via) {
        assertThat(ask(via, Method.GET, "rules", Request.NONE)).isEmpty();
        assertThat(passedOn).hasSize(1);
        assertThat(offered).isEmpty();
    }

    @Test
    void passesOnAllElseAndRefusesWhatItIsNot() {
        assertThat(ask(Via.SOCKET, Method.GET, "health", Request.NONE)).isEmpty();
        assertThat(passedOn).hasSize(1);
        assertThat(ask(Via.SOCKET, Method.PUT, "rules", Request.NONE).getFirst().code())
                .isEqualTo(405);
        assertThat(ask(Via.SOCKET, Method.GET, "rules", 110).getFirst().code()).isEqualTo(406);
        room = false;
        assertThat(ask(Via.SOCKET, Method.GET, "rules", 60).getFirst().code()).isEqualTo(503);
    }
}
