package io.pipit.coap;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What is known of the way to one peer: how long, how lossy, whether it works. Thread-safe. */
final class PeerLink {
    /** Transmissions after which the older ones count half. */
    static final int TRANSMISSIONS_MAX = 256;

    private static final double MEDIAN = 0.5;
    private static final double PERCENTILE_99 = 0.99;

    private final Histogram roundTrips = new Histogram();
    private int transmissions;
    private int repetitions;
    private long handshakes;
    private boolean reachable;
    private boolean failed;
    private @Nullable InetSocketAddress address;
    private String lastError = "";

    /** A request went out, for the first time or once more. */
    synchronized void sent(InetSocketAddress to, boolean again) {
        if (transmissions >= TRANSMISSIONS_MAX) {
            transmissions /= 2;
            repetitions /= 2;
        }
        transmissions++;
        repetitions += again ? 1 : 0;
        if (!reachable) {
            address = to;
        }
    }

    synchronized void roundTrip(long micros) {
        roundTrips.record(micros);
    }

    synchronized void handshake() {
        handshakes++;
    }

    /**
     * The peer spoke.
     *
     * @return whether it couldn't be reached before
     */
    synchronized boolean heard(InetSocketAddress from) {
        boolean again = failed;
        failed = false;
        reachable = true;
        address = from;
        return again;
    }

    /** It can't be reached. */
    synchronized void lost(String reason) {
        reachable = false;
        failed = true;
        lastError = reason;
    }

    /** It can, but something else went wrong. */
    synchronized void complained(String reason) {
        lastError = reason;
    }

    synchronized CoapPeerLinks.LinkStatus status(@Nullable InetSocketAddress otherwise) {
        return new CoapPeerLinks.LinkStatus(
                reachable,
                address != null ? address : otherwise,
                "udp",
                roundTrips.quantileMicros(MEDIAN),
                roundTrips.quantileMicros(PERCENTILE_99),
                transmissions == 0 ? 0 : (double) repetitions / transmissions,
                handshakes,
                lastError);
    }

    /**
     * Round trips by size: 64 buckets, four to a doubling, from 16 microseconds to about a second,
     * each value at most 19 % above the truth. Old values fade: where {@link #SAMPLES_MAX} are in,
     * all buckets are halved. Not thread-safe.
     */
    static final class Histogram {
        /** Samples after which the older ones count half. */
        static final int SAMPLES_MAX = 1_024;

        private static final int BUCKETS = 64;
        private static final double FIRST_MICROS = 16;
        private static final double BUCKETS_PER_DOUBLING = 4;

        private final int[] counts = new int[BUCKETS];
        private int samples;

        void record(long micros) {
            if (samples >= SAMPLES_MAX) {
                samples = 0;
                for (int i = 0; i < BUCKETS; i++) {
                    counts[i] /= 2;
                    samples += counts[i];
                }
            }
            counts[bucket(micros)]++;
            samples++;
        }

        /**
         * The upper edge of the bucket that this share of the samples doesn't exceed.
         *
         * @param share 0 to 1
         * @return microseconds, 0 where there are no samples
         */
        long quantileMicros(double share) {
            if (samples == 0) {
                return 0;
            }
            long wanted = Math.max(1, (long) Math.ceil(share * samples));
            long seen = 0;
            int bucket = 0;
            while (bucket < BUCKETS - 1) {
                seen += counts[bucket];
                if (seen >= wanted) {
                    break;
                }
                bucket++;
            }
            return Math.round(FIRST_MICROS * Math.pow(2, bucket / BUCKETS_PER_DOUBLING));
        }

        private static int bucket(long micros) {
            if (micros <= FIRST_MICROS) {
                return 0;
            }
            double doublings = Math.log(micros / FIRST_MICROS) / Math.log(2);
            return (int) Math.min(BUCKETS - 1, Math.ceil(doublings * BUCKETS_PER_DOUBLING));
        }
    }
}
