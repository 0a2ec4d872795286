package io.pipit.mqtt;

import io.pipit.model.Peer;
import io.pipit.model.Series;
import io.pipit.monitor.Health;
import io.pipit.port.Entropy;
import io.pipit.port.Inbox;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Actuators;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the bridge needs of the node. All of it from any thread.
 *
 * @param self this node, as a peer would see it
 * @param peers those that it knows now
 * @param held up to where peers' logs were committed when the store was opened
 * @param expected how often a reading of an own series comes at the least; nothing where nobody
 *     measures it any more
 * @param file where the bridge writes down what must outlive it
 * @param version of this program
 */
public record Ports(
        Peer self,
        Supplier<List<Peer>> peers,
        ReadingHistory history,
        Map<ReadingStore.Cursor, Long> held,
        Function<Series, Optional<Duration>> expected,
        Actuators actuators,
        Inbox inbox,
        TimeSource time,
        Entropy entropy,
        Health health,
        Counters counters,
        Path file,
        String version) {
    public Ports {
        held = Map.copyOf(held);
    }
}
