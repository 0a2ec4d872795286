package io.pipit.cli.demo;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.Failure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts at the end, from what the nodes' stores hold: what an origin has up to a moment has to be
 * at everybody else once. One thread.
 */
final class Audit {
    /** How many series, and how many readings of them. */
    record Amount(int series, long readings) {}

    /**
     * What came of it at one node.
     *
     * @param missing what an origin holds and this node doesn't
     * @param duplicates what this node holds more than once
     */
    record Result(String node, Amount own, Amount received, long missing, long duplicates) {
        boolean isRight() {
            return missing == 0 && duplicates == 0;
        }

        /** As {@code demo --json} prints it. */
        Map<String, Object> document() {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("name", node);
            document.put("own", amount(own));
            Map<String, Object> from = amount(received);
            from.put("missing", missing);
            from.put("duplicates", duplicates);
            document.put("received", from);
            return document;
        }

        private static Map<String, Object> amount(Amount amount) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("series", amount.series());
            document.put("readings", amount.readings());
            return document;
        }
    }

    private record Place(String log, long sequence) {}

    /** One origin's readings at one node. */
    private static final class Held {
        private final Set<Place> places = new HashSet<>();
        private final Set<String> series = new HashSet<>();
        private long duplicates;
    }

    /** Each node's own log, fixed when the audit began. */
    private final Map<String, Held> origins = new LinkedHashMap<>();

    /** Takes what a node has measured up to now as what everybody has to have. */
    void begin(String node, Daemon daemon) throws Failure {
        origins.put(node, held(node, daemon));
    }

    /** Looks at what a node holds by now of all that was taken at the beginning. */
    Result look(String node, Daemon daemon) throws Failure {
        Held own = origins.get(node);
        if (own == null) {
            throw new IllegalStateException("never began with " + node);
        }
        Set<String> series = new HashSet<>();
        long readings = 0;
        long missing = 0;
        long duplicates = own.duplicates;
        for (Map.Entry<String, Held> origin : origins.entrySet()) {
            if (origin.getKey().equals(node)) {
                continue;
            }
            Held here = held(origin.getKey(), daemon);
            duplicates += here.duplicates;
            here.series.forEach(name -> series.add(origin.getKey() + "/" + name));
            for (Place place : origin.getValue().places) {
                if (here.places.contains(place)) {
                    readings++;
                } else {
                    missing++;
                }
            }
        }
        return new Result(
                node,
                new Amount(own.series.size(), own.places.size()),
                new Amount(series.size(), readings),
                missing,
                duplicates);
    }

    private static Held held(String origin, Daemon daemon) throws Failure {
        Held held = new Held();
        Map<String, String> logs = new HashMap<>();
        daemon.history(
                origin + "/**",
                null,
                null,
                readings -> {
                    take(held, readings, logs);
                    return true;
                });
        return held;
    }

    private static void take(Held held, List<Arrival> readings, Map<String, String> logs) {
        for (Arrival reading : readings) {
            // One text for each log, however many readings it has.
            String log = logs.computeIfAbsent(reading.log(), name -> name);
            held.series.add(reading.series());
            if (!held.places.add(new Place(log, reading.sequence()))) {
                held.duplicates++;
            }
        }
    }
}
