package io.pipit.core;

import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.ReadingStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows one peer's log through one filter, for ever. Two things go on beside each other: an
 * observation that is made anew when it ends or falls silent, and questions, one at a time: for
 * what is missing at once, and otherwise now and then where the feed stands, which also tells the
 * peer how much is held durably. Whatever comes, by either way, is taken by the same rule. Which
 * log is the peer's is believed only from answers, so that a late slice of an old one does no harm.
 * Node loop.
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

    /** Entries asked for at once. */
    static final int FETCH_ENTRIES_MAX = 5_000;

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

    /** The same, of what was said since the last question. */
    private long headSinceAsked;

    private long askedNumber;
    private boolean askedForMissing;
    private boolean askedInDoubt;
    private long askedNanos;
    private long pulseNanos = PULSE_FIRST_NANOS;
    private long notBeforeNanos;

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
            all.links.subscribe(peer, filter);
        }
        if (nextQuestionNanos() <= nowNanos) {
            if (askedNumber != 0) {
                failed(nowNanos);
            } else {
                ask(nowNanos);
            }
        }
    }

    void stop() {
        all.links.unsubscribe(peer, filter);
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
        if (answer.number() != askedNumber) {
            return;
        }
        LogSlice slice = answer.slice();
        HeldLog before = log;
        if (!isSane(slice) || !follow(slice.log())) {
            failed(nowNanos);
            return;
        }
        heardNanos = nowNanos;
        askedNumber = 0;
        countGone(slice);
        boolean gained = take(slice, false);
        if (askedForMissing && !gained && slice.entries().isEmpty()) {
            // There is no more than this, whatever was said before: the origin crashed before it
            // had stored it, say. What was said since then is believed.
            head = Math.max(slice.completeTo(), headSinceAsked);
        }
        if (gained || log != before || !(askedForMissing || askedInDoubt)) {
            asking.reset();
            notBeforeNanos = nowNanos;
        } else {
            notBeforeNanos = nowNanos + asking.next();
        }
    }

    /** No answer came, or none that can be used. */
    void fetchFailed(long number, long nowNanos) {
        if (number == askedNumber) {
            failed(nowNanos);
        }
    }

    /** Whether slices or heartbeats come in time. */
    boolean isLive(long nowNanos) {
        return sliceNanos != 0 && nowNanos - sliceNanos <= SILENCE_MAX_NANOS + Timing.SECOND;
    }

    /** Entries that were fetched and wait for a commit. */
    int uncommittedEntries() {
        return view == null ? 0 : view.uncommittedEntries();
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
                heardNanos);
    }

    private long nextQuestionNanos() {
        if (askedNumber != 0) {
            return askedNanos + ANSWER_MAX_NANOS;
        }
        boolean urgent = otherLogSeen || log == null || (isMissingSomething() && all.room() > 0);
        return urgent
                ? notBeforeNanos
                : Math.max(notBeforeNanos, Timing.atFullSecond(askedNanos + pulseNanos));
    }

    private void ask(long nowNanos) {
        // Where the log isn't sure, only where it stands: its start may be long known.
        askedInDoubt = otherLogSeen;
        askedForMissing = !otherLogSeen && isMissingSomething() && all.room() > 0;
        if (!askedInDoubt && !askedForMissing) {
            pulseNanos = Math.min(2 * pulseNanos, PULSE_NANOS);
        }
        otherLogSeen = false;
        askedNanos = nowNanos;
        headSinceAsked = 0;
        askedNumber = all.nextNumber();
        all.links.fetch(
                new PeerLinks.Fetch(
                        askedNumber,
                        peer,
                        filter,
                        logId(),
                        cursor(),
                        view == null ? 0 : view.committed(),
                        askedForMissing ? Math.min(FETCH_ENTRIES_MAX, all.room()) : 0));
    }

    private void failed(long nowNanos) {
        askedNumber = 0;
        notBeforeNanos = nowNanos + asking.next();
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
        headSinceAsked = 0;
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
        headSinceAsked = Math.max(headSinceAsked, to);
        if (held.covers(from, to)) {
            all.counters.duplicates().add(slice.entries().size());
            return false;
        }
        if (!held.hasRoomFor(from)) {
            all.counters.overflows().increment();
            return false;
        }
        List<LogEntry> unheld = log.unheld(filter, view, slice.entries());
        long cursor = held.cursorWith(from, to);
        boolean moves = cursor > held.cursor();
        if ((moves || !unheld.isEmpty())
                && !all.store.append(
                        new ReadingStore.Cursor(peer, log.id, filter), unheld, cursor)) {
            all.counters.storeFull().increment();
            return false;
        }
        held.add(from, to);
        if (!live) {
            view.handedOver(unheld.size());
            repaired += unheld.size();
            all.counters.repaired().add(unheld.size());
        }
        received += unheld.size();
        all.counters.received().add(unheld.size());
        all.counters.duplicates().add(slice.entries().size() - unheld.size());
        all.arrived(peer, log.id, unheld, live);
        return moves || !unheld.isEmpty();
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

    private @Nullable LogId logId() {
        return log == null ? null : log.id;
    }

    private long cursor() {
        return view == null ? 0 : view.intervals.cursor();
    }
}
