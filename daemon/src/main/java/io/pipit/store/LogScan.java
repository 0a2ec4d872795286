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
    /** Places of blocks that are looked up at a time. */
    private static final int HEADERS = 16;

    /** With more series than this the rows of all are read. */
    private static final int NAMED_SERIES_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(LogScan.class);

    private final Session session;
    private final StoredLog log;
    private final List<Range> ranges;
    private final Writer.Counters counters;
    private final PriorityQueue<Source> sources =
            new PriorityQueue<>(Comparator.comparingLong(source -> source.at));
    private @Nullable Source current;
    private long last;

    /**
     * Within a read transaction.
     *
     * @param ranges where blocks are looked for, at least what is wanted; empty for everywhere
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
        for (Column column : columns) {
            offer(new Blocks(column, after));
        }
        offer(new Rows(columns, after));
        offer(new Tail(columns, after, tail));
    }

    private void offer(Source source) throws SQLException {
        if (source.advance()) {
            sources.add(source);
        }
    }

    /** Goes to the next reading; false at the end. */
    boolean next() throws SQLException {
        Source here = current;
        while (true) {
            if (here != null && here.advance()) {
                Source rival = sources.peek();
                if (rival != null && rival.at < here.at) {
                    sources.add(here);
                    here = sources.poll();
                }
            } else {
                here = sources.poll();
            }
            current = here;
            if (here == null) {
                return false;
            }
            if (here.isExact() && here.at > last) {
                last = here.at;
                return true;
            }
        }
    }

    long sequence() {
        return last;
    }

    int boot() {
        return here().boot();
    }

    long monotonic() {
        return here().monotonic();
    }

    Reading reading() {
        Source here = here();
        Column column = here.column();
        return new Reading(
                last,
                new Stamp(here.boot(), here.monotonic()),
                column.track.series,
                here.value(),
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

        /** Goes on, at first to its first; false at its end. */
        abstract boolean advance() throws SQLException;

        boolean isExact() {
            return true;
        }

        abstract int boot();

        abstract long monotonic();

        abstract double value();

        abstract Column column();

        void close() throws SQLException {}
    }

    /** A series' blocks. */
    private final class Blocks extends Source {
        private record Header(long id, long first, long last) {}

        private final Column column;
        private final long after;
        private List<Header> headers = List.of();
        private int header = -1;
        private boolean lastHeaders;
        private boolean announced;
        private @Nullable Stretch block;
        private int boot;
        private int i;

        Blocks(Column column, long after) {
            this.column = column;
            this.after = after;
        }

        @Override
        boolean advance() throws SQLException {
            Stretch open = block;
            if (open != null && ++i < open.count()) {
                at = open.sequences()[i];
                return true;
            }
            block = null;
            if (announced) {
                announced = false;
                load();
                if (block != null) {
                    return true;
                }
            }
            if (++header == headers.size()) {
                if (lastHeaders) {
                    return false;
                }
                lookUp(headers.isEmpty() ? after : headers.getLast().last);
                if (headers.isEmpty()) {
                    return false;
                }
            }
            at = Math.max(headers.get(header).first, after + 1);
            announced = true;
            return true;
        }

        @Override
        boolean isExact() {
            return block != null;
        }

        private void lookUp(long from) throws SQLException {
            headers = new ArrayList<>();
            header = 0;
            StringBuilder sql = new StringBuilder();
            for (int n = 0; n < Math.max(1, ranges.size()); n++) {
                sql.append(n == 0 ? "" : " UNION ")
                        .append(
                                "SELECT id, first_sequence, last_sequence FROM block WHERE series = ")
                        .append("?1 AND last_sequence > ?2")
                        .append(ranges.isEmpty() ? "" : condition(ranges.get(n), 4 * n + 3));
            }
            sql.append(" ORDER BY last_sequence LIMIT ").append(HEADERS);
            PreparedStatement query = session.prepare(sql.toString(), column.number, from);
            for (int n = 0; n < ranges.size(); n++) {
                query.setLong(4 * n + 3, ranges.get(n).boot());
                query.setLong(4 * n + 4, ranges.get(n).lastBoot());
                query.setLong(4 * n + 5, ranges.get(n).from());
                query.setLong(4 * n + 6, ranges.get(n).to());
            }
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    headers.add(new Header(row.getLong(1), row.getLong(2), row.getLong(3)));
                }
            }
            lastHeaders = headers.size() < HEADERS;
        }

        /** Written so that one boot, the usual case, is found by the index. */
        private static String condition(Range range, int parameter) {
            return " AND boot %s ?%d AND boot <= ?%d AND max_monotonic >= ?%d AND min_monotonic < ?%d"
                    .formatted(
                            range.boot() == range.lastBoot() ? "=" : ">=",
                            parameter,
                            parameter + 1,
                            parameter + 2,
                            parameter + 3);
        }

        private void load() throws SQLException {
            Header wanted = headers.get(header);
            try (ResultSet row =
                    session.prepare("SELECT boot, data FROM block WHERE id = ?", wanted.id)
                            .executeQuery()) {
                if (!row.next()) {
                    return;
                }
                boot = row.getInt(1);
                Stretch loaded = BlockCodec.decode(row.getBytes(2));
                i = firstAfter(loaded.sequences(), after);
                if (i < loaded.count()) {
                    block = loaded;
                    at = loaded.sequences()[i];
                }
            } catch (IOException e) {
                counters.blocksDamaged().increment();
                LOG.error(
                        "a block of {} is damaged, its readings {} to {} are lost",
                        column.track.series,
                        wanted.first,
                        wanted.last,
                        e);
            }
        }

        private static int firstAfter(long[] sequences, long after) {
            int found = java.util.Arrays.binarySearch(sequences, after);
            return found >= 0 ? found + 1 : -found - 1;
        }

        @Override
        int boot() {
            return boot;
        }

        @Override
        long monotonic() {
            return open().monotonic()[i];
        }

        @Override
        double value() {
            return open().values()[i];
        }

        private Stretch open() {
            Stretch open = block;
            if (open == null) {
                throw new IllegalStateException("not at a reading");
            }
            return open;
        }

        @Override
        Column column() {
            return column;
        }
    }

    /** The rows of all the series. */
    private final class Rows extends Source {
        private final Map<Integer, Column> columns = new HashMap<>();
        private final long after;
        private boolean begun;
        private @Nullable Statement statement;
        private @Nullable ResultSet rows;
        private @Nullable Column column;

        Rows(List<Column> columns, long after) {
            this.after = after;
            columns.forEach(one -> this.columns.put(one.number, one));
        }

        @Override
        boolean advance() throws SQLException {
            if (!begun) {
                begun = true;
                at =
                        columns.isEmpty()
                                ? 0
                                : session.number(
                                        0,
                                        "SELECT sequence FROM reading WHERE log = ? AND sequence >"
                                                + " ? ORDER BY sequence LIMIT 1",
                                        log.number,
                                        after);
                return at > 0;
            }
            ResultSet open = rows == null ? open() : rows;
            while (open.next()) {
                Column found = columns.get(open.getInt(2));
                if (found != null) {
                    column = found;
                    at = open.getLong(1);
                    return true;
                }
            }
            close();
            return false;
        }

        private ResultSet open() throws SQLException {
            StringBuilder sql =
                    new StringBuilder(
                            "SELECT sequence, series, boot, monotonic, value FROM reading"
                                    + " WHERE log = ");
            sql.append(log.number).append(" AND sequence > ").append(after);
            if (columns.size() <= NAMED_SERIES_MAX && columns.size() < log.tracks.size()) {
                String numbers = columns.keySet().toString();
                sql.append(" AND series IN (").append(numbers, 1, numbers.length() - 1).append(')');
            }
            sql.append(" ORDER BY sequence");
            Statement opened = session.statement();
            statement = opened;
            ResultSet result = opened.executeQuery(sql.toString());
            rows = result;
            return result;
        }

        @Override
        boolean isExact() {
            return column != null;
        }

        private ResultSet row() {
            ResultSet open = rows;
            if (open == null) {
                throw new IllegalStateException("not at a reading");
            }
            return open;
        }

        @Override
        int boot() {
            return (int) number(3);
        }

        @Override
        long monotonic() {
            return number(4);
        }

        private long number(int index) {
            try {
                return row().getLong(index);
            } catch (SQLException e) {
                throw new IllegalStateException("a row that was there", e);
            }
        }

        @Override
        double value() {
            try {
                return row().getDouble(5);
            } catch (SQLException e) {
                throw new IllegalStateException("a row that was there", e);
            }
        }

        @Override
        Column column() {
            Column known = column;
            if (known == null) {
                throw new IllegalStateException("not at a reading");
            }
            return known;
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
            at = items.get(i).reading.sequence();
            return true;
        }

        @Override
        int boot() {
            return items.get(i).reading.at().boot();
        }

        @Override
        long monotonic() {
            return items.get(i).reading.at().monotonicMicros();
        }

        @Override
        double value() {
            return items.get(i).reading.value();
        }

        @Override
        Column column() {
            return items.get(i).column;
        }
    }
}
