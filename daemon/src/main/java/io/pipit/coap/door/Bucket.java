package io.pipit.coap.door;

/** A token bucket: full at first, fills up by the clock. Not thread-safe. */
public final class Bucket {
    private static final double NANOS_PER_SECOND = 1e9;

    private final double perSecond;
    private final double burst;
    private double tokens;
    private long atNanos;

    /**
     * @param perSecond tokens that come back
     * @param burst tokens that there are at the most
     * @param nowNanos monotonic
     */
    public Bucket(double perSecond, double burst, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.tokens = burst;
        this.atNanos = nowNanos;
    }

    /** Takes a token, where there is one. */
    public boolean take(long nowNanos) {
        if (!has(nowNanos)) {
            return false;
        }
        tokens -= 1;
        return true;
    }

    /** Whether there is a token. */
    public boolean has(long nowNanos) {
        double filled = tokens + (nowNanos - atNanos) / NANOS_PER_SECOND * perSecond;
        tokens = Math.min(burst, filled);
        atNanos = nowNanos;
        return tokens >= 1;
    }
}
