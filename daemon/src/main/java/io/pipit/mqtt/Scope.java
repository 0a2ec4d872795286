package io.pipit.mqtt;

import io.pipit.model.Filter;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which series of which nodes are published: patterns over {@code node/sensor/quantity}, in which a
 * node stands by its name or its ID. Immutable.
 */
final class Scope {
    private static final String ANY = "*";
    private static final String ANY_NUMBER = "**";

    private final Filter all;

    /**
     * These patterns.
     *
     * @param patterns those of two names or {@code *} are of this node
     * @param ownName this node's
     */
    Scope(List<String> patterns, String ownName) {
        this(patterns, ownName, 2);
    }

    private Scope(List<String> patterns, String ownName, int ownSegments) {
        List<String> full = new ArrayList<>();
        for (String pattern : patterns) {
            boolean own =
                    !pattern.contains(ANY_NUMBER) && pattern.split("/", -1).length == ownSegments;
            full.add(own ? ownName + "/" + pattern : pattern);
        }
        all = Filter.of(full);
    }

    /** Over {@code node/actuator}; those of one name or {@code *} are of this node. */
    static Scope ofActuators(List<String> patterns, String ownName) {
        return new Scope(patterns, ownName, 1);
    }

    /** All nodes' together. */
    Filter all() {
        return all;
    }

    /** Whether an actuator is among them. */
    boolean matches(String node, String actuator) {
        return all.matches(List.of(node, actuator));
    }

    /** Whether a series is among them. */
    boolean matches(NodeId node, String name, Series series) {
        return all.matches(name, series) || all.matches(inPatterns(node), series);
    }

    /** The same for one node alone, which stands by its ID; nothing where none of it is wanted. */
    Optional<Filter> of(NodeId node, String name) {
        String id = inPatterns(node);
        Set<String> patterns = new LinkedHashSet<>();
        for (String pattern : all.patterns()) {
            narrow(pattern, List.of(name, id), id, patterns);
        }
        if (patterns.isEmpty()) {
            return Optional.empty();
        }
        // What is too long for a filter lets more through, which matches() then holds back.
        boolean fits =
                patterns.size() <= Filter.PATTERNS_MAX
                        && patterns.stream().allMatch(Filter::isPattern);
        return Optional.of(Filter.of(fits ? List.copyOf(patterns) : List.of(id + "/**")));
    }

    /** What {@code **} may be at the front is nothing, or the node and perhaps more. */
    private static void narrow(String pattern, List<String> names, String id, Set<String> found) {
        int slash = pattern.indexOf('/');
        String first = slash < 0 ? pattern : pattern.substring(0, slash);
        String rest = slash < 0 ? "" : pattern.substring(slash + 1);
        if (first.equals(ANY_NUMBER)) {
            found.add(id + "/" + pattern);
            if (!rest.isEmpty()) {
                narrow(rest, names, id, found);
            }
        } else if ((first.equals(ANY) || names.contains(first)) && !rest.isEmpty()) {
            found.add(id + "/" + rest);
        }
    }

    private static String inPatterns(NodeId node) {
        return node.toString().toLowerCase(Locale.ROOT);
    }
}
