package io.pipit.resource;

import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and what that lets them do.
 *
 * @param via where the request came in
 * @param peer who, where it is a peer
 * @param grants what they may do; what isn't here is denied
 */
public record Caller(Via via, @Nullable NodeId peer, Set<Grant> grants) {
    /** Where a request came in: decides what is there at all. */
    public enum Via {
        /** Loopback, read only, anybody on this machine. */
        MONITOR,
        /** The Unix socket: whom the file's mode let in. */
        SOCKET,
        /** A peer that proved its key. */
        NETWORK
    }

    public Caller {
        grants = Set.copyOf(grants);
    }
}
