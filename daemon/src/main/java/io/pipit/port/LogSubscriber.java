package io.pipit.port;

import io.pipit.model.LogSlice;

/**
 * Somebody who observes a feed of this node's log. Called on the node loop: must only hand over.
 * The same slice object goes to all subscribers of a filter one after the other, so that what it is
 * encoded to can be kept for the next.
 */
@FunctionalInterface
public interface LogSubscriber {
    /**
     * The next stretch of the feed, or a heartbeat. Nothing is thrown; what can't be sent is lost.
     */
    void deliver(LogSlice slice);
}
