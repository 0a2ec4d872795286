package io.pipit.core.path;

import io.pipit.core.timing.Timing;

/**
 * When a feed that moved to TCP tries UDP again, and what has to go well before it moves back: a
 * series of questions, then a trial of the feed itself. It stays on TCP for a while, and for longer
 * where it had to move soon after it was back. Node loop.
 */
final class WayBack {
    /** So long it stays on TCP at least; twice as long each time that UDP did no good again. */
    static final long STAY_MIN_NANOS = 30 * Timing.SECOND;

    static final long STAY_MAX_NANOS = 600 * Timing.SECOND;

    /** Moves closer to each other than this are one and the same trouble. */
    static final long CALM_NANOS = 600 * Timing.SECOND;

    /** After a try that came to nothing it waits for the one, in the end for the other. */
    static final long AGAIN_FIRST_NANOS = 30 * Timing.SECOND;

    static final long AGAIN_MAX_NANOS = 120 * Timing.SECOND;

    /** Answers in a row that show that UDP works, apart from each other, and how fast each. */
    static final int PROBES = 5;

    static final long PROBE_GAP_NANOS = 500 * Timing.MILLISECOND;
    static final long PROBE_GOOD_NANOS = Timing.SECOND;

    /** The first one may have to begin a session. */
    static final long PROBE_FIRST_GOOD_NANOS = 3 * Timing.SECOND;

    /** So many of them may have been repeated. */
    static final int REPEATED_MAX = 1;

    /** The feed has so long to bring its second word over UDP: two or three heartbeats by then. */
    static final long TRIAL_NANOS = 13 * Timing.SECOND;

    private static final long NO_PROBE = 0;

    private boolean everBack;
    private long backNanos;
    private long leftNanos;
    private long stayNanos = STAY_MIN_NANOS;
    private long tryNanos = Timing.NEVER;
    private long againNanos = AGAIN_FIRST_NANOS;
    private long trialUntilNanos = Timing.NEVER;
    private long probe = NO_PROBE;
    private long probedNanos;
    private int answered;
    private long repeatedBefore;

    /** The feed is on TCP now; {@code atOnce}: UDP may well work by now. */
    void left(boolean atOnce, long nowNanos) {
        leftNanos = nowNanos;
        stayNanos =
                everBack && nowNanos - backNanos < CALM_NANOS
                        ? Math.min(2 * stayNanos, STAY_MAX_NANOS)
                        : STAY_MIN_NANOS;
        againNanos = AGAIN_FIRST_NANOS;
        tryNanos = atOnce ? nowNanos : nowNanos + stayNanos;
        endTrial();
    }

    /** The feed is on UDP again. */
    void back(long nowNanos) {
        everBack = true;
        backNanos = nowNanos;
        stop();
    }

    /** Nothing is to be tried. */
    void stop() {
        tryNanos = Timing.NEVER;
        endTrial();
    }

    /** The try came to nothing, or isn't possible just now. */
    void later(long nowNanos) {
        tryNanos = nowNanos + againNanos;
        againNanos = Math.min(2 * againNanos, AGAIN_MAX_NANOS);
        endTrial();
    }

    /** The peer was heard over UDP: it is worth a try, if it has stayed for long enough. */
    void heard(long nowNanos) {
        tryNanos = Math.min(tryNanos, Math.max(nowNanos, leftNanos + stayNanos));
    }

    /** TCP does no good, so there is nothing to lose. */
    void hurry(long nowNanos) {
        tryNanos = Math.min(tryNanos, nowNanos);
    }

    boolean wantsProbe(long nowNanos) {
        return isWaiting() && tryNanos <= nowNanos;
    }

    /** This one goes out; {@code repeated} requests were so far. */
    void probe(long number, long repeated, long nowNanos) {
        if (answered == 0) {
            repeatedBefore = repeated;
        }
        probe = number;
        probedNanos = nowNanos;
    }

    boolean isProbe(long number) {
        return number == probe && number != NO_PROBE;
    }

    /** It was answered; false where that took so long, or so much, that UDP is no good yet. */
    boolean answered(long repeated, long nowNanos) {
        probe = NO_PROBE;
        long took = nowNanos - probedNanos;
        boolean good = took <= (answered == 0 ? PROBE_FIRST_GOOD_NANOS : PROBE_GOOD_NANOS);
        answered++;
        tryNanos = nowNanos + PROBE_GAP_NANOS;
        return good && repeated - repeatedBefore <= REPEATED_MAX;
    }

    /** It wasn't. */
    void unanswered(long nowNanos) {
        probe = NO_PROBE;
        later(nowNanos);
    }

    boolean seriesIsDone() {
        return answered >= PROBES;
    }

    void beginTrial(long nowNanos) {
        trialUntilNanos = nowNanos + TRIAL_NANOS;
    }

    /** Whether the feed didn't come over UDP within that time. */
    boolean trialIsOver(long nowNanos) {
        return trialUntilNanos <= nowNanos;
    }

    long nextDeadlineNanos() {
        return isWaiting() ? tryNanos : trialUntilNanos;
    }

    /** When it is tried again; what is past: it is being tried. */
    long nextTryNanos() {
        return isWaiting() ? tryNanos : 0;
    }

    private boolean isWaiting() {
        return probe == NO_PROBE && trialUntilNanos == Timing.NEVER;
    }

    private void endTrial() {
        trialUntilNanos = Timing.NEVER;
        answered = 0;
    }
}
