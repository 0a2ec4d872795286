package io.pipit.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.rule.Action;
import io.pipit.config.rule.ConditionParser;
import io.pipit.config.rule.KnownSeries;
import io.pipit.config.rule.Misread;
import io.pipit.config.rule.Rule;
import io.pipit.host.ManualTime;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.Watcher;
import io.pipit.port.rules.RuleEvent;
import io.pipit.port.rules.RuleStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class NodeRulesTest {
    private static final NodeId SELF = NodeId.ofBytes(new byte[16]);
    private static final NodeId SHED =
            NodeId.ofBytes(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});

    private final ManualTime time = new ManualTime();
    private final List<Event> offered = new ArrayList<>();
    private boolean room = true;
    private final NodeRules rules =
            new NodeRules(
                    SELF,
                    "greenhouse",
                    id -> id.equals(SHED) ? "shed" : null,
                    id -> true,
                    time,
                    () -> 0,
                    new NoActuators(),
                    event -> room && offered.add(event),
                    new Health(),
                    new Metrics());

    private static Rule rule(String when) throws Misread {
        return new Rule(
                Optional.empty(),
                new Rule.When(
                        when,
                        ConditionParser.parse(
                                when,
                                "greenhouse",
                                series ->
                                        new KnownSeries.Traits(
                                                Duration.ofMinutes(1), Optional.empty()))),
                new Action(
                        List.of(
                                new Action.Assignment(
                                        new Action.Target(Optional.empty(), "fan"), 1)),
                        Duration.ofMinutes(1)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private List<RuleStatus> status() {
        CompletableFuture<List<RuleStatus>> answer = new CompletableFuture<>();
        rules.handle(new Event.Rule(new RuleEvent.Asked(answer)));
        return answer.join();
    }

    @Test
    void watchesWhatItsRulesAreAboutAndNothingWithoutAny() throws Misread {
        rules.tick();
        assertThat(offered).isEmpty();

        rules.want(List.of(rule("shed/air/temperature > 30")));
        rules.tick();
        rules.tick();
        assertThat(offered)
                .singleElement()
                .satisfies(event ->
                        assertThat(((Event.WatchOpened) event).filter())
                                .hasToString("shed/air/temperature"));
        rules.want(List.of());
        rules.tick();
        assertThat(offered.getLast()).isInstanceOf(Event.WatchClosed.class);
        assertThat(rules.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void asksAgainToWatchWhereThereWasNoRoom() throws Misread {
        room = false;
        rules.want(List.of(rule("shed/air/temperature > 30")));
        rules.tick();
        room = true;

        rules.tick();

        assertThat(offered).hasSize(1);
    }

    @Test
    void aPeersReadingIsActedOnAndWhatCameOfItIsShown() throws Misread {
        rules.want(List.of(rule("shed/air/temperature > 30")));
        rules.tick();
        Watcher watcher = ((Event.WatchOpened) offered.getFirst()).watcher();

        watcher.arrived(
                SHED,
                new LogId(1),
                List.of(
                        new Reading(
                                1, new Stamp(1, 1), new Series("air", "temperature"), 31, "Cel")),
                true);
        rules.handle(offered.getLast());

        assertThat(status().getFirst().sets())
                .singleElement()
                .satisfies(
                        set -> assertThat(set.reason()).isEqualTo("there are no actuators here"));
    }
}
