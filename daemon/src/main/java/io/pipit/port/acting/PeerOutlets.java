package io.pipit.port.acting;

import io.pipit.model.NodeId;

/** The actuators of peers. Never blocks. */
public interface PeerOutlets {
    /** Whether a peer may be asked now. */
    boolean isReachable(NodeId peer);

    /** Asks a peer which ones it has; an {@link ActingEvent.Listed} follows. */
    void list(NodeId peer);
}
