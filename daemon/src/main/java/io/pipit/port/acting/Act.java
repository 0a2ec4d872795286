package io.pipit.port.acting;

import io.pipit.port.acting.Actuators.Writer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done to an actuator of this node.
 *
 * @param wallMicros when, by the wall clock as it was
 * @param value what it was set to; not a number for its safe state where that is no value
 * @param by who set it, or held it until then
 * @param lease for how long; zero where nothing was set
 * @param reason why it failed; empty otherwise
 */
public record Act(
        long wallMicros,
        String actuator,
        What what,
        double value,
        Writer by,
        Duration lease,
        String reason) {
    /** What was done. */
    public enum What {
        /** It was set, and is held from now on. */
        SET,
        /** The lease ended: it is safe again. */
        ENDED,
        /** Its driver failed while it was held: it is safe again. */
        FAILED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Remembers what was done. Thread-safe; never blocks. */
    public interface Memory {
        /** One more. */
        void add(Act act);

        /**
         * The last ones, oldest first.
         *
         * @param actuator null for all
         * @param most how many
         */
        List<Act> last(@Nullable String actuator, int most);
    }
}
