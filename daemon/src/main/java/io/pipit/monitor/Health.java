package io.pipit.monitor;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** How each part of the node is, in words. Thread-safe. A part that says nothing is {@code off}. */
public final class Health {
    /** What the node consists of, as {@code /health} names it. */
    public enum Part {
        SENSORS,
        STORE,
        PEERS,
        BULK,
        MQTT,
        CLOCK;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a part is, from best to worst. */
    public enum Status {
        OFF,
        OK,
        DEGRADED,
        FAILED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What is said of a part.
     *
     * @param reason empty where nothing is wrong
     */
    public record Condition(Status status, String reason) {}

    private final Map<Part, Condition> parts = new EnumMap<>(Part.class);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    public Health() {
        for (Part part : Part.values()) {
            parts.put(part, new Condition(Status.OFF, ""));
        }
    }

    /** Says how a part is from now on. */
    public void set(Part part, Status status, String reason) {
        Condition condition = new Condition(status, reason);
        boolean changed;
        synchronized (this) {
            changed = !condition.equals(parts.put(part, condition));
        }
        if (changed) {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Calls this after each change, on the thread that made it, which must not be held up. What is
     * said again without a difference is no change. Until {@link #forget}.
     */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** No longer. */
    public void forget(Runnable listener) {
        listeners.remove(listener);
    }

    /** What was last said of each part. */
    public synchronized Map<Part, Condition> parts() {
        return new EnumMap<>(parts);
    }

    /**
     * The whole: as bad as its worst part; but a clock that isn't synchronised degrades nothing
     * else, since readings are put right when it is.
     */
    public synchronized Status status() {
        Status worst = Status.OK;
        for (Map.Entry<Part, Condition> part : parts.entrySet()) {
            Status status = part.getValue().status();
            boolean clockOnly = part.getKey() == Part.CLOCK && status == Status.DEGRADED;
            if (!clockOnly && status.compareTo(worst) > 0) {
                worst = status;
            }
        }
        return worst;
    }
}
