package io.pipit.core;

import static java.util.Objects.requireNonNull;

import io.pipit.core.Questions.Question;
import io.pipit.core.timing.Timing;
import io.pipit.core.timing.Window;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.ReadingStore;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows one peer's log through one filter, for ever. Two things go on beside each other: an
 * observation that is made anew when it ends or falls silent, and questions: for what is missing at
 * once, some of them at a time and each for a stretch of its own, and otherwise now and then where
 * the feed stands, which also tells the peer how much is held durably. Whatever comes, by either
 * way, is taken by the same rule. Which log is the peer's is believed only from answers, so that a
 * late slice of an old one does no harm. Node loop.
 */
final class Subscription {
    /** So long without a slice or a heartbeat, and the observation is made anew. */
    static final long SILENCE_MAX_NANOS = 25 * Timing.SECOND;

    /** Two observations are begun at least so far apart, however often the link says it's back. */
    static final long OBSERVE_GAP_NANOS = 500 * Timing.MILLISECOND;

    /** How often the peer is asked where its feed stands when nothing is missing. */
    static final long PULSE_NANOS = 30 * Timing.SECOND;

    /**
     * At first it is asked after this, then after twice as long each time: what is new is proved.
     */
    static final long PULSE_FIRST_NANOS = Timing.SECOND;

    /** A question without an answer for so long is given up; links answer much earlier. */
    static final long ANSWER_MAX_NANOS = 120 * Timing.SECOND;

    /** After so many repaired entries, when nothing is missing any more, the store is to commit. */
    static final int FLUSH_ENTRIES_MIN = 1_000;

    /** Sequences and places beyond this are nonsense: 2^53, what every JSON reader can count to. */
    static final long SEQUENCE_MAX = 1L << 53;

    final NodeId peer;
    final Filter filter;
    private final Subscriptions all;
    private final Timing.Backoff observing;
    private final Timing.Backoff asking;

    private long observeNanos;
    private long observedNanos;
    private long sliceNanos;
    private long heardNanos;

    private @Nullable HeldLog log;
    private HeldLog.@Nullable View view;
    private boolean otherLogSeen;

    /** Up to where the peer's feed goes, as far as it said. */
    private long head;

    private final Questions questions = new Questions();
    private final Map<Path, Window> windows =
            new EnumMap<>(Map.of(Path.UDP, Window.ofDatagrams(), Path.TCP, Window.ofPacks()));
    private long askedNanos;
    private long setBackNanos;
    private long pulseNanos = PULSE_FIRST_NANOS;
    private long notBeforeNanos;
    private long unflushed;

    private long received;
    private long repaired;
    private long gone;

    Subscription(NodeId peer, Filter filter, Subscriptions all, long nowNanos) {
        this.peer = peer;
        this.filter = filter;
        this.all = all;
        this.observing = new Timing.Backoff(all.entropy);
        this.asking = new Timing.Backoff(all.entropy);
        this.observeNanos = nowNanos;
        this.observedNanos = nowNanos - OBSERVE_GAP_NANOS;
        this.askedNanos = nowNanos - PULSE_NANOS;
        this.setBackNanos = nowNanos - 1;
        this.notBeforeNanos = nowNanos;
    }

    long nextDeadlineNanos() {
        return Math.min(observeNanos, nextQuestionNanos());
    }

    /** Does what is due. */
    void tick(long nowNanos) {
        if (observeNanos <= nowNanos) {
            observedNanos = nowNanos;
            observeNanos = Timing.atFullSecond(nowNanos + SILENCE_MAX_NANOS);
            all.paths.subscribe(peer, filter, nowNanos);
        }
        for (Question oldest = questions.oldest();
                oldest != null && oldest.askedNanos() + ANSWER_MAX_NANOS <= nowNanos;
                oldest = questions.oldest()) {
            questions.settled(oldest);
            setBack(oldest, nowNanos);
        }
        askForMissing(nowNanos);
        if (nextStandingNanos() <= nowNanos) {
            askWhereItStands(nowNanos);
        }
    }

    void stop() {
        all.paths.unsubscribe(peer);
    }

    /** The observation brought something. */
    void received(LogSlice slice, long nowNanos) {
        if (!isSane(slice)) {
            return;
        }
        sliceNanos = nowNanos;
        heardNanos = nowNanos;
        observing.reset();
        observeNanos = Timing.atFullSecond(nowNanos + SILENCE_MAX_NANOS);
        if (log == null || !log.id.equals(slice.log())) {
            otherLogSeen = true;
        } else {
            take(slice, true);
        }
    }

    /** The observation is over, or didn't come about. */
    void ended(long nowNanos) {
        observeNanos = nowNanos + observing.next();
    }

    /** What waits because the peer couldn't be reached need not wait longer. */
    void reachable(long nowNanos) {
        observing.reset();
        asking.reset();
        observeNanos =
                Math.min(observeNanos, Math.max(nowNanos, observedNanos + OBSERVE_GAP_NANOS));
        notBeforeNanos = Math.min(notBeforeNanos, nowNanos);
    }

    /** An answer came. One to a question that was given up, or never asked, is ignored. */
    void fetched(Event.Fetched answer, long nowNanos) {
        Question question = questions.get(answer.number());
        if (question == null) {
            return;
        }
        LogSlice slice = answer.slice();
        HeldLog before = log;
        long since = questions.headSince(question);
        questions.settled(question);
        if (!isSane(slice) || !follow(slice.log())) {
            setBack(question, nowNanos);
            return;
        }
        heardNanos = nowNanos;
        countGone(slice);
        boolean gained = take(slice, false);
        boolean useful = gained || log != before;
        if (question.forMissing() && log == before) {
            useful |= answers(question, answer, since, nowNanos);
        }
        if (useful || !(question.forMissing() || question.inDoubt())) {
            asking.reset();
            notBeforeNanos = nowNanos;
        } else {
            setBack(question, nowNanos);
        }
        if (unflushed >= FLUSH_ENTRIES_MIN && !isMissingSomething()) {
            unflushed = 0;
            all.store.flush();
        }
    }

    /** What the answer says of the stretch that was asked for; whether that is held now. */
    private boolean answers(Question question, Event.Fetched answer, long since, long nowNanos) {
        LogSlice slice = answer.slice();
        boolean held = view != null && view.intervals.covers(question.from(), slice.completeTo());
        boolean reaches = slice.completeTo() >= question.through();
        long asked = question.through() - question.from();
        if (!reaches && slice.entries().isEmpty()) {
            // There is no more than this, whatever was said before: the origin crashed before it
            // had stored it, say. What was said since then is believed.
            head = Math.max(slice.completeTo(), since);
        } else {
            if (!reaches) {
                all.counters.cut().increment();
            }
            Window window = window(question.path());
            // Where there was no room for more here, nothing is learned of the answers; nor where
            // it came the other way.
            boolean whole =
                    question.limit() == Math.min(asked, window.entriesMax())
                            && answer.path() == question.path();
            long told = Math.min(slice.completeTo(), question.through()) - question.from();
            long nanos = nowNanos - question.askedNanos();
            if (window.answered(asked, whole ? told : asked, nanos)) {
                all.counters.slow().increment();
            }
        }
        return held && slice.completeTo() > question.from();
    }

    /** No answer came, or none that can be used. */
    void fetchFailed(long number, long nowNanos) {
        Question question = questions.get(number);
        if (question != null) {
            questions.settled(question);
            window(question.path()).failed();
            setBack(question, nowNanos);
        }
    }

    /** Whether slices or heartbeats come in time. */
    boolean isLive(long nowNanos) {
        return sliceNanos != 0 && nowNanos - sliceNanos <= SILENCE_MAX_NANOS + Timing.SECOND;
    }

    /** Entries that were asked for, or fetched and wait for a commit. */
    int uncommittedEntries() {
        return questions.entries() + (view == null ? 0 : view.uncommittedEntries());
    }

    /** Entries that were fetched before their turn. */
    int aheadEntries() {
        return view == null ? 0 : view.aheadEntries();
    }

    CoreStatus.Subscription status(long nowNanos) {
        return new CoreStatus.Subscription(
                peer,
                filter,
                logId(),
                cursor(),
                view == null ? 0 : view.committed(),
                head,
                isLive(nowNanos),
                isMissingSomething(),
                received,
                repaired,
                gone,
                heardNanos,
                all.paths.feedPath(peer),
                all.paths.reason(peer, nowNanos));
    }

    private long nextQuestionNanos() {
        long next = Math.min(nextStandingNanos(), Timing.NEVER);
        Question oldest = questions.oldest();
        if (oldest != null) {
            next = Math.min(next, oldest.askedNanos() + ANSWER_MAX_NANOS);
        }
        return nextMissing(notBeforeNanos) == null ? next : Math.min(next, notBeforeNanos);
    }

    private long nextStandingNanos() {
        if (questions.standing() != null) {
            return Timing.NEVER;
        }
        if (otherLogSeen || log == null) {
            return notBeforeNanos;
        }
        long pulse = Timing.atFullSecond(askedNanos + pulseNanos);
        return questions.stretches() == 0
                ? Math.max(notBeforeNanos, Math.min(pulse, all.paths.questionDueNanos(peer)))
                : Timing.NEVER;
    }

    private void askWhereItStands(long nowNanos) {
        boolean inDoubt = otherLogSeen;
        otherLogSeen = false;
        if (!inDoubt) {
            pulseNanos = Math.min(2 * pulseNanos, PULSE_NANOS);
        }
        // Where the log isn't sure, only where it stands: its start may be long known.
        Path path = all.paths.feedPath(peer);
        Question question = new Question(all.nextNumber(), cursor(), 0, 0, inDoubt, path, nowNanos);
        all.numbered();
        ask(question);
    }

    private void askForMissing(long nowNanos) {
        while (notBeforeNanos <= nowNanos) {
            Question question = nextMissing(nowNanos);
            if (question == null) {
                return;
            }
            all.numbered();
            all.counters.asked().increment();
            all.paths.prepare(peer, missing(), nowNanos);
            ask(question);
        }
    }

    /** For the first stretch that is missing and not asked for; null where nothing is to be. */
    private @Nullable Question nextMissing(long nowNanos) {
        HeldLog.View view = this.view;
        if (view == null || otherLogSeen || view.intervals.cursor() >= head) {
            return null;
        }
        long cursor = view.intervals.cursor();
        Path path = all.paths.repairPath(peer, missing());
        Window window = window(path);
        Question standing = questions.standing();
        if (questions.stretches() >= window.questions()
                || (standing != null && standing.inDoubt())) {
            return null;
        }
        long from = cursor;
        for (long next = afterThat(from, view); next > from; next = afterThat(from, view)) {
            from = next;
        }
        int room = all.room(from == cursor);
        if (from >= head || room == 0) {
            return null;
        }
        long end = view.intervals.nextHeld(from, head);
        end = Math.min(end, questions.nextAsked(from, head));
        end = Math.min(end, Math.min(head, from + window.places()));
        int limit = Math.toIntExact(Math.min(end - from, Math.min(window.entriesMax(), room)));
        return new Question(all.nextNumber(), from, end, limit, false, path, nowNanos);
    }

    private long missing() {
        return view == null ? 0 : view.intervals.missing(view.intervals.cursor(), head);
    }

    /** Up to where it is held or asked for what follows this place. */
    private long afterThat(long place, HeldLog.View view) {
        return Math.max(view.intervals.heldFrom(place), questions.askedFrom(place));
    }

    private void ask(Question question) {
        askedNanos = question.askedNanos();
        questions.add(question);
        all.paths.fetch(
                new PeerLinks.Fetch(
                        question.number(),
                        peer,
                        filter,
                        logId(),
                        question.from(),
                        question.forMissing() ? question.through() : Long.MAX_VALUE,
                        view == null ? 0 : view.committed(),
                        question.limit()),
                question.path(),
                question.askedNanos());
    }

    /** It was of no use: what was asked before the last such one went wrong with it. */
    private void setBack(Question question, long nowNanos) {
        if (question.askedNanos() > setBackNanos) {
            setBackNanos = nowNanos;
            notBeforeNanos = nowNanos + asking.next();
        }
    }

    /** From now on this is the peer's log; false where it has shown too many of them. */
    private boolean follow(LogId id) {
        if (log != null && log.id.equals(id)) {
            return true;
        }
        HeldLog other = all.logOf(peer, id);
        if (other == null) {
            return false;
        }
        log = other;
        view = other.through(filter);
        head = 0;
        // What was asked of the former log is of no use for this one.
        questions.clear();
        windows.values().forEach(Window::reset);
        return true;
    }

    /** The rule of {@link LogSlice}. Says whether anything was gained. */
    private boolean take(LogSlice slice, boolean live) {
        HeldLog log = this.log;
        HeldLog.View view = this.view;
        if (log == null || view == null) {
            return false;
        }
        Intervals held = view.intervals;
        long from = slice.previous();
        long to = slice.completeTo();
        head = Math.max(head, to);
        questions.headIs(to);
        if (held.covers(from, to)) {
            all.counters.duplicates().add(slice.entries().size());
            return false;
        }
        if (!held.hasRoomFor(from)) {
            all.counters.overflows().increment();
            return false;
        }
        List<LogEntry> unheld = log.unheld(filter, view, slice);
        long cursor = held.cursorWith(from, to);
        boolean moves = cursor > held.cursor();
        if ((moves || !unheld.isEmpty())
                && !all.store.append(
                        new ReadingStore.Cursor(peer, log.id, filter), unheld, cursor)) {
            all.counters.storeFull().increment();
            return false;
        }
        held.add(from, to);
        view.handedOver(live ? 0 : unheld.size());
        if (!live) {
            unflushed += unheld.size();
            repaired += unheld.size();
            all.counters.repaired().add(unheld.size());
        }
        received += unheld.size();
        all.counters.received().add(unheld.size());
        all.counters.duplicates().add(slice.entries().size() - unheld.size());
        all.arrived(peer, log.id, unheld, live);
        return true;
    }

    /** What the origin no longer kept when it was asked; the answer itself closes the gap. */
    private void countGone(LogSlice slice) {
        if (view != null) {
            long end = Math.min(slice.firstKept() - 1, slice.completeTo());
            long lost = view.intervals.missing(slice.previous(), end);
            for (LogEntry entry : slice.entries()) {
                if (entry.sequence() <= end && !view.intervals.contains(entry.sequence())) {
                    lost--;
                }
            }
            if (lost > 0) {
                gone += lost;
                all.counters.gone().add(lost);
            }
        }
    }

    private boolean isSane(LogSlice slice) {
        boolean sane =
                slice.previous() >= 0
                        && slice.completeTo() <= SEQUENCE_MAX
                        && slice.firstKept() >= 0
                        && slice.firstKept() <= SEQUENCE_MAX;
        if (!sane) {
            all.counters.nonsense().increment();
        }
        return sane;
    }

    private boolean isMissingSomething() {
        return view != null && view.intervals.cursor() < head;
    }

    private Window window(Path path) {
        return requireNonNull(windows.get(path));
    }

    private @Nullable LogId logId() {
        return log == null ? null : log.id;
    }

    private long cursor() {
        return view == null ? 0 : view.intervals.cursor();
    }
}
