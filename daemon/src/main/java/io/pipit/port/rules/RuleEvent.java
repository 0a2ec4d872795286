package io.pipit.port.rules;

import io.pipit.port.acting.Actuators.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What reaches the rules besides readings. */
public sealed interface RuleEvent {
    /**
     * A write that a rule asked for was done or refused.
     *
     * @param number as the rules count their writes
     */
    record Acted(long number, Outcome outcome) implements RuleEvent {}

    /** Asks how they stand. */
    record Asked(CompletableFuture<List<RuleStatus>> answer) implements RuleEvent {}
}
