package io.pipit.core.rules;

import io.pipit.config.rule.Condition;
import io.pipit.config.rule.SeriesName;
import io.pipit.core.timing.Timing;
import io.pipit.port.rules.Truth;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * A condition, or a part of one, as it runs: what it says at a moment, and what it remembers for
 * that. Asked in the order of time, after each reading that it is about and whenever {@link
 * #nextNanos} comes; each part is asked each time, whatever the others say. Node loop.
 */
interface Term {
    /** Whether it is so now. */
    Truth judge(Moment now);

    /** When it may be otherwise by time alone, after what was judged last. */
    long nextNanos(Moment now);

    /** Adds why nobody knows, a few words each; nothing where somebody does. */
    void explain(Moment now, List<String> reasons);

    /**
     * The one that carries out a condition.
     *
     * @param inputs gives the newest of a series
     * @param zone of the times of day
     */
    static Term of(Condition condition, Function<SeriesName, Input> inputs, ZoneId zone) {
        return switch (condition) {
            case Condition.All(List<Condition> of) ->
                    new Several(each(of, inputs, zone), Truth.TRUE, Truth::and);
            case Condition.Any(List<Condition> of) ->
                    new Several(each(of, inputs, zone), Truth.FALSE, Truth::or);
            case Condition.Not(Condition of) -> new Not(of(of, inputs, zone));
            case Condition.Lasting(Condition of, Duration atLeast) ->
                    new Lasting(of(of, inputs, zone), atLeast.toNanos());
            case Condition.Comparison comparison ->
                    new Compared(inputs.apply(comparison.series()), comparison);
            case Condition.Stale(SeriesName series, Duration after) ->
                    new Silent(inputs.apply(series), after.toNanos());
            case Condition.Between(LocalTime from, LocalTime to) -> new Daily(from, to, zone);
        };
    }

    private static List<Term> each(
            List<Condition> conditions, Function<SeriesName, Input> inputs, ZoneId zone) {
        List<Term> terms = new ArrayList<>();
        conditions.forEach(condition -> terms.add(of(condition, inputs, zone)));
        return List.copyOf(terms);
    }

    /**
     * {@code and}, {@code or}.
     *
     * @param none what is so without any of them, which changes no other
     */
    record Several(List<Term> terms, Truth none, BinaryOperator<Truth> with) implements Term {
        @Override
        public Truth judge(Moment now) {
            Truth all = none;
            for (Term term : terms) {
                all = with.apply(term.judge(now), all);
            }
            return all;
        }

        @Override
        public long nextNanos(Moment now) {
            long next = Timing.NEVER;
            for (Term term : terms) {
                next = Math.min(next, term.nextNanos(now));
            }
            return next;
        }

        @Override
        public void explain(Moment now, List<String> reasons) {
            terms.forEach(term -> term.explain(now, reasons));
        }
    }

    /** {@code not}. */
    record Not(Term term) implements Term {
        @Override
        public Truth judge(Moment now) {
            return term.judge(now).not();
        }

        @Override
        public long nextNanos(Moment now) {
            return term.nextNanos(now);
        }

        @Override
        public void explain(Moment now, List<String> reasons) {
            term.explain(now, reasons);
        }
    }

    /** {@code for}: false until it has been true so long; what isn't known begins anew. */
    final class Lasting implements Term {
        private final Term term;
        private final long nanos;
        private boolean holds;
        private long sinceNanos;

        Lasting(Term term, long nanos) {
            this.term = term;
            this.nanos = nanos;
        }

        @Override
        public Truth judge(Moment now) {
            Truth present = term.judge(now);
            if (present != Truth.TRUE) {
                holds = false;
                return present;
            }
            if (!holds) {
                holds = true;
                sinceNanos = now.nanos();
            }
            return Truth.of(now.nanos() - sinceNanos >= nanos);
        }

        @Override
        public long nextNanos(Moment now) {
            long next = term.nextNanos(now);
            long due = sinceNanos + nanos;
            return holds && due > now.nanos() ? Math.min(next, due) : next;
        }

        @Override
        public void explain(Moment now, List<String> reasons) {
            term.explain(now, reasons);
        }
    }

    /** {@code stale}: before the first reading, the time counts since one was listened for. */
    record Silent(Input input, long nanos) implements Term {
        private long dueNanos() {
            return (input.isThere() ? input.takenNanos() : input.startNanos) + nanos;
        }

        @Override
        public Truth judge(Moment now) {
            if (now.nanos() >= dueNanos()) {
                return Truth.TRUE;
            }
            return input.isThere() ? Truth.FALSE : Truth.UNKNOWN;
        }

        @Override
        public long nextNanos(Moment now) {
            return dueNanos() > now.nanos() ? dueNanos() : Timing.NEVER;
        }

        @Override
        public void explain(Moment now, List<String> reasons) {
            if (judge(now) == Truth.UNKNOWN) {
                reasons.add("no reading of " + input.name + " yet");
            }
        }
    }

    /** {@code between}: unknown as long as nobody told this node the time. */
    record Daily(LocalTime from, LocalTime to, ZoneId zone) implements Term {
        @Override
        public Truth judge(Moment now) {
            if (!now.synchronised()) {
                return Truth.UNKNOWN;
            }
            LocalTime time = now.in(zone).toLocalTime();
            boolean begun = !time.isBefore(from);
            boolean notOver = time.isBefore(to);
            return Truth.of(from.isBefore(to) ? begun && notOver : begun || notOver);
        }

        @Override
        public long nextNanos(Moment now) {
            return now.synchronised()
                    ? Math.min(nanosOf(from, now), nanosOf(to, now))
                    : Timing.NEVER;
        }

        private long nanosOf(LocalTime time, Moment now) {
            ZonedDateTime present = now.in(zone);
            ZonedDateTime next = present.with(time);
            if (!next.isAfter(present)) {
                next = present.plusDays(1).with(time);
            }
            return now.nanos() + Math.max(1, Duration.between(present, next).toNanos());
        }

        @Override
        public void explain(Moment now, List<String> reasons) {
            if (!now.synchronised()) {
                reasons.add("the clock isn't synchronised");
            }
        }
    }
}
