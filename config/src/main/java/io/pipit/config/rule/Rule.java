package io.pipit.config.rule;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;

/**
 * {@code [[rule]]}: what is done while something is so. Two are equal where nothing changed, so
 * that a reload sees what did.
 *
 * @param name unique where it is set; see {@link #nameAt}
 * @param set what is held while the condition is true
 * @param otherwise likewise while it is false; where it is empty, what was held ends with its lease
 * @param unknown likewise while nobody knows
 * @param staleAfter the age at which a value in it is none any more, where it is set; the condition
 *     has it worked in
 * @param timeZone of the times of day in it; the machine's where it is empty
 */
public record Rule(
        Optional<String> name,
        When when,
        Action set,
        Optional<Action> otherwise,
        Optional<Action> unknown,
        Optional<Duration> staleAfter,
        Optional<ZoneId> timeZone) {
    /** A condition, and how it was written. */
    public record When(String text, Condition condition) {}

    /**
     * What it is called among the rules of its node.
     *
     * @param index its place among them, from 0
     */
    public String nameAt(int index) {
        return name.orElseGet(() -> "rule-" + (index + 1));
    }
}
