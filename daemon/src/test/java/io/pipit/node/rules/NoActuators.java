package io.pipit.node.rules;

import io.pipit.port.acting.Actuators;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A node that has none and reaches none: each write is refused. */
record NoActuators() implements Actuators {
    @Override
    public CompletionStage<Outcome> set(Write write) {
        return CompletableFuture.completedFuture(
                new Outcome.Refused("there are no actuators here"));
    }

    @Override
    public List<Actuator> list() {
        return List.of();
    }
}
