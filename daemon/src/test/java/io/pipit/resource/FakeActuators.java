package io.pipit.resource;

import io.pipit.port.acting.Act;
import io.pipit.port.acting.ActuatorStatus;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.acting.Order.Origin;
import io.pipit.port.acting.Outlet;
import io.pipit.port.acting.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Actuators that a test fills and looks into. */
final class FakeActuators implements ActuatorStatus.Source, Act.Memory {
    /** What somebody wanted to have set. */
    record Given(Write write, @Nullable Origin origin) {}

    final Map<String, ActuatorStatus> all = new TreeMap<>();
    final List<Runnable> listeners = new ArrayList<>();
    final List<Given> given = new ArrayList<>();
    final List<Act> acts = new ArrayList<>();
    final List<Actuator> peers = new ArrayList<>();
    Verdict verdict = Verdict.DONE;

    ResourceTree.Acting resources() {
        return new ResourceTree.Acting(
                this,
                this,
                (write, origin) -> {
                    given.add(new Given(write, origin));
                    return CompletableFuture.completedFuture(verdict);
                },
                () -> peers);
    }

    void has(String name, double value) {
        is(name, value, null, 0, true, "");
    }

    void is(
            String name,
            double value,
            @Nullable Writer holder,
            long untilNanos,
            boolean open,
            String reason) {
        Outlet outlet =
                new Outlet(
                        new Actuator(null, name, "state", "/", 0, 1, true, 0),
                        1,
                        Duration.ofMinutes(10),
                        Duration.ofDays(1),
                        List.of());
        all.put(
                name,
                new ActuatorStatus(
                        outlet, value, 18_000_000_000L, holder, untilNanos, open, reason));
        listeners.forEach(Runnable::run);
    }

    @Override
    public List<ActuatorStatus> statuses() {
        return List.copyOf(all.values());
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void forget(Runnable listener) {
        listeners.remove(listener);
    }

    @Override
    public void add(Act act) {
        acts.add(act);
    }

    @Override
    public List<Act> last(@Nullable String actuator, int most) {
        return acts;
    }
}
