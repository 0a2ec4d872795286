package io.pipit.core.timing;

/**
 * What a feed says when there is nothing to say: after its last slice it tells where it stands,
 * soon at first and then ever later. So whoever follows it knows when the next word is due.
 */
public final class Heartbeats {
    /**
     * The slowest is what it is so that a way that died under a quiet feed is found within ten
     * seconds: the wait for this word, what it may be late, and three seconds without an answer.
     */
    private static final long[] AFTER_NANOS = {
        250 * Timing.MILLISECOND, Timing.SECOND, 4 * Timing.SECOND
    };

    /** What a word may be late, and what a second full of rounding takes. */
    private static final long LATE_MAX_NANOS = 2 * Timing.SECOND;

    /** A lone word may be lost: soon after a slice there is a second one to wait for. */
    private static final long SILENCE_MIN_NANOS = 3 * Timing.SECOND;

    /** So many heartbeats in a row, or more, and they come at their slowest. */
    public static final int SLOWEST = AFTER_NANOS.length - 1;

    private Heartbeats() {}

    /**
     * When the next one goes out.
     *
     * @param sentNanos when the last slice or heartbeat did
     * @param beats heartbeats since the last slice
     */
    public static long nextNanos(long sentNanos, int beats) {
        long next = sentNanos + AFTER_NANOS[Math.min(beats, SLOWEST)];
        return beats == 0 ? next : Timing.atFullSecond(next);
    }

    /** After so long without a word a feed isn't just quiet; {@code beats} as above. */
    public static long silenceNanos(int beats) {
        return Math.max(SILENCE_MIN_NANOS, AFTER_NANOS[Math.min(beats, SLOWEST)] + LATE_MAX_NANOS);
    }
}
