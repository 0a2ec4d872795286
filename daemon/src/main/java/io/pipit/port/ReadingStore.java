package io.pipit.port;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import java.util.List;
import java.util.Map;

/**
 * Where readings and cursors survive a power cut: the writing side, called on the node loop alone.
 * Calls never block; what was written is said by {@link Event.Committed}, in the order of the
 * calls. A commit holds whole calls: entries and the cursor that came with them, or neither.
 */
public interface ReadingStore {
    /**
     * Whose entries, of which log, as seen through which filter.
     *
     * @param origin the node that took them
     */
    record Cursor(NodeId origin, LogId log, Filter filter) {}

    /**
     * What the store held when it was opened.
     *
     * @param log this node's own
     * @param boot number of the machine's present boot within this log, from 1
     * @param nextSequence the first own place that was never reserved before
     * @param lastSequences of each own series, also where the reading itself is no longer kept
     * @param lastClock sequence of the newest own {@link BootClock}, 0 where there is none
     * @param clocks of the own log
     * @param cursors as committed
     * @param firstKept the first own sequence that is still kept
     */
    record Recovered(
            LogId log,
            int boot,
            long nextSequence,
            Map<Series, Long> lastSequences,
            long lastClock,
            List<BootClock> clocks,
            Map<Cursor, Long> cursors,
            long firstKept) {
        public Recovered {
            lastSequences = Map.copyOf(lastSequences);
            clocks = List.copyOf(clocks);
            cursors = Map.copyOf(cursors);
        }
    }

    /** What was found at opening. */
    Recovered recovered();

    /**
     * Makes sure that own sequences up to this one are never handed out by a later run; {@link
     * Event.Reserved} says when that is durable. Committed at once, not with the next batch.
     */
    void reserve(long through);

    /**
     * Writes down what the wall clock is, in place of what was written before, so that a clock that
     * subscribers were told of is never known to them alone: one that didn't get into the log gets
     * a place in it when the store is opened again. {@link Event.ClockNoted} says when that is
     * durable. Committed at once, not with the next batch.
     *
     * @param clock with sequence 0, since it has no place yet
     */
    void note(BootClock clock);

    /**
     * Appends entries of the own log.
     *
     * @return false where the queue is full and nothing was taken
     */
    boolean append(List<LogEntry> entries);

    /**
     * Appends a peer's entries, ignoring those that it holds, and moves the cursor in the same
     * transaction. A cursor never moves back.
     *
     * @param entries may be empty, where the cursor alone moves
     * @return false where the queue is full and nothing was taken
     */
    boolean append(Cursor cursor, List<LogEntry> entries, long completeTo);

    /**
     * A node goes on with another key: what is kept of it is that one's from now on, its cursors
     * too. Whoever opens the store the next time says so again.
     */
    default void renamed(NodeId before, NodeId after) {}

    /** What was appended so far needn't wait for more: it is committed as soon as can be. */
    void flush();
}
