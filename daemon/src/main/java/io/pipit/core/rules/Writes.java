package io.pipit.core.rules;

import io.pipit.config.rule.Action.Target;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.OnceLog;
import io.pipit.monitor.Percentiles;
import io.pipit.port.Entropy;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.acting.Actuators;
import io.pipit.port.acting.Actuators.Outcome;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.rules.RuleEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.LoggerFactory;

/**
 * The writes of all rules: on their way out, and back as events. Each holding has one under way at
 * the most. Node loop; outcomes come from any thread.
 */
final class Writes {
    /** What is counted of them. */
    record Counters(Counter sent, Counter refused, Counter unanswered, Counter heldBack) {
        static Counters in(Metrics metrics) {
            return new Counters(
                    metrics.counter(
                            "pipit_rule_writes", "Writes to actuators by rules, renewals too"),
                    metrics.counter("pipit_rule_writes_refused", "Those of them that were refused"),
                    metrics.counter(
                            "pipit_rule_writes_unanswered",
                            "Those of them that had no outcome within 30 s"),
                    metrics.counter(
                            "pipit_rule_writes_held_back",
                            "Writes by rules put off because the one before was less than 100 ms ago"));
        }
    }

    final Entropy entropy;
    final Counters counters;
    private final Actuators actuators;
    private final Inbox inbox;
    private final Health health;
    private final OnceLog log = new OnceLog(LoggerFactory.getLogger(Rules.class));
    private final Percentiles outcomes = Percentiles.ofAll();
    private long number;

    Writes(Actuators actuators, Inbox inbox, Entropy entropy, Health health, Metrics metrics) {
        this.actuators = actuators;
        this.inbox = inbox;
        this.entropy = entropy;
        this.health = health;
        this.counters = Counters.in(metrics);
        metrics.summary(
                "pipit_rule_write_seconds",
                "From a rule's write until its actuator was set",
                outcomes);
    }

    /** Tells the next write from all others. */
    long number() {
        return ++number;
    }

    void send(long which, Write write) {
        counters.sent().increment();
        CompletionStage<Outcome> stage;
        try {
            stage = actuators.set(write);
        } catch (RuntimeException e) {
            stage = CompletableFuture.completedFuture(new Outcome.Refused(e.toString()));
        }
        // Where the inbox is full, the holding's own patience ends the wait.
        var _ =
                stage.whenComplete((outcome, error) ->
                        inbox.offer(
                                new Event.Rule(
                                        new RuleEvent.Acted(
                                                which,
                                                error == null
                                                        ? outcome
                                                        : new Outcome.Refused(error.toString())))));
    }

    void done(String rule, Target target, long nanos) {
        outcomes.record(nanos);
        log.well(subject(rule, target), "is set again");
    }

    void failed(String rule, Target target, String why) {
        log.warn(subject(rule, target), "can't be set: " + why);
    }

    /**
     * Says in the health that a rule can't set what it wants to.
     *
     * @param topic of the holding alone
     * @param why empty where it can, or doesn't want to any more
     */
    void complain(String topic, String rule, Target target, String why) {
        health.also(
                Part.SENSORS,
                topic,
                why.isEmpty() ? "" : "rule %s can't set %s: %s".formatted(rule, target, why));
    }

    private static String subject(String rule, Target target) {
        return "rule " + rule + ", " + target;
    }
}
