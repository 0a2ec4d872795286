package io.pipit.identity.pairing;

import java.security.PublicKey;

/**
 * This node, as it takes part.
 *
 * @param key its own
 * @param claims what it says of itself
 */
public record Myself(PublicKey key, Claims claims) {}
