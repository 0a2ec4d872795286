package io.pipit.port.acting;

import io.pipit.port.acting.Actuators.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an actuator of this node is.
 *
 * @param value what it is set to; not a number where that isn't known, or is nothing
 * @param sinceNanos since when, monotonic; 0 where it was never set
 * @param holder null where nobody holds it, and it is safe
 * @param untilNanos how long that lasts, monotonic
 * @param open whether it can be set
 * @param reason why not; empty where nothing is wrong
 */
public record ActuatorStatus(
        Outlet outlet,
        double value,
        long sinceNanos,
        @Nullable Writer holder,
        long untilNanos,
        boolean open,
        String reason) {
    /** Knows how they are. Thread-safe. */
    public interface Source {
        /** All, by name. */
        List<ActuatorStatus> statuses();

        /** Calls this when one changed, or the list did; it only hands over. */
        void onChange(Runnable listener);

        /** No longer. */
        void forget(Runnable listener);
    }
}
