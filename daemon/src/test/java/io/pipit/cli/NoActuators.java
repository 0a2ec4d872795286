package io.pipit.cli;

import io.pipit.port.acting.Act;
import io.pipit.port.acting.ActuatorStatus;
import io.pipit.port.acting.Verdict;
import io.pipit.resource.ResourceTree;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A node that can set nothing. */
final class NoActuators implements ActuatorStatus.Source, Act.Memory {
    static ResourceTree.Acting resources() {
        NoActuators none = new NoActuators();
        return new ResourceTree.Acting(
                none,
                none,
                (write, origin) ->
                        CompletableFuture.completedFuture(
                                new Verdict(Verdict.Kind.UNKNOWN, "none here")),
                List::of);
    }

    @Override
    public List<ActuatorStatus> statuses() {
        return List.of();
    }

    @Override
    public void onChange(Runnable listener) {}

    @Override
    public void forget(Runnable listener) {}

    @Override
    public void add(Act act) {}

    @Override
    public List<Act> last(@Nullable String actuator, int most) {
        return List.of();
    }
}
