package io.pipit.core;

import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Watcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Those who want to see what arrives. They get readings only: what a clock changes about them,
 * {@link io.pipit.port.ReadingHistory#timeline} knows. Node loop.
 */
final class Watchers {
    /** Watchers at the same time. */
    static final int WATCHERS_MAX = 500;

    private final Map<Watcher, Filter> watchers = new LinkedHashMap<>();
    private final Counter refused;

    Watchers(Metrics metrics) {
        refused =
                metrics.counter(
                        "pipit_watchers_refused", "Watchers refused because there are too many");
    }

    void open(Watcher watcher, Filter filter) {
        if (watchers.size() >= WATCHERS_MAX && !watchers.containsKey(watcher)) {
            refused.increment();
        } else {
            watchers.put(watcher, filter);
        }
    }

    void close(Watcher watcher) {
        watchers.remove(watcher);
    }

    /** New entries of one log, each for the first time. */
    void arrived(NodeId origin, String name, LogId log, List<LogEntry> entries, boolean live) {
        if (watchers.isEmpty()) {
            return;
        }
        // A copy, since who is told something may close at once.
        for (Map.Entry<Watcher, Filter> watcher : List.copyOf(watchers.entrySet())) {
            List<LogEntry> wanted = new ArrayList<>(entries.size());
            for (LogEntry entry : entries) {
                if (entry instanceof Reading reading
                        && watcher.getValue().matches(name, reading.series())) {
                    wanted.add(entry);
                }
            }
            if (!wanted.isEmpty()) {
                watcher.getKey().arrived(origin, log, wanted, live);
            }
        }
    }
}
