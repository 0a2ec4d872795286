package io.pipit.coap.door;

/**
 * Decides which handshakes of strangers may begin when many are tried. Not thread-safe.
 *
 * <p>While few are under way, each may. When many are, a ClientHello is let in only when it comes
 * for the second time, as that of a node does after a second: who leaves handshakes half-open by
 * the thousand doesn't wait for that. And each source has its turn once in half a minute, so that
 * of those who do wait the many don't keep out the one for long.
 */
public final class Crowd {
    /** Handshakes of strangers under way; another one takes the place of the oldest. */
    public static final int OPEN_MAX = 128;

    /** Below that each may begin at once. */
    static final int CALM_MAX = 16;

    /** Handshakes of strangers that begin, a second; each costs a signature. */
    static final int STARTS_PER_SECOND = 50;

    /** At once: peers' readings wait behind them on the same thread. */
    static final int STARTS_BURST = 4;

    /** So long a handshake has to itself before it may have to make way, milliseconds. */
    static final int ALONE_MS = 1_000;

    /** Handshakes that one source may begin at once, where many are tried. */
    static final int TURNS_BURST = 1;

    /** And so many a second from then on. */
    static final double TURNS_PER_SECOND = 1.0 / 30;

    /** A second time isn't one before that, milliseconds: a node repeats a hello after 1,000. */
    static final int AGAIN_MS_MIN = 500;

    /** Nor after that: the last repetition comes 1,500 after the one before. */
    static final int AGAIN_MS_MAX = 3_000;

    private static final int MARKS_BITS = 15;
    private static final int MILLIS_BITS = 32;
    private static final long MILLIS_MASK = (1L << MILLIS_BITS) - 1;
    private static final long NANOS_PER_MS = 1_000_000;

    private final SourceTable turns;
    private final Bucket starts;
    private final long seed;
    private final long originNanos;

    /** For each hello that was put off: a part of its hash, and when that was. */
    private final long[] marks = new long[1 << MARKS_BITS];

    /**
     * @param seed random
     * @param nowNanos monotonic
     */
    public Crowd(long seed, long nowNanos) {
        this.seed = seed;
        this.originNanos = nowNanos;
        this.turns = new SourceTable(TURNS_PER_SECOND, TURNS_BURST, seed, nowNanos);
        this.starts = new Bucket(STARTS_PER_SECOND, STARTS_BURST, nowNanos);
    }

    /**
     * Whether a hello with a cookie may be looked at, which may begin a handshake. That the cookie
     * is right isn't known yet: so it takes nothing.
     *
     * @param source who sends it
     * @param hello {@link DtlsDatagram#fingerprint}
     * @param open handshakes of strangers under way
     * @param oldestNanos since when the oldest of them is
     */
    public boolean mayBegin(long source, long hello, int open, long oldestNanos, long nowNanos) {
        if (open < CALM_MAX) {
            return starts.has(nowNanos);
        }
        boolean room = open < OPEN_MAX || isOver(oldestNanos, nowNanos);
        boolean again =
                isAgain(Hashes.mix(source) ^ hello, (nowNanos - originNanos) / NANOS_PER_MS);
        return again && room && turns.has(source, nowNanos) && starts.has(nowNanos);
    }

    /** One begins: its cookie was right. */
    public void begins(long source, long nowNanos) {
        starts.take(nowNanos);
        turns.take(source, nowNanos);
    }

    /** Whether one that began then has to make way for another. */
    public static boolean isOver(long sinceNanos, long nowNanos) {
        return nowNanos - sinceNanos >= ALONE_MS * NANOS_PER_MS;
    }

    /** Whether it was here a while ago; from now on it was. */
    private boolean isAgain(long what, long nowMs) {
        long hash = Hashes.mix(what ^ seed);
        int at = (int) (hash & (marks.length - 1));
        long tag = hash & ~MILLIS_MASK;
        long mark = marks[at];
        long agoMs = nowMs - (mark & MILLIS_MASK);
        if (mark != 0 && (mark & ~MILLIS_MASK) == tag && agoMs <= AGAIN_MS_MAX) {
            if (agoMs < AGAIN_MS_MIN) {
                return false;
            }
            marks[at] = tag | (nowMs & MILLIS_MASK);
            return true;
        }
        marks[at] = tag | (nowMs & MILLIS_MASK);
        return false;
    }
}
