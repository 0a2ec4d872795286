package io.pipit.core.rules;

import io.pipit.config.rule.Action;
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
import io.pipit.port.rules.Truth;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rules over what was: the same engine, fed with readings in the order of their time, with clocks
 * that show it and actuators that take everything and do nothing. A reading counts as though it had
 * arrived when it was taken, its node as heard, the clock as right. One thread.
 */
public final class Trial {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final int BOOT = 1;

    /**
     * A rule would have been judged otherwise than before.
     *
     * @param micros when, since 1970
     * @param why nobody would have known; empty where somebody would
     * @param sets what would have been set from then on; empty for nothing
     */
    public record Change(
            String rule, Truth truth, long micros, String why, Optional<Action> sets) {}

    /** Takes everything. */
    private record Willing() implements Actuators {
        @Override
        public CompletionStage<Outcome> set(Write write) {
            return CompletableFuture.completedFuture(new Outcome.Done());
        }

        @Override
        public List<Actuator> list() {
            return List.of();
        }
    }

    private final Rules rules;
    private final ArrayDeque<RuleEvent> events = new ArrayDeque<>();
    private final Map<NodeId, String> names = new HashMap<>();
    private final String ownName;
    private long micros;

    /**
     * Begins.
     *
     * @param ownName what arrivals call this node
     * @param zone of times of day in rules that name none
     * @param micros the time at which it begins, since 1970
     * @param changes hears of each
     */
    public Trial(
            List<Rule> of, String ownName, ZoneId zone, long micros, Consumer<Change> changes) {
        this.ownName = ownName;
        this.micros = micros;
        TimeSource time =
                new TimeSource() {
                    @Override
                    public long monotonicNanos() {
                        return Trial.this.micros * NANOS_PER_MICRO;
                    }

                    @Override
                    public long wallMicros() {
                        return Trial.this.micros;
                    }

                    @Override
                    public boolean synchronised() {
                        return true;
                    }
                };
        rules =
                new Rules(
                        new Known(),
                        time,
                        () -> 0,
                        new Willing(),
                        event -> event instanceof Event.Rule(RuleEvent rule) && events.add(rule),
                        zone,
                        (rule, what, now, at, why) ->
                                changes.accept(
                                        new Change(
                                                rule, now, at, why, RunningRule.action(what, now))),
                        new Health(),
                        new Metrics());
        rules.configure(of);
        settle();
    }

    /** The nodes that readings came of. */
    private final class Known implements Rules.Nodes {
        @Override
        public boolean isOwn(NodeId node) {
            return ownName.equals(names.get(node));
        }

        @Override
        public @Nullable String nameOf(NodeId node) {
            return names.get(node);
        }

        @Override
        public boolean isHeard(NodeId node) {
            return true;
        }
    }

    /**
     * The next reading.
     *
     * @param node what it is called
     * @param at when it was taken, since 1970
     * @return false where that is before what came already: it counts for nothing
     */
    public boolean take(
            String node,
            NodeId origin,
            LogId log,
            long sequence,
            Series series,
            double value,
            String unit,
            long at) {
        if (at < micros) {
            return false;
        }
        names.put(origin, node);
        until(at);
        Stamp stamp = new Stamp(BOOT, at);
        rules.arrived(
                origin, log, List.of(new Reading(sequence, stamp, series, value, unit)), true);
        settle();
        return true;
    }

    /** Time goes by until then, and nothing is read. */
    public void until(long at) {
        while (micros < at) {
            long due = rules.nextDeadlineNanos();
            // A deadline within a microsecond is seen at its end.
            long dueMicros = due / NANOS_PER_MICRO + (due % NANOS_PER_MICRO == 0 ? 0 : 1);
            micros = Math.clamp(dueMicros, micros, at);
            settle();
        }
    }

    private void settle() {
        do {
            for (RuleEvent event = events.poll(); event != null; event = events.poll()) {
                rules.handle(event);
            }
            rules.tick();
        } while (!events.isEmpty());
    }
}
