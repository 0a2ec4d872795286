package io.pipit.coap;

import io.pipit.coap.door.Bucket;
import io.pipit.coap.door.Hashes;
import io.pipit.coap.door.SourceTable;
import io.pipit.port.TimeSource;
import java.net.InetAddress;
import java.security.SecureRandom;

/**
 * Lets so many datagrams through and no more: a share for each source and a token bucket for all
 * together, in front of everything that costs memory. Its own memory is fixed, and it makes no
 * object for a datagram. Thread-safe.
 */
final class Gate {
    /**
     * How much may come.
     *
     * @param sourcePerSecond datagrams a second that one source may send in the long run
     * @param sourceBurst datagrams that one source may send at once
     * @param allPerSecond datagrams a second of all sources together
     * @param allBurst datagrams at once of all sources together
     */
    record Limits(double sourcePerSecond, int sourceBurst, int allPerSecond, int allBurst) {}

    private final TimeSource time;
    private final Bucket all;
    private final SourceTable sources;

    Gate(TimeSource time, Limits limits) {
        long now = time.monotonicNanos();
        this.time = time;
        this.all = new Bucket(limits.allPerSecond, limits.allBurst, now);
        this.sources =
                new SourceTable(
                        limits.sourcePerSecond,
                        limits.sourceBurst,
                        new SecureRandom().nextLong(),
                        now);
    }

    /** Whether a datagram from there may pass; takes of both where it may. */
    boolean admits(InetAddress source) {
        return admits(Hashes.source(source));
    }

    /** The same for a source as {@link Hashes} counts them. */
    synchronized boolean admits(long source) {
        long now = time.monotonicNanos();
        // In this order, so that one loud source alone never empties the bucket of all.
        return sources.take(source, now) && all.take(now);
    }
}
