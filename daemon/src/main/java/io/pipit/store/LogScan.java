package io.pipit.store;

import io.pipit.model.LogEntry;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.store.Clocks.Range;
import io.pipit.store.StoreFile.Session;
import io.pipit.store.StoredLog.Column;
import io.pipit.store.StoredLog.Part;
import io.pipit.store.format.BlockCodec;
import io.pipit.store.format.Slot;
import io.pipit.wire.compact.Stretch;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through some series of one log in log order, each reading once, wherever it lies: the blocks
 * of each series, the slots, and what isn't committed yet. A block is read when its turn comes.
 */
final class LogScan implements AutoCloseable {
    /** Blocks of all series that are fetched with one statement, and wait for their turn. */
    private static final int BLOCKS_AHEAD = 64;

    /** Blocks of one series that are fetched with one statement. */
    private static final int BLOCKS_AT_ONCE = 16;

    /** Slots that are fetched with one statement. */
    private static final int SLOTS_AT_ONCE = 16;

    private static final Stretch NOTHING = new Stretch(new long[0], new long[0], new double[0]);

    private static final Logger LOG = LoggerFactory.getLogger(LogScan.class);

    private final Session session;
    private final List<Range> ranges;
    private final Writer.Counters counters;
    private final PriorityQueue<Source> sources =
            new PriorityQueue<>(Comparator.comparingLong(source -> source.at));
    private @Nullable Source current;
    private long rivalAt = Long.MAX_VALUE;
    private long last;

    /**
     * Within a read transaction.
     *
     * @param ranges where readings are looked for, at least what is wanted; empty for everywhere
     * @param tail what wasn't committed before it began
     * @param slots those of the log after that, and still before it began
     */
    LogScan(
            Session session,
            List<Column> columns,
            long after,
            List<Range> ranges,
            List<LogEntry> tail,
            List<Part> slots,
            Writer.Counters counters)
            throws SQLException {
        this.session = session;
        this.ranges = ranges;
        this.counters = counters;
        this.last = after;
        int atOnce = Math.clamp(BLOCKS_AHEAD / Math.max(1, columns.size()), 1, BLOCKS_AT_ONCE);
        for (Column column : columns) {
            offer(new Blocks(column, after, atOnce));
        }
        offerSlots(columns, after, slots);
        offer(new Uncommitted(columns, after, tail));
        lookAtRival();
    }

    /** Those of live readings are one after the other; those of late ones are between them. */
    private void offerSlots(List<Column> columns, long after, List<Part> slots)
            throws SQLException {
        if (columns.isEmpty()) {
            return;
        }
        List<List<Part>> chains = new ArrayList<>();
        for (Part part : slots) {
            if (part.last() > after && mayHold(part)) {
                chainFor(part, chains).add(part);
            }
        }
        int most = columns.stream().mapToInt(column -> column.number).max().orElse(0);
        Column[] byNumber = new Column[most + 1];
        columns.forEach(column -> byNumber[column.number] = column);
        for (List<Part> chain : chains) {
            offer(new Slots(byNumber, chain, after));
        }
    }

    private boolean mayHold(Part part) {
        return ranges.isEmpty()
                || ranges.stream()
                        .anyMatch(range ->
                                range.boot() <= part.boot()
                                        && part.boot() <= range.lastBoot()
                                        && range.from() <= part.to()
                                        && part.from() < range.to());
    }

    private static List<Part> chainFor(Part part, List<List<Part>> chains) {
        for (List<Part> chain : chains) {
            if (chain.getLast().last() < part.first()) {
                return chain;
            }
        }
        List<Part> chain = new ArrayList<>();
        chains.add(chain);
        return chain;
    }

    private void offer(Source source) throws SQLException {
        if (source.advance()) {
            sources.add(source);
        }
    }

    private void lookAtRival() {
        Source rival = sources.peek();
        rivalAt = rival == null ? Long.MAX_VALUE : rival.at;
    }

    /** Goes to the next reading; false at the end. */
    boolean next() throws SQLException {
        Source here = current;
        while (true) {
            if (here == null || !here.advance()) {
                here = sources.poll();
                lookAtRival();
            } else if (here.at > rivalAt) {
                sources.add(here);
                here = sources.poll();
                lookAtRival();
            }
            current = here;
            if (here == null) {
                return false;
            }
            if (here.exact && here.at > last) {
                last = here.at;
                return true;
            }
        }
    }

    long sequence() {
        return last;
    }

    int boot() {
        return here().boot;
    }

    long monotonic() {
        return here().monotonic;
    }

    Reading reading() {
        Source here = here();
        Column column = here.column;
        if (column == null) {
            throw new IllegalStateException("not at a reading");
        }
        return new Reading(
                last,
                new Stamp(here.boot, here.monotonic),
                column.track.series,
                here.value,
                column.unit);
    }

    private Source here() {
        Source here = current;
        if (here == null) {
            throw new IllegalStateException("not at a reading");
        }
        return here;
    }

    @Override
    public void close() throws SQLException {
        for (Source source : sources) {
            source.close();
        }
        if (current != null) {
            current.close();
        }
    }

    private abstract static class Source {
        /** The sequence of its reading, or less where it isn't exact. */
        long at;

        /** Whether it is at a reading; the rest is that reading's. */
        boolean exact;

        int boot;
        long monotonic;
        double value;
        @Nullable Column column;

        /** Goes on, at first to its first; false at its end. */
        abstract boolean advance() throws SQLException;

        void close() throws SQLException {}
    }

    /** A series' blocks. */
    private final class Blocks extends Source {
        private record Block(long first, long last, int boot, byte[] data) {}

        private final Column series;
        private final long after;
        private final int atOnce;

        /** The block that is open. */
        private Stretch open = NOTHING;

        private int i;

        /** Those that follow. The first of all is opened when its turn comes. */
        private final ArrayDeque<Block> ahead = new ArrayDeque<>();

        /** Where blocks lie of which some may be wanted: they end beyond the one, by the other. */
        private long from;

        private long through = Long.MAX_VALUE;
        private boolean begun;

        Blocks(Column series, long after, int atOnce) {
            this.series = series;
            this.column = series;
            this.after = after;
            this.atOnce = atOnce;
            this.from = after;
        }

        @Override
        boolean advance() throws SQLException {
            Stretch block = open;
            if (++i < block.count()) {
                at = block.sequences()[i];
                monotonic = block.monotonic()[i];
                value = block.values()[i];
                return true;
            }
            if (!begun) {
                begun = true;
                bound();
                fetch();
                Block first = ahead.peek();
                at = first == null ? 0 : Math.max(first.first, after + 1);
                return first != null;
            }
            while (true) {
                if (ahead.isEmpty()) {
                    fetch();
                }
                Block next = ahead.poll();
                if (next == null || load(next)) {
                    return next != null;
                }
            }
        }

        private void fetch() throws SQLException {
            if (from >= through) {
                return;
            }
            try (ResultSet row =
                    session.prepare(
                                    "SELECT first_sequence, last_sequence, boot, data FROM block"
                                            + " WHERE series = ? AND last_sequence > ? AND"
                                            + " last_sequence <= ? ORDER BY last_sequence LIMIT ?",
                                    series.number,
                                    from,
                                    through,
                                    atOnce)
                            .executeQuery()) {
                while (row.next()) {
                    from = row.getLong(2);
                    ahead.add(new Block(row.getLong(1), from, row.getInt(3), row.getBytes(4)));
                }
            }
            if (ahead.size() < atOnce) {
                from = through;
            }
        }

        /** By the index of times: a store of months isn't gone through for a day. */
        private void bound() throws SQLException {
            if (ranges.isEmpty()) {
                return;
            }
            if (!series.knowsBlocks()) {
                series.foundBlocks(
                        session.number(
                                0,
                                "SELECT max(max_monotonic - min_monotonic) FROM block WHERE series"
                                        + " = ?",
                                series.number));
            }
            StringBuilder sql =
                    new StringBuilder("SELECT min(first_sequence), max(last_sequence) FROM (");
            for (int n = 0; n < ranges.size(); n++) {
                sql.append(n == 0 ? "" : " UNION ALL ")
                        .append("SELECT first_sequence, last_sequence FROM block INDEXED BY")
                        .append(" block_by_time WHERE series = ?1 AND last_sequence > ?2")
                        .append(condition(ranges.get(n), 5 * n + 3));
            }
            PreparedStatement query =
                    session.prepare(sql.append(')').toString(), series.number, after);
            long longest = series.longestBlockMicros();
            for (int n = 0; n < ranges.size(); n++) {
                Range range = ranges.get(n);
                long latest =
                        range.to() > Long.MAX_VALUE - longest
                                ? Long.MAX_VALUE
                                : range.to() + longest;
                query.setLong(5 * n + 3, range.boot());
                query.setLong(5 * n + 4, range.lastBoot());
                query.setLong(5 * n + 5, range.from());
                query.setLong(5 * n + 6, latest);
                query.setLong(5 * n + 7, range.to());
            }
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    from = Math.max(after, row.getLong(1) - 1);
                    through = row.getLong(2);
                }
            }
        }

        /** Written so that one boot, the usual case, is found by the index. */
        private static String condition(Range range, int parameter) {
            return (" AND boot %s ?%d AND boot <= ?%d AND max_monotonic BETWEEN ?%d AND ?%d"
                            + " AND min_monotonic < ?%d")
                    .formatted(
                            range.boot() == range.lastBoot() ? "=" : ">=",
                            parameter,
                            parameter + 1,
                            parameter + 2,
                            parameter + 3,
                            parameter + 4);
        }

        /** Opens it; false where nothing of it is wanted. */
        private boolean load(Block block) {
            try {
                Stretch loaded = BlockCodec.decode(block.data);
                i = firstAfter(loaded.sequences(), after);
                if (i == loaded.count()) {
                    return false;
                }
                open = loaded;
                exact = true;
                boot = block.boot;
                at = loaded.sequences()[i];
                monotonic = loaded.monotonic()[i];
                value = loaded.values()[i];
                return true;
            } catch (IOException e) {
                counters.blocksDamaged().increment();
                LOG.error(
                        "a block of {} is damaged, its readings {} to {} are lost",
                        series.track.series,
                        block.first,
                        block.last,
                        e);
                return false;
            }
        }

        private static int firstAfter(long[] sequences, long after) {
            int found = java.util.Arrays.binarySearch(sequences, after);
            return found >= 0 ? found + 1 : -found - 1;
        }
    }

    /** Slots of the log, each wholly before the next. The first is opened when its turn comes. */
    private final class Slots extends Source {
        private final Column[] columns;
        private final List<Part> parts;
        private final long after;
        private final Map<Long, byte[]> ahead = new HashMap<>();
        private int next;
        private @Nullable Slot open;
        private int i;
        private int end;
        private boolean begun;

        Slots(Column[] columns, List<Part> parts, long after) {
            this.columns = columns;
            this.parts = parts;
            this.after = after;
        }

        @Override
        boolean advance() throws SQLException {
            if (!begun) {
                begun = true;
                at = Math.max(parts.getFirst().first(), after + 1);
                return true;
            }
            while (true) {
                Slot slot = open;
                while (slot != null && ++i < end) {
                    int number = slot.column(i);
                    Column found = number < columns.length ? columns[number] : null;
                    if (found != null) {
                        exact = true;
                        column = found;
                        at = slot.sequence(i);
                        boot = slot.boot();
                        monotonic = slot.monotonic(i);
                        value = slot.value(i);
                        return true;
                    }
                }
                if (next == parts.size()) {
                    return false;
                }
                open(parts.get(next++));
            }
        }

        /** Not what was added to it since it was looked up: that is in the tail that isn't. */
        private void open(Part part) throws SQLException {
            byte[] data = ahead.remove(part.place());
            if (data == null) {
                fetch(part.place());
                data = ahead.remove(part.place());
            }
            // What was packed meanwhile is found in a block.
            Slot slot = data == null ? null : Tail.decode(part.place(), data, counters);
            open = slot;
            if (slot != null) {
                i = slot.indexAfter(after) - 1;
                end = slot.indexAfter(part.last());
            }
        }

        private void fetch(long from) throws SQLException {
            ahead.clear();
            try (ResultSet row =
                    session.prepare(
                                    "SELECT place, data FROM tail WHERE place BETWEEN ? AND ? ORDER"
                                            + " BY place LIMIT ?",
                                    from,
                                    parts.getLast().place(),
                                    SLOTS_AT_ONCE)
                            .executeQuery()) {
                while (row.next()) {
                    ahead.put(row.getLong(1), row.getBytes(2));
                }
            }
        }
    }

    /** What isn't committed. */
    private static final class Uncommitted extends Source {
        private record Item(Column column, Reading reading) {}

        private final List<Item> items = new ArrayList<>();
        private int i = -1;

        Uncommitted(List<Column> columns, long after, List<LogEntry> tail) {
            Map<Series, List<Column>> bySeries = new HashMap<>();
            for (Column column : columns) {
                bySeries.computeIfAbsent(column.track.series, any -> new ArrayList<>()).add(column);
            }
            for (LogEntry entry : tail) {
                if (entry instanceof Reading reading && reading.sequence() > after) {
                    for (Column column : bySeries.getOrDefault(reading.series(), List.of())) {
                        if (column.unit.equals(reading.unit())) {
                            items.add(new Item(column, reading));
                        }
                    }
                }
            }
            Collections.sort(items, Comparator.comparingLong(item -> item.reading.sequence()));
        }

        @Override
        boolean advance() {
            if (++i == items.size()) {
                return false;
            }
            Item item = items.get(i);
            exact = true;
            column = item.column;
            at = item.reading.sequence();
            boot = item.reading.at().boot();
            monotonic = item.reading.at().monotonicMicros();
            value = item.reading.value();
            return true;
        }
    }
}
