package io.pipit.node.mqtt;

import io.pipit.port.acting.Actuators;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where there are no actuators. */
public final class NoActuators implements Actuators {
    @Override
    public CompletionStage<Outcome> set(Write write) {
        return CompletableFuture.completedFuture(
                new Outcome.Refused("this version of Pipit has no actuators"));
    }

    @Override
    public List<Actuator> list() {
        return List.of();
    }
}
