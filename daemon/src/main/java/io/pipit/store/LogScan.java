package io.pipit.store;

import io.pipit.model.LogEntry;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.store.Clocks.Range;
import io.pipit.store.StoreFile.Session;
import io.pipit.store.StoredLog.Column;
import io.pipit.wire.compact.Stretch;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
 * of each series, the rows, and what isn't committed yet. A block is read when its turn comes.
 */
final class LogScan implements AutoCloseable {
    /** Blocks of all series that are fetched with one statement, and wait for their turn. */
    private static final int BLOCKS_AHEAD = 64;

    /** Blocks of one series that are fetched with one statement. */
    private static final int BLOCKS_AT_ONCE = 16;

    /** With more series than this the rows of all are read. */
    private static final int NAMED_SERIES_MAX = 64;

    private static final Stretch NOTHING = new Stretch(new long[0], new long[0], new double[0]);

    private static final Logger LOG = LoggerFactory.getLogger(LogScan.class);

    private final Session session;
    private final StoredLog log;
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
     * @param tail what wasn't committed when the transaction began
     */
    LogScan(
            Session session,
            StoredLog log,
            List<Column> columns,
            long after,
            List<Range> ranges,
            List<LogEntry> tail,
            Writer.Counters counters)
            throws SQLException {
        this.session = session;
        this.log = log;
        this.ranges = ranges;
        this.counters = counters;
        this.last = after;
        int atOnce = Math.clamp(BLOCKS_AHEAD / Math.max(1, columns.size()), 1, BLOCKS_AT_ONCE);
        for (Column column : columns) {
            offer(new Blocks(column, after, atOnce));
        }
        offer(new Rows(columns, after));
        offer(new Tail(columns, after, tail));
        lookAtRival();
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

    /** The rows of all the series. */
    private final class Rows extends Source {
        private final Map<Integer, Column> columns = new HashMap<>();
        private final long after;
        private boolean begun;
        private @Nullable Statement statement;
        private @Nullable ResultSet rows;

        Rows(List<Column> columns, long after) {
            this.after = after;
            columns.forEach(one -> this.columns.put(one.number, one));
        }

        @Override
        boolean advance() throws SQLException {
            if (!begun) {
                begun = true;
                long first =
                        columns.isEmpty()
                                ? -1
                                : session.number(
                                        -1,
                                        "SELECT place FROM reading WHERE place > ? AND place <= ?"
                                                + " ORDER BY place LIMIT 1",
                                        log.place(after),
                                        log.place(StoredLog.SEQUENCE_MAX));
                at = first < 0 ? 0 : StoredLog.sequenceOf(first);
                return first >= 0;
            }
            ResultSet open = rows == null ? open() : rows;
            while (open.next()) {
                Column found = columns.get(open.getInt(2));
                if (found != null) {
                    exact = true;
                    column = found;
                    at = StoredLog.sequenceOf(open.getLong(1));
                    boot = open.getInt(3);
                    monotonic = open.getLong(4);
                    value = open.getDouble(5);
                    return true;
                }
            }
            close();
            return false;
        }

        private ResultSet open() throws SQLException {
            StringBuilder sql =
                    new StringBuilder(
                            "SELECT place, series, boot, monotonic, value FROM reading"
                                    + " WHERE place > ");
            sql.append(log.place(after))
                    .append(" AND place <= ")
                    .append(log.place(StoredLog.SEQUENCE_MAX));
            if (columns.size() <= NAMED_SERIES_MAX && columns.size() < log.tracks.size()) {
                String numbers = columns.keySet().toString();
                sql.append(" AND series IN (").append(numbers, 1, numbers.length() - 1).append(')');
            }
            for (int n = 0; n < ranges.size(); n++) {
                Range range = ranges.get(n);
                sql.append(n == 0 ? " AND (" : " OR ")
                        .append(
                                "(boot BETWEEN %d AND %d AND monotonic >= %d AND monotonic < %d)"
                                        .formatted(
                                                range.boot(),
                                                range.lastBoot(),
                                                range.from(),
                                                range.to()))
                        .append(n == ranges.size() - 1 ? ")" : "");
            }
            sql.append(" ORDER BY place");
            Statement opened = session.statement();
            statement = opened;
            ResultSet result = opened.executeQuery(sql.toString());
            rows = result;
            return result;
        }

        @Override
        void close() throws SQLException {
            if (statement != null) {
                statement.close();
                statement = null;
            }
        }
    }

    /** What isn't committed. */
    private static final class Tail extends Source {
        private record Item(Column column, Reading reading) {}

        private final List<Item> items = new ArrayList<>();
        private int i = -1;

        Tail(List<Column> columns, long after, List<LogEntry> tail) {
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
