package io.pipit.port.acting;

import io.pipit.model.NodeId;
import io.pipit.port.acting.Actuators.Actuator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What happens to actuators. */
public sealed interface ActingEvent {
    /** These are the actuators of this node now. */
    record Configured(List<Outlet> outlets) implements ActingEvent {
        public Configured {
            outlets = List.copyOf(outlets);
        }
    }

    /** Somebody sets one. */
    record Ordered(Order order, CompletableFuture<Verdict> answer) implements ActingEvent {}

    /**
     * It is open, and in its safe state.
     *
     * @param session tells this time that it is open from others
     */
    record Opened(String actuator, long generation, long session) implements ActingEvent {}

    /**
     * It was set.
     *
     * @param number of what was asked for, in {@link Outputs#set}
     * @param value what it is now; not a number for its safe state
     */
    record Applied(String actuator, long session, long number, double value)
            implements ActingEvent {}

    /** It couldn't be opened or set, or doesn't answer. It is opened anew by and by. */
    record Failed(String actuator, long generation, String reason) implements ActingEvent {}

    /**
     * A peer was asked which actuators it has.
     *
     * @param answered whether it said anything
     * @param actuators null where it didn't say that
     */
    record Listed(NodeId peer, boolean answered, @Nullable List<Actuator> actuators)
            implements ActingEvent {}
}
