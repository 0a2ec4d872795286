package io.pipit.port.rules;

import java.util.List;
import java.util.Locale;

/**
 * How a rule stands.
 *
 * @param condition as it is written
 * @param sinceNanos monotonic time since which it has been that
 * @param why nobody knows; empty where somebody does
 * @param fired how often it became true
 * @param sets what it sets, or set last, each actuator once
 */
public record RuleStatus(
        String name,
        String condition,
        Truth truth,
        long sinceNanos,
        String why,
        long fired,
        List<Set> sets) {
    public RuleStatus {
        sets = List.copyOf(sets);
    }

    /** What became of what a rule wanted of an actuator last. */
    public enum State {
        /** The answer isn't there yet. */
        WAITING,
        SET,
        REFUSED,
        UNANSWERED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * An actuator that a rule sets.
     *
     * @param actuator {@code fan}, or {@code shed/fan}
     * @param value that was last written
     * @param atNanos monotonic time of that
     * @param held whether it is renewed as long as nothing changes
     * @param reason why it was refused; empty where it wasn't
     */
    public record Set(
            String actuator,
            double value,
            long atNanos,
            boolean held,
            State state,
            String reason) {}
}
