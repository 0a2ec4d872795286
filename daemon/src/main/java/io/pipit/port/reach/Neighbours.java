package io.pipit.port.reach;

import io.pipit.model.NodeId;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that were found around this one, trusted or not. What they say of themselves is proved
 * by nothing: who is spoken to there has to prove its key. Thread-safe; doesn't block.
 */
public interface Neighbours {
    /**
     * A node that said it is there.
     *
     * @param id as it says
     * @param name as it says; null where it doesn't announce one
     * @param addresses of its network endpoint, best first
     */
    record Neighbour(NodeId id, @Nullable String name, List<InetSocketAddress> addresses) {}

    /** All that are there at present. */
    List<Neighbour> list();
}
