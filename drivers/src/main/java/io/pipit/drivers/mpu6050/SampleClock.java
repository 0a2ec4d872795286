package io.pipit.drivers.mpu6050;

/**
 * The times of samples that a chip takes by its own clock, which is not quite that of the bus: how
 * many there were by when tells how long one really takes. Times only ever go up, and do not drift
 * away, however long it runs. On the thread of the bus.
 */
final class SampleClock {

    /** The chip's clock is within 1 % (product specification section 6.6); more is no clock. */
    private static final double OFF_MAX = 0.03;

    /** From the first to the second of these the true length of a sample is measured. */
    private static final long WINDOW_NANOS = 20_000_000_000L;

    /** Of fewer it can't be told better than it is known. */
    private static final long SAMPLES_MIN = 500;

    /** So much of how far off the times are is put right at once. */
    private static final double CORRECTED = 0.2;

    private final double shortest;
    private final double longest;
    private double period;
    private double last;
    private long count;
    private long olderNanos;
    private long olderCount;
    private long newerNanos;
    private long newerCount;

    /**
     * @param nominalNanos how long a sample should take
     * @param startNanos from when on the chip takes samples
     */
    SampleClock(double nominalNanos, long startNanos) {
        this.shortest = nominalNanos * (1 - OFF_MAX);
        this.longest = nominalNanos * (1 + OFF_MAX);
        this.period = nominalNanos;
        // The first comes within one sample's time, half of it on the average.
        this.last = startNanos - nominalNanos / 2;
        this.olderNanos = startNanos;
        this.newerNanos = startNanos;
    }

    /**
     * So many more have been taken by now.
     *
     * @param samples at least one
     * @param fromNanos they were counted after this
     * @param toNanos and before this
     * @return the time of each
     */
    long[] take(int samples, long fromNanos, long toNanos) {
        long now = fromNanos + (toNanos - fromNanos) / 2;
        count += samples;
        measure(now);
        // The newest is up to a sample's time old.
        double off = now - period / 2 - (last + samples * period);
        double trust = period / (period + (toNanos - fromNanos));
        double step = Math.clamp(period + CORRECTED * trust * off / samples, shortest, longest);
        long[] times = new long[samples];
        for (int i = 0; i < samples; i++) {
            times[i] = Math.round(last + (i + 1) * step);
        }
        last += samples * step;
        return times;
    }

    private void measure(long now) {
        long samples = count - olderCount;
        if (samples >= SAMPLES_MIN) {
            period = Math.clamp((double) (now - olderNanos) / samples, shortest, longest);
        }
        if (now - newerNanos >= WINDOW_NANOS) {
            olderNanos = newerNanos;
            olderCount = newerCount;
            newerNanos = now;
            newerCount = count;
        }
    }

    /**
     * All that were taken until now are gone.
     *
     * @return how many those were
     */
    long skip(long nowNanos) {
        long gone = Math.max(0, (long) Math.floor((nowNanos - last) / period));
        last += gone * period;
        count += gone;
        return gone;
    }

    /** Whether there should have been this many samples since the last one. */
    boolean isSilent(int samples, long nowNanos) {
        return nowNanos - last > samples * period;
    }

    /** How long a sample takes, in nanoseconds, as far as that is known. */
    double period() {
        return period;
    }
}
