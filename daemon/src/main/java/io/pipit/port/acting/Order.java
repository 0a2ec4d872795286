package io.pipit.port.acting;

import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.acting.Actuators.Writer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A write to an actuator of this node, as it came in.
 *
 * @param lease how long it holds, from its arrival; zero for the actuator's own default
 * @param origin which of a node's writes it is; null where nobody said
 * @param arrivedNanos monotonic
 */
public record Order(
        String actuator,
        double value,
        Duration lease,
        Writer by,
        @Nullable Origin origin,
        long arrivedNanos) {
    /**
     * Which of a node's writes: what comes twice, or after a later one, is known by that.
     *
     * @param log the own log of the node
     * @param counter grows with each of its writes, whichever actuator it is for
     */
    public record Origin(NodeId node, LogId log, long counter) {}
}
