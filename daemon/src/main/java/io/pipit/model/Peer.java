package io.pipit.model;

import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Another node that this one knows and trusts as far as its grants go.
 *
 * @param id pins its key
 * @param name what people call it
 * @param address where it was said to be; null where that isn't known
 * @param grants what it may do here
 */
public record Peer(NodeId id, String name, @Nullable InetSocketAddress address, Set<Grant> grants) {
    public Peer {
        grants = Set.copyOf(grants);
    }
}
