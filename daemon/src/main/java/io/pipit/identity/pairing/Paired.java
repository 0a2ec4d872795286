package io.pipit.identity.pairing;

import io.pipit.model.NodeId;
import java.security.PublicKey;

/**
 * Another node that proved to know the code.
 *
 * @param key its own, proved by the connection and confirmed
 * @param claims what it says of itself
 */
public record Paired(PublicKey key, Claims claims) {
    /** What it is called by machines. */
    public NodeId id() {
        return NodeId.of(key);
    }
}
