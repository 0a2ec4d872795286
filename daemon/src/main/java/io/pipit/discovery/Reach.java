package io.pipit.discovery;

import io.pipit.model.NodeId;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What discovery needs of the ways to the peers. Thread-safe; nothing blocks. */
public interface Reach {
    /** Whether the peer answers, over whichever way. */
    boolean isReachable(NodeId peer);

    /** Where it answers or did; null where that isn't known. */
    @Nullable InetSocketAddress addressOf(NodeId peer);

    /**
     * Tries to reach the peer there, and nowhere else.
     *
     * @param over when that is done, whatever came of it
     */
    void tryAt(NodeId peer, InetSocketAddress address, Runnable over);

    /** Lets a peer that is reachable know that this node may be elsewhere now. */
    void greet(NodeId peer);

    /**
     * Asks a peer where those are: {@code GET /peers?where=ID}.
     *
     * @param answer the CBOR document; null where there is none
     */
    void ask(NodeId peer, List<NodeId> missing, Consumer<byte @Nullable []> answer);
}
