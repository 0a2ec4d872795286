package io.pipit.monitor;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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

    private final Map<Part, Condition> said = new EnumMap<>(Part.class);
    private final Map<Part, Map<String, String>> besides = new EnumMap<>(Part.class);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    public Health() {
        for (Part part : Part.values()) {
            said.put(part, new Condition(Status.OFF, ""));
            besides.put(part, new TreeMap<>());
        }
    }

    /** Says how a part is from now on. */
    public void set(Part part, Status status, String reason) {
        change(part, () -> said.put(part, new Condition(status, reason)));
    }

    /**
     * Says what else is wrong with a part, whatever {@link #set} says of it: that degrades it.
     *
     * @param topic tells what is said by one from what is said by others
     * @param reason empty where nothing is wrong any more
     */
    public void also(Part part, String topic, String reason) {
        change(
                part,
                () -> {
                    Map<String, String> beside = besides.getOrDefault(part, Map.of());
                    if (reason.isEmpty()) {
                        beside.remove(topic);
                    } else {
                        beside.put(topic, reason);
                    }
                });
    }

    private void change(Part part, Runnable how) {
        boolean changed;
        synchronized (this) {
            Condition before = condition(part);
            how.run();
            changed = !condition(part).equals(before);
        }
        if (changed) {
            listeners.forEach(Runnable::run);
        }
    }

    private Condition condition(Part part) {
        Condition first = said.getOrDefault(part, new Condition(Status.OFF, ""));
        Map<String, String> beside = besides.getOrDefault(part, Map.of());
        if (beside.isEmpty()) {
            return first;
        }
        String others = String.join("; ", beside.values());
        return new Condition(
                first.status().compareTo(Status.DEGRADED) > 0 ? first.status() : Status.DEGRADED,
                first.reason().isEmpty() ? others : first.reason() + "; " + others);
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
        Map<Part, Condition> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            parts.put(part, condition(part));
        }
        return parts;
    }

    /**
     * The whole: as bad as its worst part; but a clock that isn't synchronised degrades nothing
     * else, since readings are put right when it is.
     */
    public synchronized Status status() {
        Status worst = Status.OK;
        for (Map.Entry<Part, Condition> part : parts().entrySet()) {
            Status status = part.getValue().status();
            boolean clockOnly = part.getKey() == Part.CLOCK && status == Status.DEGRADED;
            if (!clockOnly && status.compareTo(worst) > 0) {
                worst = status;
            }
        }
        return worst;
    }
}
