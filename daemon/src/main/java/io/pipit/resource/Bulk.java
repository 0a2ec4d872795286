package io.pipit.resource;

import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.Pace;
import io.pipit.port.bulk.SharedFiles;
import io.pipit.resource.exchange.PeerFiles;

/**
 * What the tree shows of files and where it puts them.
 *
 * @param shared what peers may read
 * @param inbox what they put here
 * @param outbox what is to be sent to them
 * @param peers what they share
 * @param pace how fast files go out
 * @param later runs something after a while, on any thread
 */
public record Bulk(
        SharedFiles shared,
        Incoming inbox,
        Incoming outbox,
        PeerFiles peers,
        Pace pace,
        Later later) {
    /** A timer. */
    @FunctionalInterface
    public interface Later {
        /** Runs this once, after so long. */
        void run(Runnable task, long nanos);
    }
}
