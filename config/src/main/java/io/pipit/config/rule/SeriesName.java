package io.pipit.config.rule;

import java.util.Optional;

/**
 * A series in a rule.
 *
 * @param node a peer's name; empty for this node, however that was written
 */
public record SeriesName(Optional<String> node, String sensor, String quantity) {
    /** As it is written. */
    @Override
    public String toString() {
        return node.map(name -> name + "/").orElse("") + sensor + "/" + quantity;
    }
}
