package io.pipit.config.rule;

import io.pipit.config.text.Units;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** What has to be so: the meaning of a rule's {@code when}. Two are equal that say the same. */
public sealed interface Condition {
    /** All of them, {@code and}. */
    record All(List<Condition> of) implements Condition {
        public All {
            of = List.copyOf(of);
        }
    }

    /** One of them, {@code or}. */
    record Any(List<Condition> of) implements Condition {
        public Any {
            of = List.copyOf(of);
        }
    }

    /** The opposite, {@code not}. */
    record Not(Condition of) implements Condition {}

    /** It has been so for this long without a break, {@code for}. */
    record Lasting(Condition of, Duration atLeast) implements Condition {}

    /**
     * The newest value of a series, or how fast it changes, and a bound.
     *
     * @param staleAfter the age at which its newest value is none any more
     * @param rate set where it is about how fast it changes
     * @param until once it is so it stays so until this is; the bound of the other direction
     */
    record Comparison(
            SeriesName series,
            Duration staleAfter,
            Optional<Rate> rate,
            Bound is,
            Optional<Bound> until)
            implements Condition {}

    /** No reading of it was taken for this long. */
    record Stale(SeriesName series, Duration after) implements Condition {}

    /**
     * The time of day, from the one until just before the other; over midnight where the first is
     * the later one.
     */
    record Between(LocalTime from, LocalTime to) implements Condition {}

    /**
     * Over how long a change is looked at, and what it is told by.
     *
     * @param per what the bound counts by: a second, a minute, an hour or a day
     */
    record Rate(Duration over, Duration per) {}

    /** How a value compares. */
    enum Operator {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        EQUAL("=="),
        NOT_EQUAL("!=");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        /** Whether it is about more than the bound. */
        boolean isUpwards() {
            return this == GREATER || this == GREATER_OR_EQUAL;
        }

        /** Whether it is about less than the bound. */
        boolean isDownwards() {
            return this == LESS || this == LESS_OR_EQUAL;
        }

        boolean holds(double value, double bound) {
            return switch (this) {
                case LESS -> value < bound;
                case LESS_OR_EQUAL -> value <= bound;
                case GREATER -> value > bound;
                case GREATER_OR_EQUAL -> value >= bound;
                case EQUAL -> value == bound;
                case NOT_EQUAL -> value != bound;
            };
        }

        /** As it is written. */
        @Override
        public String toString() {
            return sign;
        }
    }

    /**
     * What a value is compared with.
     *
     * @param unit by SenML; that of the series' readings, whatever it is, where it is left out
     */
    record Bound(Operator operator, double value, Optional<String> unit) {
        /** Whether this holds for a value, which is in the bound's unit. */
        public boolean holds(double compared) {
            return operator.holds(compared, value);
        }

        /** A value in this bound's unit; empty where that can't be made of the other one. */
        public OptionalDouble converted(double measured, String in) {
            if (unit.isEmpty() || unit.get().equals(in)) {
                return OptionalDouble.of(measured);
            }
            return Units.conversion(in, unit.get())
                    .map(to ->
                            OptionalDouble.of(
                                    measured * to.multiplier() / to.divisor() + to.shift()))
                    .orElseGet(OptionalDouble::empty);
        }
    }

    /** The conditions that this one is made of, itself first. */
    default Stream<Condition> parts() {
        Stream<Condition> below =
                switch (this) {
                    case All(List<Condition> of) -> of.stream().flatMap(Condition::parts);
                    case Any(List<Condition> of) -> of.stream().flatMap(Condition::parts);
                    case Not(Condition of) -> of.parts();
                    case Lasting(Condition of, Duration _) -> of.parts();
                    case Comparison _, Stale _, Between _ -> Stream.of();
                };
        return Stream.concat(Stream.of(this), below);
    }

    /** The series that it is about, each once. */
    default List<SeriesName> about() {
        return parts().flatMap(part ->
                        switch (part) {
                            case Comparison comparison -> Stream.of(comparison.series());
                            case Stale stale -> Stream.of(stale.series());
                            default -> Stream.<SeriesName>of();
                        })
                .distinct()
                .toList();
    }

    /** How far back what it says now may depend on what was. */
    default Duration memory() {
        return parts().map(part ->
                        switch (part) {
                            case Lasting lasting -> lasting.atLeast();
                            case Stale stale -> stale.after();
                            case Comparison comparison ->
                                    comparison
                                            .rate()
                                            .map(Rate::over)
                                            .filter(over ->
                                                    over.compareTo(comparison.staleAfter()) > 0)
                                            .orElse(comparison.staleAfter());
                            default -> Duration.ZERO;
                        })
                .reduce(Duration.ZERO, Duration::plus);
    }
}
