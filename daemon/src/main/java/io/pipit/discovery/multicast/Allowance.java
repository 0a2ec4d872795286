package io.pipit.discovery.multicast;

/** So many at once, and so many a second after that: a token bucket. Not thread-safe. */
final class Allowance {
    private static final long SECOND = 1_000_000_000;

    private final double burst;
    private final double perSecond;
    private double left;
    private long atNanos;

    Allowance(double burst, double perSecond, long nowNanos) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.left = burst;
        this.atNanos = nowNanos;
    }

    /** Takes one, if there is one. */
    boolean take(long nowNanos) {
        left = Math.min(burst, left + (nowNanos - atNanos) * perSecond / SECOND);
        atNanos = nowNanos;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
