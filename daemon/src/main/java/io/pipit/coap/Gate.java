package io.pipit.coap;

import io.pipit.port.TimeSource;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets so many datagrams through and no more: a token bucket for each source and one for all
 * together, in front of everything that costs memory. Thread-safe.
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
    record Limits(int sourcePerSecond, int sourceBurst, int allPerSecond, int allBurst) {}

    /** Sources that are told apart; the one not heard of for longest is forgotten first. */
    static final int SOURCES_MAX = 512;

    private static final int IPV6_NETWORK_BYTES = 8;

    private final TimeSource time;
    private final Limits limits;
    private final Bucket all;
    private final Map<Object, Bucket> sources =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Object, Bucket> eldest) {
                    return size() > SOURCES_MAX;
                }
            };

    Gate(TimeSource time, Limits limits) {
        this.time = time;
        this.limits = limits;
        this.all = new Bucket(limits.allPerSecond, limits.allBurst, time.monotonicNanos());
    }

    /** Whether a datagram from there may pass; takes a token of both buckets where it may. */
    synchronized boolean admits(InetAddress source) {
        long now = time.monotonicNanos();
        Bucket own =
                sources.computeIfAbsent(
                        key(source),
                        key -> new Bucket(limits.sourcePerSecond, limits.sourceBurst, now));
        // In this order, so that one loud source alone never empties the bucket of all.
        return own.take(now) && all.take(now);
    }

    /** Who has one IPv6 address has 2^64 of them, except on the link itself. */
    private static Object key(InetAddress source) {
        if (source instanceof Inet6Address && !source.isLinkLocalAddress()) {
            return ByteBuffer.wrap(source.getAddress(), 0, IPV6_NETWORK_BYTES).getLong();
        }
        return source;
    }

    /** A token bucket: full at first, fills up by the clock. Not thread-safe. */
    static final class Bucket {
        private static final double NANOS_PER_SECOND = 1e9;

        private final double perSecond;
        private final double burst;
        private double tokens;
        private long atNanos;

        Bucket(double perSecond, double burst, long nowNanos) {
            this.perSecond = perSecond;
            this.burst = burst;
            this.tokens = burst;
            this.atNanos = nowNanos;
        }

        boolean take(long nowNanos) {
            double filled = tokens + (nowNanos - atNanos) / NANOS_PER_SECOND * perSecond;
            tokens = Math.min(burst, filled);
            atNanos = nowNanos;
            if (tokens < 1) {
                return false;
            }
            tokens -= 1;
            return true;
        }
    }
}
