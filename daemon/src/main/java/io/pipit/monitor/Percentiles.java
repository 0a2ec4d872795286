package io.pipit.monitor;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long something takes, as quantiles: a histogram of 16 steps for each power of two, so that a
 * quantile is within 3.2 % of the truth, in 4.1 kB whatever happens. Durations in nanoseconds up to
 * {@link #NANOS_MAX}; longer ones count as that. Thread-safe; recording allocates nothing and never
 * waits.
 */
public final class Percentiles {
    /** The longest duration told apart: 2^36 ns, 68.7 s. */
    public static final long NANOS_MAX = (1L << 36) - 1;

    private static final int STEP_BITS = 4;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int BUCKETS = bucketOf(NANOS_MAX) + 1;

    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
    private final AtomicLong count = new AtomicLong();
    private final LongAdder sumNanos = new LongAdder();
    private final int halveEvery;

    private Percentiles(int halveEvery) {
        this.halveEvery = halveEvery;
    }

    /** Over all durations since the start. */
    public static Percentiles ofAll() {
        return new Percentiles(0);
    }

    /**
     * Over the recent ones: after each {@code window} durations all that came before counts half.
     * {@link #count} and {@link #sumSeconds} still go on for ever.
     */
    public static Percentiles ofRecent(int window) {
        if (window < 1) {
            throw new IllegalArgumentException("a window of " + window + " durations");
        }
        return new Percentiles(window);
    }

    /** One more; a negative one counts as 0. */
    public void record(long nanos) {
        long clipped = Math.clamp(nanos, 0, NANOS_MAX);
        buckets.incrementAndGet(bucketOf(clipped));
        sumNanos.add(clipped);
        long recorded = count.incrementAndGet();
        if (halveEvery > 0 && recorded % halveEvery == 0) {
            halve();
        }
    }

    private void halve() {
        for (int i = 0; i < BUCKETS; i++) {
            long held = buckets.get(i);
            if (held > 0) {
                // Taken off rather than set, so that what others add meanwhile isn't lost.
                buckets.addAndGet(i, -(held / 2));
            }
        }
    }

    /** How many were recorded since the start. */
    public long count() {
        return count.get();
    }

    /** All durations since the start together, in seconds. */
    public double sumSeconds() {
        return sumNanos.sum() / 1e9;
    }

    /**
     * The duration that this share of them doesn't exceed.
     *
     * @param quantile from 0 to 1
     * @return nanoseconds; 0 where nothing was recorded
     */
    public long quantileNanos(double quantile) {
        if (!(quantile >= 0 && quantile <= 1)) {
            throw new IllegalArgumentException("a quantile is from 0 to 1, not " + quantile);
        }
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += buckets.get(i);
        }
        long rank = Math.max(1, (long) Math.ceil(quantile * total));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += buckets.get(i);
            if (seen >= rank) {
                return middleOf(i);
            }
        }
        return 0;
    }

    /** Half of them are at most this long, nanoseconds. */
    public long p50Nanos() {
        return quantileNanos(0.5);
    }

    /** All but one of a hundred are at most this long, nanoseconds. */
    public long p99Nanos() {
        return quantileNanos(0.99);
    }

    private static int bucketOf(long nanos) {
        if (nanos < STEPS) {
            return (int) nanos;
        }
        int shift = 63 - Long.numberOfLeadingZeros(nanos) - STEP_BITS;
        return (shift + 1) * STEPS + (int) (nanos >> shift) - STEPS;
    }

    private static long middleOf(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        long low = (long) (bucket % STEPS + STEPS) << shift;
        return low + ((1L << shift) - 1) / 2;
    }
}
