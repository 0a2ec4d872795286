package io.pipit.core.rules;

import io.pipit.config.rule.Action;
import io.pipit.config.rule.ConditionParser;
import io.pipit.config.rule.KnownSeries;
import io.pipit.config.rule.Misread;
import io.pipit.config.rule.Rule;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Actuators;
import io.pipit.port.rules.RuleEvent;
import io.pipit.port.rules.RuleStatus;
import io.pipit.port.rules.Truth;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Rules between fakes, with clocks that are moved by hand. */
final class RuleStage {
    static final NodeId SELF = id('A');
    static final NodeId SHED = id('B');
    static final LogId LOG = new LogId(0xabc);
    static final long SECOND = 1_000_000_000L;
    static final Duration STALE_AFTER = Duration.ofSeconds(60);

    /** Writes down what it is asked for, and answers as it is told to. */
    static final class FakeActuators implements Actuators {
        final List<Write> writes = new ArrayList<>();
        final List<CompletableFuture<Outcome>> waiting = new ArrayList<>();

        /** Null for an answer that the test gives. */
        @Nullable Outcome answer = new Outcome.Done();

        @Override
        public CompletionStage<Outcome> set(Write write) {
            writes.add(write);
            Outcome now = answer;
            if (now != null) {
                return CompletableFuture.completedFuture(now);
            }
            CompletableFuture<Outcome> later = new CompletableFuture<>();
            waiting.add(later);
            return later;
        }

        @Override
        public List<Actuator> list() {
            return List.of();
        }
    }

    long nanos = 1_000 * SECOND;
    long wallMicros = 1_700_000_000_000_000L;
    boolean synchronised = true;
    final Set<NodeId> unheard = new HashSet<>();
    final FakeActuators actuators = new FakeActuators();
    final List<String> changes = new ArrayList<>();
    final Metrics metrics = new Metrics();
    final Health health = new Health();
    final Rules rules;
    private final ArrayDeque<RuleEvent> events = new ArrayDeque<>();
    private final Map<NodeId, Long> sequences = new HashMap<>();

    RuleStage() {
        TimeSource time =
                new TimeSource() {
                    @Override
                    public long monotonicNanos() {
                        return nanos;
                    }

                    @Override
                    public long wallMicros() {
                        return wallMicros;
                    }

                    @Override
                    public boolean synchronised() {
                        return synchronised;
                    }
                };
        Rules.Nodes nodes =
                new Rules.Nodes() {
                    @Override
                    public boolean isOwn(NodeId node) {
                        return node.equals(SELF);
                    }

                    @Override
                    public @Nullable String nameOf(NodeId node) {
                        return node.equals(SHED) ? "shed" : null;
                    }

                    @Override
                    public boolean isHeard(NodeId node) {
                        return !unheard.contains(node);
                    }
                };
        rules =
                new Rules(
                        nodes,
                        time,
                        () -> 0,
                        actuators,
                        event -> events.add(((Event.Rule) event).event()),
                        ZoneId.of("UTC"),
                        (rule, what, now, at, why) -> changes.add(rule + " " + now),
                        health,
                        metrics);
    }

    /** What the health says of what rules can't set; empty where they can. */
    String trouble() {
        return health.parts().get(Health.Part.SENSORS).reason();
    }

    /** These are the rules. */
    RuleStage with(Rule... all) {
        rules.configure(List.of(all));
        settle();
        return this;
    }

    /** One rule of this condition, which sets the fan for ten minutes. */
    static RuleStage of(String when) {
        return new RuleStage().with(rule(when));
    }

    /** The same, where a value is stale after another time. */
    static RuleStage of(String when, Duration staleAfter) {
        Rule rule = rule(when);
        return new RuleStage()
                .with(
                        new Rule(
                                rule.name(),
                                new Rule.When(when, condition(when, staleAfter)),
                                rule.set(),
                                rule.otherwise(),
                                rule.unknown(),
                                rule.staleAfter(),
                                rule.timeZone()));
    }

    static Rule rule(String when) {
        return rule(when, null, null);
    }

    static Rule rule(String when, @Nullable Action otherwise, @Nullable Action unknown) {
        return new Rule(
                Optional.empty(),
                new Rule.When(when, condition(when, STALE_AFTER)),
                fan(1),
                Optional.ofNullable(otherwise),
                Optional.ofNullable(unknown),
                Optional.empty(),
                Optional.empty());
    }

    static io.pipit.config.rule.Condition condition(String when, Duration staleAfter) {
        try {
            return ConditionParser.parse(
                    when,
                    "greenhouse",
                    series -> new KnownSeries.Traits(staleAfter, Optional.empty()));
        } catch (Misread e) {
            throw new IllegalArgumentException(when, e);
        }
    }

    static Action fan(double value) {
        return new Action(
                List.of(
                        new Action.Assignment(
                                new Action.Target(Optional.of("shed"), "fan"), value)),
                Duration.ofMinutes(10));
    }

    /** An own reading of {@code air/…}, now. */
    RuleStage own(String quantity, double value) {
        return arrived(SELF, quantity, value, "Cel", 0, true);
    }

    /** A reading of the peer. */
    RuleStage shed(String quantity, double value) {
        return arrived(SHED, quantity, value, "Cel", 0, true);
    }

    /**
     * One reading.
     *
     * @param delayNanos how long ago it was taken
     */
    RuleStage arrived(
            NodeId origin,
            String quantity,
            double value,
            String unit,
            long delayNanos,
            boolean live) {
        long sequence = sequences.merge(origin, 1L, Long::sum);
        // Whose monotonic clock began at another time.
        long stamp = (nanos - delayNanos) / 1_000 + (origin.equals(SHED) ? 77_000_000 : 0);
        rules.arrived(
                origin,
                LOG,
                List.of(
                        new Reading(
                                sequence,
                                new Stamp(1, stamp),
                                new Series("air", quantity),
                                value,
                                unit)),
                live);
        settle();
        return this;
    }

    /** Time goes by, with what is due at its time. */
    RuleStage after(double seconds) {
        long end = nanos + Math.round(seconds * SECOND);
        while (nanos < end) {
            long next = Math.min(end, Math.min(nanos + SECOND, rules.nextDeadlineNanos()));
            wallMicros += (next - nanos) / 1_000;
            nanos = Math.max(next, nanos);
            settle();
        }
        return this;
    }

    /** The loop is held up: time goes by and nothing is stepped. */
    RuleStage stalled(double seconds) {
        nanos += Math.round(seconds * SECOND);
        wallMicros += Math.round(seconds * 1e6);
        return this;
    }

    /** What is there is done. */
    void settle() {
        do {
            for (RuleEvent event = events.poll(); event != null; event = events.poll()) {
                rules.handle(event);
            }
            rules.tick();
        } while (!events.isEmpty());
    }

    List<RuleStatus> status() {
        CompletableFuture<List<RuleStatus>> answer = new CompletableFuture<>();
        rules.handle(new RuleEvent.Asked(answer));
        return answer.join();
    }

    Truth truth() {
        return status().getFirst().truth();
    }

    String why() {
        return status().getFirst().why();
    }

    /** How often something was written. */
    int writes() {
        return actuators.writes.size();
    }

    double count(String name) {
        return new String(metrics.openMetrics(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + "_total "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[1]))
                .sum();
    }

    static NodeId id(char letter) {
        byte[] key = new byte[16];
        Arrays.fill(key, (byte) letter);
        return NodeId.ofBytes(key);
    }
}
