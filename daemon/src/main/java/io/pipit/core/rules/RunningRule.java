package io.pipit.core.rules;

import io.pipit.config.rule.Action;
import io.pipit.config.rule.Action.Assignment;
import io.pipit.config.rule.Action.Target;
import io.pipit.config.rule.Rule;
import io.pipit.port.acting.Actuators.Outcome;
import io.pipit.port.rules.RuleStatus;
import io.pipit.port.rules.Truth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One rule with its state. What happens by time alone is caught up with in order. Node loop. */
final class RunningRule {
    /** So many reasons why nobody knows are named. */
    private static final int REASONS_MAX = 3;

    /** What time alone changes is caught up with in so many steps; beyond, the present counts. */
    private static final int STEPS_MAX = 1_000;

    /** Hears when a rule is judged otherwise than before. */
    @FunctionalInterface
    interface Changes {
        /** At that moment it became what it is now. */
        void changed(RunningRule rule, Moment at);
    }

    final Rule rule;
    private final Term term;
    private final Map<Target, Holding> holdings = new LinkedHashMap<>();
    private final Changes changes;
    private String name;
    private Truth truth = Truth.UNKNOWN;
    private boolean judged;
    private long sinceNanos;
    private long nextNanos;
    private long fired;

    /** Not judged yet. */
    RunningRule(Rule rule, String name, Term term, Writes writes, Changes changes, long nowNanos) {
        this.rule = rule;
        this.name = name;
        this.term = term;
        this.changes = changes;
        sinceNanos = nowNanos;
        nextNanos = nowNanos;
        Stream.of(Optional.of(rule.set()), rule.otherwise(), rule.unknown())
                .flatMap(Optional::stream)
                .flatMap(action -> action.assignments().stream())
                .map(Assignment::target)
                .forEach(target ->
                        holdings.computeIfAbsent(target, each -> new Holding(each, writes)));
    }

    String name() {
        return name;
    }

    /** Its place among the others may change. */
    void rename(String now) {
        name = now;
    }

    Truth truth() {
        return truth;
    }

    /** What a rule sets while its condition is that. */
    static Optional<Action> action(Rule rule, Truth truth) {
        return switch (truth) {
            case TRUE -> Optional.of(rule.set());
            case FALSE -> rule.otherwise();
            case UNKNOWN -> rule.unknown();
        };
    }

    /** When it may be otherwise by time alone, or there is something to write. */
    long nextNanos() {
        long next = nextNanos;
        for (Holding holding : holdings.values()) {
            next = Math.min(next, holding.nextNanos());
        }
        return next;
    }

    /** What time alone changed by now: before anything else that happens now is taken in. */
    void catchUp(Moment now) {
        for (int step = 0; step < STEPS_MAX && nextNanos <= now.nanos(); step++) {
            judge(now.at(nextNanos));
        }
    }

    /** Looks again: something that it is about has changed. */
    void judge(Moment now) {
        Truth present = term.judge(now);
        nextNanos = Math.max(term.nextNanos(now), now.nanos() + 1);
        if (present != truth || !judged) {
            judged = true;
            truth = present;
            sinceNanos = now.nanos();
            if (present == Truth.TRUE) {
                fired++;
            }
            changes.changed(this, now);
        }
    }

    /** Writes what is due as things are. */
    void act(long nowNanos) {
        Action wanted = judged ? action(rule, truth).orElse(null) : null;
        for (Holding holding : holdings.values()) {
            Assignment assignment = null;
            if (wanted != null) {
                for (Assignment each : wanted.assignments()) {
                    assignment = each.target().equals(holding.target) ? each : assignment;
                }
            }
            if (wanted == null || assignment == null) {
                holding.release();
            } else {
                holding.want(assignment.value(), wanted.lease(), nowNanos);
            }
            holding.tick(name, nowNanos);
        }
    }

    /** It is no rule any more; what it holds is left to end. */
    void end() {
        holdings.values().forEach(Holding::release);
    }

    /** A write of some rule has its outcome. */
    void acted(long number, Outcome outcome, long nowNanos) {
        holdings.values().forEach(each -> each.acted(name, number, outcome, nowNanos));
    }

    /** Why nobody knows; empty where somebody does. */
    String why(Moment now) {
        if (truth != Truth.UNKNOWN) {
            return "";
        }
        List<String> reasons = new ArrayList<>();
        term.explain(now, reasons);
        List<String> each = reasons.stream().distinct().toList();
        int more = each.size() - REASONS_MAX;
        String named = String.join("; ", each.subList(0, Math.min(REASONS_MAX, each.size())));
        return more > 0 ? named + "; and " + more + " more" : named;
    }

    RuleStatus status(Moment now) {
        return new RuleStatus(
                name,
                rule.when().text(),
                truth,
                sinceNanos,
                why(now),
                fired,
                holdings.values().stream().map(Holding::status).flatMap(Optional::stream).toList());
    }
}
