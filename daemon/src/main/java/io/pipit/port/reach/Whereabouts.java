package io.pipit.port.reach;

import io.pipit.model.NodeId;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where peers may be. A peer is its key, not its address: all of these are guesses until a
 * handshake proved one. Thread-safe; nothing here blocks.
 */
@FunctionalInterface
public interface Whereabouts {
    /** Where this peer may be, best first; nothing where nobody knows. */
    List<InetSocketAddress> of(NodeId peer);

    /** It was tried there and didn't answer, or somebody else did. */
    default void failed(NodeId peer, InetSocketAddress address) {}

    /** Whether it failed there of late, so that other places are better. */
    default boolean doubts(NodeId peer, InetSocketAddress address) {
        return false;
    }
}
