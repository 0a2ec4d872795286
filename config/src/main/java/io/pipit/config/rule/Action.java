package io.pipit.config.rule;

import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * What a rule holds: {@code { fan = true, "shed/heater" = 0.5, for = "10m" }}.
 *
 * @param assignments each of another actuator, at least one
 * @param lease for how long each write holds if no other follows
 */
public record Action(List<Assignment> assignments, Duration lease) {
    /** The most actuators in one. */
    public static final int ASSIGNMENTS_MAX = 16;

    /** A lease that is renewed at its half leaves this much time for it to arrive, twice. */
    public static final Duration LEASE_MIN = Duration.ofSeconds(1);

    public static final Duration LEASE_MAX = Duration.ofDays(1);

    /** The key that can't be an actuator. */
    private static final String FOR = "for";

    private static final double VALUE_MAX = 1e15;

    public Action {
        assignments = List.copyOf(assignments);
    }

    /** One actuator and its value, 1 and 0 for on and off. */
    public record Assignment(Target target, double value) {}

    /**
     * An actuator.
     *
     * @param node a peer's name; empty for this node, however that was written
     */
    public record Target(Optional<String> node, String actuator) {
        /** As it is written. */
        @Override
        public String toString() {
            return node.map(name -> name + "/").orElse("") + actuator;
        }
    }

    /** Says which of a node's own actuators there are. */
    @FunctionalInterface
    public interface Known {
        /**
         * For how long a write to one may hold at the most.
         *
         * @throws Malformed where it isn't there, with the nearest name
         */
        Duration longestLease(String actuator) throws Malformed;
    }

    /** Hears what is wrong. */
    @FunctionalInterface
    public interface Complaint {
        /**
         * One thing.
         *
         * @param at where it stands; null for the whole
         */
        void hear(@Nullable TomlPosition at, String message);
    }

    /** What it looks like, as JSON Schema has it. */
    public static Map<String, Object> schema() {
        return Map.of(
                "type",
                "object",
                "properties",
                Map.of(FOR, Map.of("type", "string", "pattern", "^(" + Durations.FORM + ")$")),
                "required",
                List.of(FOR),
                "minProperties",
                2,
                "maxProperties",
                ASSIGNMENTS_MAX + 1,
                "additionalProperties",
                Map.of("type", List.of("boolean", "number")));
    }

    /**
     * Reads one.
     *
     * @param ownName what this node is called
     * @param known its actuators
     * @return empty where something was wrong, which has then been said
     */
    public static Optional<Action> read(
            TomlTable table, String ownName, Known known, Complaint complaint) {
        List<Assignment> assignments = new ArrayList<>();
        Optional<Duration> lease = lease(table, complaint);
        boolean sound = true;
        for (String key : table.keySet()) {
            if (key.equals(FOR)) {
                continue;
            }
            try {
                Target target = target(key, ownName);
                double value = value(key, table.get(List.of(key)));
                if (target.node().isEmpty()) {
                    Duration longest = known.longestLease(target.actuator());
                    if (lease.isPresent() && lease.get().compareTo(longest) > 0) {
                        throw new Malformed(
                                "for: %s is longer than the %s of %s's max-lease: shorten it, or raise that"
                                        .formatted(
                                                Durations.format(lease.get()),
                                                Durations.format(longest),
                                                target.actuator()));
                    }
                }
                if (assignments.stream().anyMatch(other -> other.target().equals(target))) {
                    throw new Malformed(Malformed.quote(key) + " is there twice: take one out");
                }
                assignments.add(new Assignment(target, value));
            } catch (Malformed e) {
                complaint.hear(table.inputPositionOf(List.of(key)), String.valueOf(e.getMessage()));
                sound = false;
            }
        }
        if (sound && (assignments.isEmpty() || assignments.size() > ASSIGNMENTS_MAX)) {
            complaint.hear(
                    null,
                    "must have 1 to "
                            + ASSIGNMENTS_MAX
                            + " actuators and for how long, as in { fan = true, for = \"10m\" }");
            sound = false;
        }
        return sound ? lease.map(time -> new Action(assignments, time)) : Optional.empty();
    }

    private static Target target(String key, String ownName) throws Malformed {
        String[] names = key.split("/", -1);
        for (String name : names) {
            if (names.length > 2 || !Names.isName(name)) {
                throw new Malformed(
                        Malformed.quote(key)
                                + " is no actuator: write fan for one of this node, \"shed/fan\" for"
                                + " one of another");
            }
        }
        String actuator = names[names.length - 1];
        boolean own = names.length == 1 || names[0].equals(ownName);
        return new Target(own ? Optional.empty() : Optional.of(names[0]), actuator);
    }

    private static double value(String key, @Nullable Object value) throws Malformed {
        if (value instanceof Boolean on) {
            return on ? 1 : 0;
        }
        if (value instanceof Number number && Math.abs(number.doubleValue()) <= VALUE_MAX) {
            return number.doubleValue();
        }
        throw new Malformed(key + ": must be true, false or a number");
    }

    private static Optional<Duration> lease(TomlTable table, Complaint complaint) {
        Object value = table.get(List.of(FOR));
        if (value == null) {
            complaint.hear(
                    null,
                    "needs for: how long it holds if nothing more is heard of this rule, as in for ="
                            + " \"10m\"");
            return Optional.empty();
        }
        try {
            if (!(value instanceof String text)) {
                throw new Malformed("must be a duration such as \"10m\"");
            }
            Duration lease = Durations.parse(text);
            if (lease.compareTo(LEASE_MIN) < 0 || lease.compareTo(LEASE_MAX) > 0) {
                throw new Malformed(
                        "must be between "
                                + Durations.format(LEASE_MIN)
                                + " and "
                                + Durations.format(LEASE_MAX)
                                + ", but is "
                                + text);
            }
            return Optional.of(lease);
        } catch (Malformed e) {
            complaint.hear(table.inputPositionOf(List.of(FOR)), FOR + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** As people read it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Assignment each : assignments) {
            double value = each.value();
            text.append(text.isEmpty() ? "" : ", ").append(each.target()).append(" = ");
            text.append(
                    value == Math.rint(value)
                            ? Long.toString((long) value)
                            : String.valueOf(value));
        }
        return text + " for " + Durations.format(lease);
    }
}
