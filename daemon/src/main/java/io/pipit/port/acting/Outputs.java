package io.pipit.port.acting;

/**
 * Sets this node's actuators. Never blocks; what comes of it is an event: after each {@link #set}
 * an {@link ActingEvent.Applied} of its number or a later one, or an {@link ActingEvent.Failed}.
 */
@FunctionalInterface
public interface Outputs {
    /**
     * Sets one, in place of what was asked for before and isn't done yet.
     *
     * @param session since when it is open, by {@link ActingEvent.Opened}; where it was opened anew
     *     since, nothing is done
     * @param number grows
     * @param value not a number for its safe state
     */
    void set(String actuator, long session, long number, double value);
}
