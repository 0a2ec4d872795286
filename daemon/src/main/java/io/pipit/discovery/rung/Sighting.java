package io.pipit.discovery.rung;

import io.pipit.model.NodeId;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Somebody said that a node is somewhere; whether that is so only a handshake shows.
 *
 * @param name as it was said; null where none was
 * @param address of its network endpoint
 * @param rung how that came to be known
 */
public record Sighting(NodeId id, @Nullable String name, InetSocketAddress address, Rung rung) {}
