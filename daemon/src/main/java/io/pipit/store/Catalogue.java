package io.pipit.store;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.port.Entropy;
import io.pipit.port.ReadingStore.Cursor;
import io.pipit.port.ReadingStore.Recovered;
import io.pipit.store.StoreFile.Session;
import io.pipit.store.StoredLog.Column;
import io.pipit.store.StoredLog.Part;
import io.pipit.store.StoredLog.Track;
import io.pipit.store.format.BlockCodec;
import io.pipit.store.format.Slot;
import io.pipit.wire.compact.Stretch;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every log and series that the file holds, by name and by number, in memory. Numbers are given
 * here, on the node loop, and saved by the writer with the first entry that needs them. Thread-safe
 * for one that adds and many that read.
 */
final class Catalogue {
    /** Own series; more than any board has sensors for. */
    static final int OWN_SERIES_MAX = 4_096;

    /** Series of all logs, each unit counted. */
    static final int SERIES_MAX = 65_536;

    /** Logs of all nodes: each new SD card in the neighbourhood is one. */
    static final int LOGS_MAX = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);

    private record Key(NodeId origin, LogId id) {}

    private final Map<Key, StoredLog> logs = new ConcurrentHashMap<>();
    private final Map<Integer, StoredLog> byNumber = new ConcurrentSkipListMap<>();
    private final Map<Integer, Column> columns = new ConcurrentHashMap<>();
    private int lastLog;
    private int lastColumn;

    /** Of all that the file holds. */
    Catalogue(Session session, Writer.Counters counters) throws SQLException {
        session.read(() -> {
            try (ResultSet row =
                    session.prepare("SELECT number, origin, id, first_kept FROM log")
                            .executeQuery()) {
                while (row.next()) {
                    restoreLog(row);
                }
            }
            try (ResultSet row =
                    session.prepare("SELECT number, log, name, unit, last_sequence FROM series")
                            .executeQuery()) {
                while (row.next()) {
                    restoreColumn(row);
                }
            }
            try (ResultSet row =
                    session.prepare(
                                    "SELECT log, sequence, boot, monotonic, wall_offset,"
                                            + " synchronised FROM clock")
                            .executeQuery()) {
                while (row.next()) {
                    restoreClock(row);
                }
            }
            for (StoredLog log : byNumber.values()) {
                for (Track track : log.tracks.values()) {
                    for (Column column : track.columns) {
                        restoreNewest(session, log, column, counters);
                    }
                }
            }
            try (ResultSet row =
                    session.prepare("SELECT place, data FROM tail ORDER BY place").executeQuery()) {
                Map<StoredLog, List<Part>> tails = new HashMap<>();
                while (row.next()) {
                    restoreSlot(row.getLong(1), row.getBytes(2), tails, counters);
                }
                tails.forEach(StoredLog::tail);
            }
        });
    }

    private void restoreLog(ResultSet row) throws SQLException {
        NodeId origin = NodeId.ofBytes(row.getBytes(2));
        StoredLog log = new StoredLog(row.getInt(1), origin, new LogId(row.getLong(3)));
        log.saved = true;
        log.firstKept = row.getLong(4);
        lastLog = Math.max(lastLog, log.number);
        logs.put(new Key(origin, log.id), log);
        byNumber.put(log.number, log);
    }

    private void restoreColumn(ResultSet row) throws SQLException {
        StoredLog log = byNumber.get(row.getInt(2));
        Optional<Series> series = Series.parse(row.getString(3));
        if (log != null && series.isPresent()) {
            Column column = add(log, row.getInt(1), series.get(), row.getString(4));
            column.saved = true;
            column.savedSequence = row.getLong(5);
            column.track.lastSequence = Math.max(column.track.lastSequence, column.savedSequence);
            log.end = Math.max(log.end, column.savedSequence);
            lastColumn = Math.max(lastColumn, column.number);
        }
    }

    private void restoreClock(ResultSet row) throws SQLException {
        StoredLog log = byNumber.get(row.getInt(1));
        if (log != null) {
            log.saw(
                    new BootClock(
                            row.getLong(2),
                            new Stamp(row.getInt(3), row.getLong(4)),
                            row.getLong(5),
                            row.getInt(6) != 0));
            log.end = Math.max(log.end, row.getLong(2));
        }
    }

    private void restoreNewest(
            Session session, StoredLog log, Column column, Writer.Counters counters)
            throws SQLException {
        try (ResultSet row =
                session.prepare(
                                "SELECT last_sequence, boot, data FROM block WHERE series = ? ORDER"
                                        + " BY last_sequence DESC LIMIT 1",
                                column.number)
                        .executeQuery()) {
            if (!row.next()) {
                return;
            }
            column.packedThrough = row.getLong(1);
            log.end = Math.max(log.end, column.packedThrough);
            Stretch block = BlockCodec.decode(row.getBytes(3));
            int last = block.count() - 1;
            saw(
                    log,
                    column,
                    block.sequences()[last],
                    new Stamp(row.getInt(2), block.monotonic()[last]),
                    block.values()[last]);
        } catch (IOException e) {
            counters.blocksDamaged().increment();
            LOG.error("the newest block of {} is damaged", column.track.series, e);
        }
    }

    private void restoreSlot(
            long place, byte[] data, Map<StoredLog, List<Part>> tails, Writer.Counters counters) {
        StoredLog log = byNumber.get(StoredLog.numberOf(place));
        Slot slot = Slot.isEmpty(data) ? null : Tail.decode(place, data, counters);
        if (log == null || slot == null || slot.count() == 0) {
            return;
        }
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        for (int i = 0; i < slot.count(); i++) {
            from = Math.min(from, slot.monotonic(i));
            to = Math.max(to, slot.monotonic(i));
            Column column = columns.get(slot.column(i));
            if (column != null) {
                Stamp at = new Stamp(slot.boot(), slot.monotonic(i));
                saw(log, column, slot.sequence(i), at, slot.value(i));
            }
        }
        int last = slot.count() - 1;
        tails.computeIfAbsent(log, any -> new ArrayList<>())
                .add(
                        new Part(
                                place,
                                slot.boot(),
                                slot.count(),
                                slot.sequence(0),
                                slot.sequence(last),
                                from,
                                to));
    }

    private static void saw(StoredLog log, Column column, long sequence, Stamp at, double value) {
        log.end = Math.max(log.end, sequence);
        if (sequence >= log.firstKept) {
            column.track.saw(new Reading(sequence, at, column.track.series, value, column.unit));
        } else {
            column.track.lastSequence = Math.max(column.track.lastSequence, sequence);
        }
    }

    /** The file's logs of nodes that go on with another key are those' from now on. */
    static void rename(Session session, Map<NodeId, NodeId> successions) throws SQLException {
        if (successions.isEmpty()) {
            return;
        }
        session.write(
                true,
                () -> {
                    for (Map.Entry<NodeId, NodeId> each : successions.entrySet()) {
                        PreparedStatement update =
                                session.prepare(
                                        "UPDATE OR IGNORE log SET origin = ? WHERE origin = ?");
                        update.setBytes(1, each.getValue().toBytes());
                        update.setBytes(2, each.getKey().toBytes());
                        update.executeUpdate();
                    }
                });
    }

    /** The same while it is open; the file follows when it is opened the next time. */
    void renamed(NodeId before, NodeId after) {
        for (StoredLog log : byNumber.values()) {
            if (log.origin.equals(before)) {
                log.origin = after;
                // What is still on its way to the writer finds it by the former name.
                logs.putIfAbsent(new Key(after, log.id), log);
            }
        }
    }

    /** This node's own log; begun where there is none, or where it was another node's. */
    StoredLog beginOwn(Session session, NodeId self, Entropy entropy) throws SQLException {
        StoredLog known = byNumber.get((int) session.number(0, "SELECT log FROM own"));
        if (known != null && known.origin.equals(self)) {
            return known;
        }
        StoredLog own = new StoredLog(++lastLog, self, new LogId(entropy.nextLong()));
        session.write(
                true,
                () -> {
                    PreparedStatement insert =
                            session.prepare("INSERT INTO log (number, origin, id) VALUES (?,?,?)");
                    insert.setInt(1, own.number);
                    insert.setBytes(2, self.toBytes());
                    insert.setLong(3, own.id.bits());
                    insert.executeUpdate();
                    session.update(
                            "INSERT OR REPLACE INTO own (one, log, reserved) VALUES (1, ?, 0)",
                            own.number);
                    session.update("DELETE FROM noted");
                });
        own.saved = true;
        logs.put(new Key(self, own.id), own);
        byNumber.put(own.number, own);
        return own;
    }

    /** The machine's boot by the log's count; the same again where only the program restarted. */
    static int beginBoot(Session session, StoredLog own, String bootId) throws SQLException {
        int[] number = {0};
        session.write(
                true,
                () -> {
                    PreparedStatement query =
                            session.prepare(
                                    "SELECT number FROM boot WHERE log = ? AND id = ?", own.number);
                    query.setString(2, bootId);
                    try (ResultSet row = query.executeQuery()) {
                        number[0] = row.next() ? row.getInt(1) : 0;
                    }
                    if (number[0] == 0) {
                        number[0] =
                                1
                                        + (int)
                                                session.number(
                                                        0,
                                                        "SELECT max(number) FROM boot WHERE log = ?",
                                                        own.number);
                    }
                    // Written anew even where it is there: so a store that can be read but not
                    // written is found out now, and not when a reading has gone out already.
                    session.update("DELETE FROM boot WHERE log = ?", own.number);
                    PreparedStatement insert =
                            session.prepare(
                                    "INSERT INTO boot (log, number, id) VALUES (?,?,?)",
                                    own.number,
                                    number[0]);
                    insert.setString(3, bootId);
                    insert.executeUpdate();
                });
        return number[0];
    }

    /** The file takes over what was reserved beside it, while it couldn't be written. */
    static void reserve(Session session, long through) throws SQLException {
        session.write(
                true, () -> session.update("UPDATE own SET reserved = max(reserved, ?)", through));
    }

    /** Writes a clock down before it has its place in the log. */
    static void note(Session session, BootClock clock) throws SQLException {
        session.update(
                "INSERT OR REPLACE INTO noted (one, boot, monotonic, wall_offset, synchronised)"
                        + " VALUES (1,?,?,?,?)",
                clock.at().boot(),
                clock.at().monotonicMicros(),
                clock.offsetMicros(),
                clock.synchronised() ? 1 : 0);
    }

    /**
     * Gives the clock that was written down a place in the log, where a crash came before: who was
     * told of it, and whoever wasn't, have the same times then.
     */
    void recallClock(Session session, StoredLog own) throws SQLException {
        if (session.number(0, "SELECT count(*) FROM noted") == 0) {
            return;
        }
        session.write(
                true,
                () -> {
                    long sequence =
                            1 + Math.max(own.end, session.number(0, "SELECT reserved FROM own"));
                    BootClock noted = noted(session, sequence);
                    boolean isThere =
                            own.clocks.values().stream()
                                    .anyMatch(clock ->
                                            clock.at().equals(noted.at())
                                                    && clock.offsetMicros() == noted.offsetMicros()
                                                    && clock.synchronised()
                                                            == noted.synchronised());
                    if (!isThere && own.saw(noted)) {
                        session.update("UPDATE own SET reserved = ?", sequence);
                        session.update(
                                "INSERT INTO clock SELECT log, reserved, boot, monotonic,"
                                        + " wall_offset, synchronised FROM own, noted");
                        own.end = sequence;
                    }
                    session.update("DELETE FROM noted");
                });
    }

    private static BootClock noted(Session session, long sequence) throws SQLException {
        try (ResultSet row =
                session.prepare("SELECT boot, monotonic, wall_offset, synchronised FROM noted")
                        .executeQuery()) {
            row.next();
            return new BootClock(
                    sequence,
                    new Stamp(row.getInt(1), row.getLong(2)),
                    row.getLong(3),
                    row.getInt(4) != 0);
        }
    }

    /** What the core has to know of the file. */
    Recovered recovered(Session session, StoredLog own, int boot, long nextSequence)
            throws SQLException {
        Map<Series, Long> lastSequences = new HashMap<>();
        own.tracks.forEach((series, track) -> lastSequences.put(series, track.lastSequence));
        Map<Cursor, Long> cursors = new HashMap<>();
        try (ResultSet row =
                session.prepare("SELECT log, filter, position FROM cursor").executeQuery()) {
            while (row.next()) {
                StoredLog log = byNumber.get(row.getInt(1));
                Optional<Filter> filter = Filter.parse(row.getString(2));
                if (log != null && filter.isPresent()) {
                    cursors.put(new Cursor(log.origin, log.id, filter.get()), row.getLong(3));
                }
            }
        }
        return new Recovered(
                own.id,
                boot,
                Math.max(nextSequence, own.end + 1),
                lastSequences,
                own.clocks.isEmpty() ? 0 : own.clocks.lastKey(),
                List.copyOf(own.clocks.values()),
                cursors,
                own.firstKept);
    }

    /** The log, made where it is new; null where there are too many of them. */
    @Nullable StoredLog logFor(NodeId origin, LogId id) {
        StoredLog known = logs.get(new Key(origin, id));
        if (known != null || logs.size() >= LOGS_MAX) {
            return known;
        }
        StoredLog log = new StoredLog(++lastLog, origin, id);
        logs.put(new Key(origin, id), log);
        byNumber.put(log.number, log);
        return log;
    }

    Optional<StoredLog> log(NodeId origin, LogId id) {
        return Optional.ofNullable(logs.get(new Key(origin, id)));
    }

    /** By number. */
    Collection<StoredLog> logs() {
        return byNumber.values();
    }

    /** In the order of history's pages: by the origin's first log, then by log. */
    List<StoredLog> inPageOrder() {
        Map<NodeId, Integer> origins = new HashMap<>();
        List<StoredLog> all = new ArrayList<>(byNumber.values());
        all.forEach(log -> origins.merge(log.origin, log.number, Math::min));
        all.sort(
                Comparator.<StoredLog>comparingInt(log -> origins.getOrDefault(log.origin, 0))
                        .thenComparingInt(log -> log.number));
        return all;
    }

    /** The series' column, made where it is new; null where there are too many. */
    @Nullable Column columnFor(StoredLog log, Series series, String unit, boolean own) {
        Column known = column(log, series, unit);
        if (known != null
                || columns.size() >= SERIES_MAX
                || (own && log.tracks.size() >= OWN_SERIES_MAX)) {
            return known;
        }
        return add(log, ++lastColumn, series, unit);
    }

    @Nullable Column column(StoredLog log, Series series, String unit) {
        Track track = log.tracks.get(series);
        if (track != null) {
            for (Column column : track.columns) {
                if (column.unit.equals(unit)) {
                    return column;
                }
            }
        }
        return null;
    }

    @Nullable Column column(int number) {
        return columns.get(number);
    }

    int series() {
        return columns.size();
    }

    private Column add(StoredLog log, int number, Series series, String unit) {
        Track track = log.tracks.computeIfAbsent(series, Track::new);
        Column column = new Column(number, track, unit);
        columns.put(number, column);
        track.columns.add(column);
        return column;
    }

    /** The columns of a log whose series the filter lets through as {@code sensor/quantity}. */
    static List<Column> matching(StoredLog log, Filter filter) {
        List<Column> columns = new ArrayList<>();
        for (Track track : log.tracks.values()) {
            if (filter.matches(track.series)) {
                columns.addAll(track.columns);
            }
        }
        return columns;
    }

    /**
     * The same as {@code node/sensor/quantity}, the node by its ID or, where it has one, its name.
     */
    static List<Track> matching(
            StoredLog log, Filter filter, Function<NodeId, Optional<String>> names) {
        String id = log.origin.toString().toLowerCase(Locale.ROOT);
        String name = names.apply(log.origin).orElse(id);
        List<Track> tracks = new ArrayList<>();
        for (Track track : log.tracks.values()) {
            if (filter.matches(name, track.series) || filter.matches(id, track.series)) {
                tracks.add(track);
            }
        }
        return tracks;
    }

    /** The newest kept reading of each series of each node; of a node's logs the one begun last. */
    Collection<Newest> newest(Filter filter, Function<NodeId, Optional<String>> names) {
        record Name(NodeId origin, Series series) {}
        Map<Name, Newest> newest = new HashMap<>();
        for (StoredLog log : byNumber.values()) {
            for (Track track : matching(log, filter, names)) {
                Reading reading = track.newest;
                if (reading != null) {
                    newest.put(new Name(log.origin, track.series), new Newest(log, reading));
                }
            }
        }
        return newest.values();
    }

    /** A reading and the log that it is of. */
    record Newest(StoredLog log, Reading reading) {}
}
