package io.pipit.resource.exchange;

import io.pipit.model.NodeId;
import java.util.concurrent.CompletionStage;

/** What peers share, for those here who want it. Thread-safe, never blocks. */
@FunctionalInterface
public interface PeerFiles {
    /**
     * Asks a peer, over TCP.
     *
     * @param request a GET of {@code /files} or below, of one block with {@link Part#block2}
     * @return what the peer answers, whatever that is, at most one block of it, which is a {@link
     *     Part.Loan} where it is large; fails where it can't be asked now
     */
    CompletionStage<Response> get(NodeId peer, Request request);
}
