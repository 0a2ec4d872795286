package io.pipit.port.bulk;

/**
 * How fast bulk may go: a bucket that fills at the rate and is emptied by what is sent.
 * Thread-safe.
 */
public final class Pace {
    /** No limit. */
    public static final long UNLIMITED = 0;

    /** What may go at once after a rest, as time at the rate. */
    static final long BURST_NANOS = 250_000_000;

    private static final double NANOS_PER_SECOND = 1e9;

    private final long bytesPerSecond;
    private long paidUntilNanos = Long.MIN_VALUE;

    /**
     * A pace.
     *
     * @param bytesPerSecond {@link #UNLIMITED} or more than that
     */
    public Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Says when so many bytes may go, and counts them as gone then.
     *
     * @param nowNanos monotonic
     * @return how long to wait, 0 or more
     */
    public synchronized long delayNanos(long bytes, long nowNanos) {
        if (bytesPerSecond == UNLIMITED) {
            return 0;
        }
        paidUntilNanos = Math.max(paidUntilNanos, nowNanos - BURST_NANOS);
        long delay = Math.max(0, paidUntilNanos - nowNanos);
        paidUntilNanos += (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
        return delay;
    }
}
