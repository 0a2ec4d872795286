package io.pipit.port.bulk;

import io.pipit.model.NodeId;
import java.nio.file.Path;

/**
 * A file in the queue, durable there until it is delivered or cancelled.
 *
 * @param number grows from one to the next, from 1
 * @param sha256 64 hexadecimal digits
 * @param content where its bytes are
 */
public record Outgoing(
        long number, NodeId peer, FileName name, long bytes, String sha256, Path content) {
    /** The same to another peer. */
    public Outgoing to(NodeId other) {
        return new Outgoing(number, other, name, bytes, sha256, content);
    }
}
