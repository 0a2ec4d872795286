package io.pipit.core.timing;

/**
 * How much is asked for at a time. A question is for so many places as the answers of late had room
 * for, a little more each time that there was room, and after an answer that hadn't, a little less
 * than it held. The number of questions under way grows with each answer and halves when one took
 * so long that something was lost on the way, or too much is under way already. Node loop.
 */
public final class Window {
    public static final int QUESTIONS_FIRST = 2;
    public static final int QUESTIONS_MAX = 8;

    /** Places of the first question. */
    public static final long PLACES_FIRST = 256;

    /** Likewise where an answer may be of any size, and the least that it comes down to there. */
    public static final long PACK_PLACES_FIRST = 2_000;

    /**
     * Entries of such an answer, and how many of them at a time: one is made while the other is
     * taken in. More were no faster, took more memory, and what is live waited longer behind them.
     */
    public static final int PACK_ENTRIES_MAX = 4_000;

    public static final int PACK_QUESTIONS_MAX = 2;

    public static final long PLACES_MAX = 1L << 32;

    /** Entries asked for with one question: more than a datagram holds. */
    public static final int ENTRIES_MAX = 1_000;

    /** Links repeat what isn't answered within this time. */
    public static final long SLOW_NANOS = 200 * Timing.MILLISECOND;

    private final long placesFirst;
    private final int entriesMax;
    private final int questionsMax;
    private final boolean gives;
    private int questions = QUESTIONS_FIRST;
    private long places;
    private boolean everCut;
    private int uncut;

    private Window(long placesFirst, int entriesMax, int questionsMax, boolean gives) {
        this.placesFirst = placesFirst;
        this.entriesMax = entriesMax;
        this.questionsMax = questionsMax;
        this.gives = gives;
        places = placesFirst;
    }

    /** For answers in a datagram each. */
    public static Window ofDatagrams() {
        return new Window(PLACES_FIRST, ENTRIES_MAX, QUESTIONS_MAX, false);
    }

    /**
     * For answers that may be large. The feed may come the same way, and wait behind them: so they
     * become smaller where they take long.
     */
    public static Window ofPacks() {
        return new Window(PACK_PLACES_FIRST, PACK_ENTRIES_MAX, PACK_QUESTIONS_MAX, true);
    }

    /** So many at a time. */
    public int questions() {
        return questions;
    }

    /** So many places with one. */
    public long places() {
        return places;
    }

    /** So many entries with one. */
    public int entriesMax() {
        return entriesMax;
    }

    /**
     * An answer came.
     *
     * @param asked places that were asked for
     * @param held places of them that it told of
     * @return whether it took too long
     */
    public boolean answered(long asked, long held, long nanos) {
        boolean slow = nanos > SLOW_NANOS;
        if (held < asked) {
            places = Math.max(1, held - held / 16);
            everCut = true;
            uncut = 0;
        } else if (slow && gives) {
            places = Math.max(Math.min(places, placesFirst), places / 2);
        } else if (asked >= places) {
            uncut++;
            // By a 256th at first, so that few answers are cut; then ever faster.
            int shift = everCut ? Math.max(0, 8 - uncut / 32) : 0;
            places = Math.min(PLACES_MAX, places + Math.max(1, places >> shift));
        }
        questions =
                slow
                        ? Math.max(QUESTIONS_FIRST, questions / 2)
                        : Math.min(questionsMax, questions + 1);
        return slow;
    }

    /** One wasn't answered at all. */
    public void failed() {
        questions = 1;
    }

    /** It is another log. */
    public void reset() {
        questions = QUESTIONS_FIRST;
        places = placesFirst;
        everCut = false;
        uncut = 0;
    }
}
