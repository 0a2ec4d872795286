package io.pipit.port.acting;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sets actuators, this node's own and its peers'. Thread-safe; nothing blocks. What an actuator is
 * set to is besides a series of its node, {@code fan/state}: each change is a reading of its log,
 * so that whoever follows the log sees it.
 */
public interface Actuators {
    /**
     * One that can be set.
     *
     * @param node the name of the peer that has it; null for this node
     * @param quantity what it sets, as in the series {@code name/quantity}
     * @param unit of its values, by SenML
     * @param min its smallest value
     * @param max its largest value
     * @param onOff whether it knows 0 and 1 alone
     * @param safe what it goes back to when nobody holds it; not a number where it is let go then,
     *     as a servo that gets no pulses
     */
    record Actuator(
            @Nullable String node,
            String name,
            String quantity,
            String unit,
            double min,
            double max,
            boolean onOff,
            double safe) {}

    /**
     * Who sets something.
     *
     * @param name of the peer, the rule and so on; empty where it has none
     */
    record Writer(Kind kind, String name) {
        /** What kind of one. */
        public enum Kind {
            /** Somebody on this machine. */
            LOCAL,
            PEER,
            RULE,
            MQTT;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /** For people, as {@code rule ventilation}. */
        @Override
        public String toString() {
            return name.isEmpty() ? kind.toString() : kind + " " + name;
        }
    }

    /**
     * One write.
     *
     * @param node a peer's name or ID; null for this node
     * @param value in the actuator's unit and range
     * @param lease how long it holds, from its arrival; zero for the actuator's own default
     */
    record Write(@Nullable String node, String actuator, double value, Duration lease, Writer by) {}

    /** What became of a write. */
    sealed interface Outcome {
        /** It is set. */
        record Done() implements Outcome {}

        /**
         * It isn't.
         *
         * @param reason why, and what to do: one line
         * @param outranked whether that is as it should be: somebody holds it whose writes come
         *     first there
         */
        record Refused(String reason, boolean outranked) implements Outcome {
            /** For another reason than another writer. */
            public Refused(String reason) {
                this(reason, false);
            }
        }
    }

    /** Completes, never exceptionally, when it is set or refused. */
    CompletionStage<Outcome> set(Write write);

    /** Those of this node, then those of its peers that are known, each by name. */
    List<Actuator> list();
}
