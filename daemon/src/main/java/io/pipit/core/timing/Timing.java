package io.pipit.core.timing;

import io.pipit.port.Entropy;

/** Points of time on the monotonic clock and stretches of it, in nanoseconds; when to do more. */
public final class Timing {
    /** No wake-up is wanted. */
    public static final long NEVER = Long.MAX_VALUE;

    public static final long MILLISECOND = 1_000_000;
    public static final long SECOND = 1_000 * MILLISECOND;

    private Timing() {}

    /**
     * For what may as well be a little later: at a full second of the monotonic clock, so that all
     * of these share the one wake-up that the clock check needs anyway.
     */
    public static long atFullSecond(long nanos) {
        return Math.ceilDiv(nanos, SECOND) * SECOND;
    }

    /**
     * How long to wait before trying again: longer each time, never for good, and not at the same
     * moment as everybody else. Node loop.
     */
    public static final class Backoff {
        public static final long FIRST_NANOS = 500 * MILLISECOND;
        public static final long MAX_NANOS = 30 * SECOND;

        private final Entropy entropy;
        private long nextNanos = FIRST_NANOS;

        public Backoff(Entropy entropy) {
            this.entropy = entropy;
        }

        /** Between half and all of a time that doubles with each call. */
        public long next() {
            long whole = nextNanos;
            nextNanos = Math.min(2 * whole, MAX_NANOS);
            return whole / 2 + Math.floorMod(entropy.nextLong(), whole / 2 + 1);
        }

        /** It went well: the next failure starts from the beginning. */
        public void reset() {
            nextNanos = FIRST_NANOS;
        }
    }
}
