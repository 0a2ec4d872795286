package io.pipit.store;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Stamp;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.LogQuery;
import io.pipit.port.ReadingHistory.Page;
import io.pipit.port.ReadingHistory.Position;
import io.pipit.store.Clocks.Range;
import io.pipit.store.StoreFile.Session;
import io.pipit.store.StoredLog.Column;
import io.pipit.store.StoredLog.Part;
import io.pipit.store.StoredLog.Track;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers queries on a connection of its own. For one thread at a time. */
final class Reader implements AutoCloseable {
    /** More boots than this within the time asked for, and blocks are chosen by boot alone. */
    private static final int RANGES_MAX = 16;

    /**
     * So many entries of the own log are read at once, where fewer are asked for, one stretch after
     * the other: to find the place costs more than to go on from it.
     */
    private static final int AHEAD_ENTRIES = 4_096;

    /**
     * What was read last of the own log, perhaps beyond the answers; of all readers, since a
     * repair's questions come some at a time. Whoever reads holds it, so that none reads what
     * another is about to.
     */
    static final class Ahead {
        private @Nullable Filter filter;
        private @Nullable LogSlice slice;
        private boolean lastCut;

        /** What was read, where it goes on to there or holds so many; null otherwise. */
        private @Nullable LogSlice find(
                Filter wanted, long firstKept, long after, long through, int limit) {
            LogSlice known = slice;
            if (known == null
                    || !wanted.equals(filter)
                    || known.firstKept() != firstKept
                    || after < known.previous()
                    || after >= known.completeTo()) {
                return null;
            }
            int from = indexAfter(known.entries(), after);
            boolean enough =
                    lastCut
                            && (through <= known.completeTo()
                                    || known.entries().size() - from >= limit);
            return enough ? known : null;
        }

        /** Whether this place is where the last stretch ended, or within it. */
        private boolean goesOn(Filter wanted, long after) {
            LogSlice known = slice;
            return known != null
                    && wanted.equals(filter)
                    && known.previous() <= after
                    && after <= known.completeTo();
        }

        /**
         * Keeps it.
         *
         * @param cut whether it ends before the log does: else more may follow its last entry
         */
        private void keep(Filter of, LogSlice read, boolean cut) {
            filter = of;
            slice =
                    cut
                            ? read
                            : new LogSlice(
                                    read.log(),
                                    read.firstKept(),
                                    read.previous(),
                                    List.of(),
                                    read.completeTo());
            lastCut = cut;
        }
    }

    private final Session session;
    private final Catalogue catalogue;
    private final StoredLog own;
    private final Pending pending;
    private final Function<NodeId, Optional<String>> names;
    private final Writer.Counters counters;

    Reader(
            Session session,
            Catalogue catalogue,
            StoredLog own,
            Pending pending,
            Function<NodeId, Optional<String>> names,
            Writer.Counters counters) {
        this.session = session;
        this.catalogue = catalogue;
        this.own = own;
        this.pending = pending;
        this.names = names;
        this.counters = counters;
    }

    LogSlice read(LogQuery query) throws SQLException {
        if (query.limit() <= 0) {
            return whereItStands(query);
        }
        boolean known = own.id.equals(query.log());
        return stretch(
                query.filter(),
                known ? Math.max(0, query.after()) : 0,
                known ? query.through() : Long.MAX_VALUE,
                Math.min(query.limit(), ReadingHistory.LIMIT_MAX));
    }

    private LogSlice whereItStands(LogQuery query) {
        long end = own.end;
        var lastClock = own.clocks.lastEntry();
        long previous = lastClock == null ? 0 : lastClock.getKey();
        for (Track track : own.tracks.values()) {
            if (track.lastSequence > previous && query.filter().matches(track.series)) {
                previous = track.lastSequence;
            }
        }
        return new LogSlice(own.id, own.firstKept, previous, List.of(), Math.max(end, previous));
    }

    private LogSlice stretch(Filter filter, long after, long through, int limit)
            throws SQLException {
        Ahead ahead = own.ahead;
        synchronized (ahead) {
            LogSlice slice = ahead.find(filter, own.firstKept, after, through, limit);
            if (slice == null) {
                int most = ahead.goesOn(filter, after) ? Math.max(limit, AHEAD_ENTRIES) : limit;
                slice = scan(filter, after, most);
                ahead.keep(filter, slice, slice.entries().size() == most);
            }
            return part(slice, after, through, limit);
        }
    }

    private static LogSlice part(LogSlice slice, long after, long through, int limit) {
        List<LogEntry> entries = slice.entries();
        // Before what is kept there is nothing to wait for.
        long end = Math.max(after, Math.max(through, slice.firstKept() - 1));
        int from = indexAfter(entries, after);
        int within = end >= slice.completeTo() ? entries.size() : indexAfter(entries, end);
        int to = Math.min(within, from + limit);
        List<LogEntry> answer = entries.subList(from, to);
        long completeTo =
                to < within ? answer.getLast().sequence() : Math.min(end, slice.completeTo());
        return new LogSlice(slice.log(), slice.firstKept(), after, answer, completeTo);
    }

    /** Where the first entry beyond this place is. */
    private static int indexAfter(List<LogEntry> entries, long place) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).sequence() <= place) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private LogSlice scan(Filter filter, long after, int limit) throws SQLException {
        // In this order: what is committed meanwhile is then seen twice rather than never.
        long end = own.end;
        List<LogEntry> tail = pending.tail(own);
        List<Part> slots = own.tail;
        Collection<BootClock> clocks = own.clocks.tailMap(after, false).values();
        List<Column> columns = Catalogue.matching(own, filter);
        List<LogEntry> entries = new ArrayList<>();
        long[] firstKept = {own.firstKept};
        session.read(() -> {
            firstKept[0] = firstKept(own);
            Iterator<BootClock> nextClocks = clocks.iterator();
            BootClock clock = nextClocks.hasNext() ? nextClocks.next() : null;
            try (LogScan scan =
                    new LogScan(
                            session,
                            columns,
                            Math.max(after, firstKept[0] - 1),
                            List.of(),
                            tail,
                            slots,
                            counters)) {
                boolean more = scan.next();
                while (entries.size() <= limit && (more || clock != null)) {
                    if (clock != null && (!more || clock.sequence() < scan.sequence())) {
                        entries.add(clock);
                        clock = nextClocks.hasNext() ? nextClocks.next() : null;
                    } else {
                        entries.add(scan.reading());
                        more = scan.next();
                    }
                }
            }
        });
        entries.removeIf(entry -> entry.sequence() > end);
        boolean cut = entries.size() > limit;
        List<LogEntry> answer = cut ? entries.subList(0, limit) : entries;
        long completeTo = cut ? answer.getLast().sequence() : Math.max(end, after);
        return new LogSlice(
                own.id, Math.max(firstKept[0], own.firstKept), after, answer, completeTo);
    }

    /** As this transaction sees it, but never less than memory knows. */
    private long firstKept(StoredLog log) throws SQLException {
        return Math.max(
                log.firstKept,
                session.number(1, "SELECT first_kept FROM log WHERE number = ?", log.number));
    }

    Page read(HistoryQuery query) throws SQLException {
        int limit = Math.clamp(query.limit(), 1, ReadingHistory.LIMIT_MAX);
        List<Kept> found = new ArrayList<>();
        Position after = query.after();
        boolean reached = after == null;
        for (StoredLog log : catalogue.inPageOrder()) {
            boolean resumed =
                    after != null
                            && log.origin.equals(after.origin())
                            && log.id.equals(after.log());
            reached |= resumed;
            if (reached && found.size() <= limit) {
                read(log, query, resumed && after != null ? after.sequence() : 0, limit, found);
            }
        }
        if (found.size() <= limit) {
            return new Page(found, null);
        }
        Kept last = found.get(limit - 1);
        return new Page(
                found.subList(0, limit),
                new Position(last.origin(), last.log(), last.reading().sequence()));
    }

    /** One more than the limit, to know whether there is a next page. */
    private void read(StoredLog log, HistoryQuery query, long after, int limit, List<Kept> found)
            throws SQLException {
        List<Column> columns = new ArrayList<>();
        for (Track track : Catalogue.matching(log, query.filter(), names)) {
            columns.addAll(track.columns);
        }
        if (columns.isEmpty()) {
            return;
        }
        // In this order: what is committed meanwhile is then seen twice rather than never.
        List<LogEntry> tail = pending.tail(log);
        List<Part> slots = log.tail;
        Clocks clocks = log.clocks();
        long from = query.fromMicros() == null ? Long.MIN_VALUE : query.fromMicros();
        long to = query.toMicros() == null ? Long.MAX_VALUE : query.toMicros();
        boolean all = from == Long.MIN_VALUE && to == Long.MAX_VALUE;
        List<Range> ranges = all ? List.of() : ranges(clocks, from, to);
        if (!all && ranges.isEmpty()) {
            return;
        }
        session.read(() -> {
            long start = Math.max(after, firstKept(log) - 1);
            try (LogScan scan =
                    new LogScan(session, columns, start, ranges, tail, slots, counters)) {
                while (found.size() <= limit && scan.next()) {
                    long wall = clocks.wallMicros(scan.boot(), scan.monotonic());
                    if (from <= wall && wall < to) {
                        found.add(new Kept(log.origin, log.id, wall, scan.reading()));
                    }
                }
            }
        });
    }

    private static List<Range> ranges(Clocks clocks, long from, long to) {
        List<Range> ranges = clocks.ranges(from, to);
        if (ranges.size() <= RANGES_MAX) {
            return ranges;
        }
        return List.of(
                new Range(
                        ranges.getFirst().boot(),
                        ranges.getLast().boot(),
                        Long.MIN_VALUE,
                        Long.MAX_VALUE));
    }

    List<Kept> newest(Filter filter) {
        List<Kept> newest = new ArrayList<>();
        for (Catalogue.Newest one : catalogue.newest(filter, names)) {
            StoredLog log = one.log();
            Reading reading = one.reading();
            Stamp at = reading.at();
            long wall = log.timeline().wallMicros(at).orElse(at.monotonicMicros());
            newest.add(new Kept(log.origin, log.id, wall, reading));
        }
        return newest;
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }
}
