package io.pipit.core;

import io.pipit.port.Entropy;

/** Points of time on the monotonic clock and stretches of it, in nanoseconds; when to do more. */
public final class Timing {
    /** No wake-up is wanted. */
    public static final long NEVER = Long.MAX_VALUE;

    static final long MILLISECOND = 1_000_000;

    /** Nanoseconds. */
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
        static final long FIRST_NANOS = 500 * MILLISECOND;
        static final long MAX_NANOS = 30 * SECOND;

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

    /**
     * How much is asked for at a time. A question is for so many places as the answers of late had
     * room for, a little more each time that there was room, and after an answer that hadn't, a
     * little less than it held. The number of questions under way grows with each answer and halves
     * when one took so long that something was lost on the way, or too much is under way already.
     */
    static final class Window {
        static final int QUESTIONS_FIRST = 2;
        static final int QUESTIONS_MAX = 8;

        /** Places of the first question. */
        static final long PLACES_FIRST = 256;

        static final long PLACES_MAX = 1L << 32;

        /** Links repeat what isn't answered within this time. */
        static final long SLOW_NANOS = 200 * MILLISECOND;

        private int questions = QUESTIONS_FIRST;
        private long places = PLACES_FIRST;
        private boolean everCut;
        private int uncut;

        /** So many at a time. */
        int questions() {
            return questions;
        }

        /** So many places with one. */
        long places() {
            return places;
        }

        /**
         * An answer came.
         *
         * @param asked places that were asked for
         * @param held places of them that it told of
         * @return whether it took too long
         */
        boolean answered(long asked, long held, long nanos) {
            if (held < asked) {
                places = Math.max(1, held - held / 16);
                everCut = true;
                uncut = 0;
            } else if (asked >= places) {
                uncut++;
                // By a 256th at first, so that few answers are cut; then ever faster.
                int shift = everCut ? Math.max(0, 8 - uncut / 32) : 0;
                places = Math.min(PLACES_MAX, places + Math.max(1, places >> shift));
            }
            boolean slow = nanos > SLOW_NANOS;
            questions =
                    slow
                            ? Math.max(QUESTIONS_FIRST, questions / 2)
                            : Math.min(QUESTIONS_MAX, questions + 1);
            return slow;
        }

        /** One wasn't answered at all. */
        void failed() {
            questions = 1;
        }

        /** It is another log. */
        void reset() {
            questions = QUESTIONS_FIRST;
            places = PLACES_FIRST;
            everCut = false;
            uncut = 0;
        }
    }
}
