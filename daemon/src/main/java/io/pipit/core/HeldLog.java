package io.pipit.core;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.Reading;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What this node holds of one log of a peer, through each filter that it ever followed it with.
 * Since an entry is held once whatever the filter was, one that any of them let through isn't new
 * to the others. Node loop.
 */
final class HeldLog {
    /** Filters per log: more changes of the configuration than anybody makes on one SD card. */
    static final int VIEWS_MAX = 256;

    /** The log as one filter shows it. */
    static final class View {
        private record Batch(long cursor, int entries) {}

        final Intervals intervals;
        private final ArrayDeque<Batch> uncommitted = new ArrayDeque<>();
        private long committed;
        private long handedOver;
        private int uncommittedEntries;
        private int aheadEntries;

        View(long committed) {
            this.intervals = new Intervals(committed);
            this.committed = committed;
            this.handedOver = committed;
        }

        /** Up to where everything survives a power cut. */
        long committed() {
            return committed;
        }

        /** Entries that were fetched, below the cursor, and wait for a commit. */
        int uncommittedEntries() {
            return uncommittedEntries;
        }

        /**
         * Entries that were fetched, above the cursor: no commit tells of them before what lies
         * between is there.
         */
        int aheadEntries() {
            return aheadEntries;
        }

        /** That many fetched entries were handed to the store, and the cursor with them. */
        void handedOver(int entries) {
            aheadEntries += entries;
            if (intervals.cursor() > handedOver) {
                handedOver = intervals.cursor();
                if (aheadEntries > 0) {
                    uncommitted.add(new Batch(handedOver, aheadEntries));
                    uncommittedEntries += aheadEntries;
                    aheadEntries = 0;
                }
            }
        }

        /** The cursor is committed up to there. */
        void committed(long cursor) {
            committed = Math.max(committed, cursor);
            for (Batch first = uncommitted.peek();
                    first != null && first.cursor() <= committed;
                    first = uncommitted.peek()) {
                uncommittedEntries -= first.entries();
                uncommitted.remove();
            }
        }
    }

    final LogId id;
    private final Map<Filter, View> views = new LinkedHashMap<>();

    HeldLog(LogId id) {
        this.id = id;
    }

    /** Takes over a cursor as the store has it. */
    void recover(Filter filter, long cursor) {
        views.put(filter, new View(cursor));
    }

    /** A cursor moved in the store. */
    void committed(Filter filter, long cursor) {
        View view = views.get(filter);
        if (view != null) {
            view.committed(cursor);
        }
    }

    /**
     * The log through this filter. One that is new begins where a wider one is committed, or else
     * at the log's start. Beyond {@link #VIEWS_MAX} the oldest is forgotten.
     */
    View through(Filter filter) {
        View view = views.get(filter);
        if (view == null) {
            long start = 0;
            for (Map.Entry<Filter, View> other : views.entrySet()) {
                if (includes(other.getKey(), filter)) {
                    start = Math.max(start, other.getValue().committed());
                }
            }
            view = new View(start);
            if (views.size() >= VIEWS_MAX) {
                views.remove(views.keySet().iterator().next());
            }
            views.put(filter, view);
        }
        return view;
    }

    /** Those that the filter lets through and that aren't held yet, by whatever filter. */
    List<LogEntry> unheld(Filter filter, View view, LogSlice slice) {
        List<LogEntry> entries = slice.entries();
        // The usual answer to a repair: nothing of it is held.
        boolean fresh =
                views.size() == 1
                        && view.intervals.missing(slice.previous(), slice.completeTo())
                                == slice.completeTo() - slice.previous();
        boolean wantsAll = filter.equals(Filter.ALL);
        List<LogEntry> unheld = new ArrayList<>(entries.size());
        for (LogEntry entry : entries) {
            if ((wantsAll || passes(filter, entry))
                    && (fresh
                            || (!view.intervals.contains(entry.sequence())
                                    && (views.size() == 1 || !heldByAnother(entry))))) {
                unheld.add(entry);
            }
        }
        return unheld;
    }

    /** Clocks are part of each feed; readings are filtered by their series. */
    static boolean passes(Filter filter, LogEntry entry) {
        return switch (entry) {
            case BootClock clock -> true;
            case Reading reading -> filter.matches(reading.series());
        };
    }

    private boolean heldByAnother(LogEntry entry) {
        for (Map.Entry<Filter, View> view : views.entrySet()) {
            if (view.getValue().intervals.contains(entry.sequence())
                    && passes(view.getKey(), entry)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is plain that the one lets everything through that the other does. */
    private static boolean includes(Filter wide, Filter narrow) {
        return wide.patterns().contains("**") || wide.patterns().containsAll(narrow.patterns());
    }
}
