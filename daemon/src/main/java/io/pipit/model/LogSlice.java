package io.pipit.model;

import java.util.List;

/**
 * A stretch of one log as one filter shows it: what a notification, a heartbeat and the answer to a
 * repair have in common. It says which entry came before it and how far it is complete, so that
 * whoever receives it sees at once whether something is missing:
 *
 * <ul>
 *   <li>{@code previous <= cursor}: nothing is; the cursor moves to {@code completeTo};
 *   <li>{@code previous > cursor}: what lies between is missing and has to be fetched.
 * </ul>
 *
 * <p>Without entries it is a heartbeat: "the last that you should have is {@code previous}".
 *
 * @param log whose numbers these are
 * @param firstKept the first sequence that the origin still keeps; what is before it and wasn't
 *     received is gone
 * @param previous sequence of the entry before the first one here that the filter lets through, 0
 *     where there is none; in the answer to a repair, the place from which was asked
 * @param entries in log order, all that the filter lets through between {@code previous} and {@code
 *     completeTo}
 * @param completeTo up to where nothing that the filter lets through is left out; at least the last
 *     entry's sequence, and at least {@code previous}
 */
public record LogSlice(
        LogId log, long firstKept, long previous, List<LogEntry> entries, long completeTo) {
    public LogSlice {
        entries = List.copyOf(entries);
        long last = previous;
        for (LogEntry entry : entries) {
            if (entry.sequence() <= last) {
                throw new IllegalArgumentException(
                        "out of log order: " + entry.sequence() + " after " + last);
            }
            last = entry.sequence();
        }
        if (completeTo < last) {
            throw new IllegalArgumentException(
                    "complete to " + completeTo + ", but has or follows " + last);
        }
    }
}
