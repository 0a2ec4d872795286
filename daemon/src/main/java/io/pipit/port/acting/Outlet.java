package io.pipit.port.acting;

import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Writer;
import java.time.Duration;
import java.util.List;

/**
 * An actuator of this node, as it is configured.
 *
 * @param generation another one where its driver or the driver's options changed: then it is opened
 *     anew
 * @param lease how long a write holds that doesn't say
 * @param leaseMax the longest that one may
 * @param priority whose writes come before others', first to last: a kind of writer, or one of them
 *     as in {@code peer:shed}
 */
public record Outlet(
        Actuator actuator,
        long generation,
        Duration lease,
        Duration leaseMax,
        List<String> priority) {
    public Outlet {
        priority = List.copyOf(priority);
    }

    /** What it is called. */
    public String name() {
        return actuator.name();
    }

    /** A writer's place among all: the lower one comes first. */
    public int rankOf(Writer writer) {
        String kind = writer.kind().toString();
        for (int i = 0; i < priority.size(); i++) {
            String one = priority.get(i);
            if (one.equals(kind) || one.equals(kind + ":" + writer.name())) {
                return i;
            }
        }
        return priority.size();
    }
}
