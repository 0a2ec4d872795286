package io.pipit.monitor;

import io.pipit.monitor.Health.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with parts of the node from outside, with its configuration for instance: each once
 * in the journal, the first ones in the health. Thread-safe.
 */
public final class Problems {
    /** Of one topic, that many are in the health; the journal has them all. */
    private static final int SHOWN_MAX = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private final Health health;
    private final Map<String, List<String>> told = new HashMap<>();

    public Problems(Health health) {
        this.health = health;
    }

    /**
     * This is what is wrong with a part now.
     *
     * @param topic what these are about; they take the place of what was said of it before
     * @param problems a line each; empty where all is well
     */
    public synchronized void tell(Part part, String topic, List<String> problems) {
        if (!problems.equals(told.put(topic, problems))) {
            problems.forEach(problem -> LOG.warn("{}", problem));
        }
        int more = problems.size() - SHOWN_MAX;
        String shown = String.join("; ", problems.subList(0, Math.min(SHOWN_MAX, problems.size())));
        health.also(part, topic, more > 0 ? shown + "; and " + more + " more" : shown);
    }
}
