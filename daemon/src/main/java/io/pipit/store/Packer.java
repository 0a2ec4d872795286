package io.pipit.store;

import io.pipit.model.LogEntry;
import io.pipit.model.Reading;
import io.pipit.store.Pending.Call;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the oldest slots of a log into blocks, a bounded number at a time, and what comes in a
 * flood without a slot. Late ones are merged into the block that they belong in, so that the blocks
 * of a series never overlap. The writer's.
 */
final class Packer {
    /**
     * What a block is aimed at: three of them, with their headers, fill a page of 4,096 bytes, or a
     * page of 1,024 bytes and one more each.
     */
    static final int BLOCK_BYTES = 1_300;

    /** Readings in a block: what has to be decoded to find one. */
    static final int BLOCK_READINGS_MAX = 4_096;

    /** Readings packed in one step, fewer series and more. */
    static final int STEP_ROWS_MIN = 8_192;

    static final int STEP_ROWS_MAX = 65_536;

    /**
     * So many readings of each series in a step, so that its last block isn't rewritten too often.
     */
    private static final int STEP_ROWS_PER_SERIES = 64;

    /** From so many of one peer's readings on in one commit they are packed at once. */
    static final int FLOOD_READINGS_MIN = 1_024;

    private static final long BEHIND_STEPS = 8;
    private static final int BLOCK_BYTES_FULL = BLOCK_BYTES * 3 / 4;
    private static final int ENCODINGS_MAX = 4;
    private static final int FIRST_GUESS = 400;

    private static final Logger LOG = LoggerFactory.getLogger(Packer.class);

    private record Header(long id, long first, long last, int boot, byte[] data) {}

    private final Session session;
    private final Catalogue catalogue;
    private final Tail tail;
    private final int stepRows;
    private final Writer.Counters counters;
    private long lastBlock;
    private @Nullable Column heldColumn;
    private @Nullable Header held;
    private long[] heldSequences = {};

    Packer(Session session, Catalogue catalogue, Tail tail, int stepRows, Writer.Counters counters)
            throws SQLException {
        this.session = session;
        this.catalogue = catalogue;
        this.tail = tail;
        this.stepRows = stepRows;
        this.counters = counters;
        this.lastBlock = session.number(0, "SELECT max(id) FROM block");
    }

    /** Whether so many readings wait that packing may no longer come last. */
    boolean isBehind() {
        for (StoredLog log : catalogue.logs()) {
            if (log.unpacked >= BEHIND_STEPS * stepRows(log)) {
                return true;
            }
        }
        return false;
    }

    /** Packs some; false where there was nothing to do. */
    boolean step() throws SQLException {
        for (StoredLog log : catalogue.logs()) {
            int count = stepRows(log);
            if (log.unpacked >= 2L * count) {
                // Larger steps while it is behind, or a flood of commits would leave it ever more
                // so.
                boolean behind = log.unpacked >= BEHIND_STEPS * count;
                pack(log, behind ? Math.clamp(4L * count, count, STEP_ROWS_MAX) : count);
                return true;
            }
        }
        return false;
    }

    private int stepRows(StoredLog log) {
        return Math.clamp((long) log.tracks.size() * STEP_ROWS_PER_SERIES, stepRows, STEP_ROWS_MAX);
    }

    private void pack(StoredLog log, int count) throws SQLException {
        Map<Column, Rows> byColumn = new LinkedHashMap<>();
        List<Part> parts = Tail.oldest(log, count);
        session.write(
                false,
                () -> {
                    byColumn.clear();
                    for (Part part : parts) {
                        gather(log, tail.load(part.place()), byColumn);
                    }
                    byColumn.replaceAll((column, rows) -> rows.inOrder());
                    for (Map.Entry<Column, Rows> column : byColumn.entrySet()) {
                        pack(log, column.getKey(), column.getValue());
                    }
                    tail.delete(parts);
                });
        packed(byColumn);
        tail.deleted(log, parts);
    }

    private void gather(StoredLog log, @Nullable Slot slot, Map<Column, Rows> byColumn) {
        if (slot == null) {
            return;
        }
        for (int i = slot.indexAfter(log.firstKept - 1); i < slot.count(); i++) {
            Column column = catalogue.column(slot.column(i));
            if (column != null) {
                byColumn.computeIfAbsent(column, any -> new Rows(256))
                        .add(slot.sequence(i), slot.boot(), slot.monotonic(i), slot.value(i));
            }
        }
    }

    /**
     * The readings of those peers' logs of which so many are committed at once that they are worth
     * blocks of their own: slots would be written only to be read, packed and deleted.
     */
    static Map<StoredLog, List<Reading>> floods(List<Call> batch) {
        Map<StoredLog, List<Reading>> floods = new LinkedHashMap<>();
        for (Call call : batch) {
            if (call.cursor() != null) {
                List<Reading> readings =
                        floods.computeIfAbsent(call.log(), any -> new ArrayList<>());
                for (LogEntry entry : call.entries()) {
                    if (entry instanceof Reading reading) {
                        readings.add(reading);
                    }
                }
            }
        }
        floods.entrySet()
                .removeIf(flood -> {
                    int least = flood.getKey().tracks.size() * STEP_ROWS_PER_SERIES;
                    return flood.getValue().size() < Math.max(FLOOD_READINGS_MIN, least);
                });
        // A repair's stretches come in any order.
        floods.values().forEach(all -> all.sort(Comparator.comparingLong(Reading::sequence)));
        return floods;
    }

    /** These by column, without those that were given up already. */
    Map<Column, Rows> columns(StoredLog log, List<Reading> readings) {
        Map<Column, Rows> columns = new LinkedHashMap<>();
        for (Reading reading : readings) {
            Column column = catalogue.column(log, reading.series(), reading.unit());
            if (reading.sequence() < log.firstKept) {
                counters.late().increment();
            } else if (column != null) {
                columns.computeIfAbsent(column, any -> new Rows(STEP_ROWS_PER_SERIES))
                        .add(
                                reading.sequence(),
                                reading.at().boot(),
                                reading.at().monotonicMicros(),
                                reading.value());
            }
        }
        return columns;
    }

    /** These are committed. */
    void packed(Map<Column, Rows> byColumn) {
        if (!byColumn.isEmpty()) {
            forget();
        }
        byColumn.forEach((column, rows) -> {
            column.packedThrough = Math.max(column.packedThrough, rows.sequence(rows.count - 1));
            counters.packed().add(rows.count);
        });
    }

    /** Packs some of a series, in log order, within a transaction; {@link #packed} says its end. */
    void pack(StoredLog log, Column column, Rows rows) throws SQLException {
        int i = 0;
        while (i < rows.count) {
            long at = rows.sequence(i);
            Header over = at <= column.packedThrough ? endingFrom(column, at) : null;
            int end = i + 1;
            if (over != null && over.first <= at) {
                while (end < rows.count && rows.sequence(end) <= over.last) {
                    end++;
                }
                Rows merged = Rows.merge(decode(over), rows.part(i, end));
                delete(over);
                write(log, column, merged);
            } else {
                while (end < rows.count && (over == null || rows.sequence(end) < over.first)) {
                    end++;
                }
                Header tail = endingBefore(column, at);
                boolean extend =
                        tail != null
                                && tail.boot == rows.boots[i]
                                && tail.data.length < BLOCK_BYTES_FULL;
                if (tail != null && extend) {
                    delete(tail);
                    write(log, column, Rows.merge(decode(tail), rows.part(i, end)));
                } else {
                    write(log, column, rows.part(i, end));
                }
            }
            i = end;
        }
    }

    /** Whether a block holds this reading. */
    boolean holds(Column column, long sequence) throws SQLException {
        Header known = held;
        if (heldColumn != column
                || known == null
                || sequence < known.first
                || sequence > known.last) {
            forget();
            Header over = endingFrom(column, sequence);
            if (over == null || over.first > sequence) {
                return false;
            }
            heldColumn = column;
            held = over;
            Rows rows = decode(over);
            heldSequences = Arrays.copyOf(rows.sequences, rows.count);
        }
        return Arrays.binarySearch(heldSequences, sequence) >= 0;
    }

    /** Blocks changed: what was decoded last may be no more. */
    void forget() {
        held = null;
        heldColumn = null;
        heldSequences = new long[0];
    }

    private @Nullable Header endingFrom(Column column, long sequence) throws SQLException {
        return header(
                session.prepare(
                        "SELECT id, first_sequence, last_sequence, boot, data FROM block WHERE"
                                + " series = ? AND last_sequence >= ? ORDER BY last_sequence LIMIT 1",
                        column.number,
                        sequence));
    }

    private @Nullable Header endingBefore(Column column, long sequence) throws SQLException {
        return header(
                session.prepare(
                        "SELECT id, first_sequence, last_sequence, boot, data FROM block WHERE"
                                + " series = ? AND last_sequence < ? ORDER BY last_sequence DESC"
                                + " LIMIT 1",
                        column.number,
                        sequence));
    }

    private static @Nullable Header header(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            return row.next()
                    ? new Header(
                            row.getLong(1),
                            row.getLong(2),
                            row.getLong(3),
                            row.getInt(4),
                            row.getBytes(5))
                    : null;
        }
    }

    /** Nothing, where it is damaged: its readings are lost, counted and said. */
    private Rows decode(Header header) {
        try {
            Stretch block = BlockCodec.decode(header.data);
            int[] boots = new int[block.count()];
            Arrays.fill(boots, header.boot);
            return new Rows(block.sequences(), boots, block.monotonic(), block.values());
        } catch (IOException e) {
            counters.blocksDamaged().increment();
            LOG.error(
                    "a block of the store is damaged, its readings {} to {} are lost",
                    header.first,
                    header.last,
                    e);
            return new Rows(1);
        }
    }

    private void delete(Header header) throws SQLException {
        session.update("DELETE FROM block WHERE id = ?", header.id);
    }

    private void write(StoredLog log, Column column, Rows rows) throws SQLException {
        int from = 0;
        int guess = FIRST_GUESS;
        while (from < rows.count) {
            int sameBoot = from + 1;
            while (sameBoot < rows.count && rows.boots[sameBoot] == rows.boots[from]) {
                sameBoot++;
            }
            int left = Math.min(sameBoot - from, BLOCK_READINGS_MAX);
            int count = Math.min(left, guess);
            byte[] data = BlockCodec.encode(rows.block(from, from + count));
            for (int tries = 1; tries < ENCODINGS_MAX; tries++) {
                boolean tooLong = data.length > BLOCK_BYTES && count > 1;
                boolean tooShort = data.length < BLOCK_BYTES_FULL && count < left;
                if (!tooLong && !tooShort) {
                    break;
                }
                int aim = (BLOCK_BYTES - BLOCK_BYTES / 32) * count / data.length;
                count = Math.clamp(aim, 1, left);
                data = BlockCodec.encode(rows.block(from, from + count));
            }
            insert(log, column, rows, from, from + count, data);
            guess = count;
            from += count;
        }
    }

    private void insert(StoredLog log, Column column, Rows rows, int from, int to, byte[] data)
            throws SQLException {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (int i = from; i < to; i++) {
            min = Math.min(min, rows.monotonic[i]);
            max = Math.max(max, rows.monotonic[i]);
        }
        long span = max - min;
        column.spans(span < 0 ? Long.MAX_VALUE : span);
        PreparedStatement insert =
                session.prepare(
                        "INSERT INTO block (id, log, series, first_sequence, last_sequence, boot,"
                                + " min_monotonic, max_monotonic, data) VALUES (?,?,?,?,?,?,?,?,?)",
                        ++lastBlock,
                        log.number,
                        column.number,
                        rows.sequence(from),
                        rows.sequence(to - 1),
                        rows.boots[from],
                        min,
                        max);
        insert.setBytes(9, data);
        insert.executeUpdate();
    }

    /** Readings of one series as columns, growing. */
    static final class Rows {
        private long[] sequences;
        private int[] boots;
        private long[] monotonic;
        private double[] values;
        private int count;

        Rows(int capacity) {
            this(new long[capacity], new int[capacity], new long[capacity], new double[capacity]);
            count = 0;
        }

        private Rows(long[] sequences, int[] boots, long[] monotonic, double[] values) {
            this.sequences = sequences;
            this.boots = boots;
            this.monotonic = monotonic;
            this.values = values;
            this.count = sequences.length;
        }

        /** Adds one; the same again is left out. */
        void add(long sequence, int boot, long at, double value) {
            if (count > 0 && sequences[count - 1] == sequence) {
                return;
            }
            if (count == sequences.length) {
                sequences = Arrays.copyOf(sequences, count * 2);
                boots = Arrays.copyOf(boots, count * 2);
                monotonic = Arrays.copyOf(monotonic, count * 2);
                values = Arrays.copyOf(values, count * 2);
            }
            sequences[count] = sequence;
            boots[count] = boot;
            monotonic[count] = at;
            values[count++] = value;
        }

        long sequence(int i) {
            return sequences[i];
        }

        /** In order of sequence; itself, where it is so already. */
        Rows inOrder() {
            int i = 1;
            while (i < count && sequences[i - 1] < sequences[i]) {
                i++;
            }
            if (i >= count) {
                return this;
            }
            Integer[] order = new Integer[count];
            Arrays.setAll(order, n -> n);
            Arrays.sort(order, Comparator.comparingLong(n -> sequences[n]));
            Rows sorted = new Rows(count);
            for (int n : order) {
                sorted.add(sequences[n], boots[n], monotonic[n], values[n]);
            }
            return sorted;
        }

        Rows part(int from, int to) {
            return new Rows(
                    Arrays.copyOfRange(sequences, from, to),
                    Arrays.copyOfRange(boots, from, to),
                    Arrays.copyOfRange(monotonic, from, to),
                    Arrays.copyOfRange(values, from, to));
        }

        Stretch block(int from, int to) {
            return new Stretch(sequences, monotonic, values).part(from, to);
        }

        /** In order of sequence; of two with the same the first one's. */
        static Rows merge(Rows one, Rows other) {
            Rows merged = new Rows(Math.max(1, one.count + other.count));
            int i = 0;
            int j = 0;
            while (i < one.count || j < other.count) {
                boolean takeOne =
                        j == other.count
                                || (i < one.count && one.sequences[i] <= other.sequences[j]);
                Rows from = takeOne ? one : other;
                int at = takeOne ? i++ : j++;
                merged.add(from.sequences[at], from.boots[at], from.monotonic[at], from.values[at]);
            }
            return merged;
        }
    }
}
