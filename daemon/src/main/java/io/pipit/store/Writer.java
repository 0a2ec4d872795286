package io.pipit.store;

import io.pipit.model.BootClock;
import io.pipit.model.LogEntry;
import io.pipit.model.Reading;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Condition;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.ReadingStore.Cursor;
import io.pipit.port.TimeSource;
import io.pipit.store.Pending.Call;
import io.pipit.store.StoreFile.Session;
import io.pipit.store.StoredLog.Column;
import io.pipit.store.wear.WriteAheadLog;
import io.pipit.store.wear.WriteBudget;
import io.pipit.store.wear.WrittenBytes;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what waits into the file, in group commits, and packs and trims in between. One piece of
 * work a {@link #step}, so that a test goes through it by hand; one thread at a time.
 */
final class Writer {
    /** Entries in one commit, unless a single call has more. */
    private static final int BATCH_ENTRIES = 16_384;

    /** After this the core's inbox is tried again, when it had no room. */
    private static final long ANNOUNCE_AGAIN_NANOS = 10_000_000;

    /** Who ends sooner than this had little to gain by a longer write-ahead log. */
    static final int LENGTHEN_AFTER_COMMITS = 100;

    private static final long RETRY_FIRST_NANOS = 1_000_000_000L;
    private static final long RETRY_LAST_NANOS = 30_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

    /** What the store counts. */
    record Counters(
            Counter commits,
            Counter entries,
            Counter duplicates,
            Counter late,
            Counter packed,
            Counter trims,
            Counter failures,
            Counter blocksDamaged,
            Counter queueFull,
            Counter tooMany,
            Counter queriesRefused) {
        static Counters in(Metrics metrics) {
            return new Counters(
                    metrics.counter("pipit_store_commits", "Transactions with entries or cursors"),
                    metrics.counter("pipit_store_entries", "Entries committed"),
                    metrics.counter(
                            "pipit_store_duplicates", "Received entries that were held already"),
                    metrics.counter(
                            "pipit_store_late",
                            "Received entries from before what is kept of their log"),
                    metrics.counter("pipit_store_packed", "Readings packed into blocks"),
                    metrics.counter("pipit_store_trims", "Steps in which old readings went"),
                    metrics.counter("pipit_store_failures", "Writes that failed, tried again"),
                    metrics.counter("pipit_store_blocks_damaged", "Blocks that can't be read"),
                    metrics.counter("pipit_store_queue_full", "Calls refused, the queue was full"),
                    metrics.counter(
                            "pipit_store_too_many",
                            "Entries dropped or calls refused at the limit of logs, series or"
                                    + " clocks"),
                    metrics.counter(
                            "pipit_store_queries_refused", "Queries refused, too many waited"));
        }
    }

    private final StoreFile file;
    private final Session session;
    private final Catalogue catalogue;
    private final StoredLog own;
    private final Pending pending;
    private final Tail tail;
    private final Packer packer;
    private final Trimmer trimmer;
    private final long commitEveryNanos;
    private final Inbox inbox;
    private final TimeSource time;
    private final Health health;
    private final Condition healthy;
    private final Counters counters;
    private final WriteBudget budget;
    private final CompletableFuture<String> damaged = new CompletableFuture<>();

    private long reserved;

    /** So far the file itself says it too. */
    private long reservedInFile;

    private long ownThrough;
    private final @Nullable WriteAheadLog log;
    private final long logBytes;
    private int commits;
    private boolean failing;
    private boolean maintained = true;
    private long retryNanos = RETRY_FIRST_NANOS;
    private long retryAt = Long.MIN_VALUE;

    private volatile long blocksToldOf;
    private long toldReserved;
    private @Nullable BootClock tellNoted;
    private boolean tellCommitted;
    private final Map<Cursor, Long> tellCursors = new HashMap<>();
    private long tellTrimmed;

    /**
     * @param reserved up to where own sequences are reserved in the file
     * @param healthy what is said of the store while all is well
     */
    Writer(
            StoreFile file,
            Session session,
            Catalogue catalogue,
            StoredLog own,
            int boot,
            Pending pending,
            SqliteStore.Settings settings,
            long reserved,
            SqliteStore.Ports ports,
            Condition healthy,
            Counters counters)
            throws SQLException {
        this.file = file;
        this.session = session;
        this.catalogue = catalogue;
        this.own = own;
        this.pending = pending;
        this.commitEveryNanos = settings.commitEvery().toNanos();
        this.reserved = reserved;
        this.reservedInFile = reserved;
        this.toldReserved = reserved;
        this.ownThrough = own.end;
        this.inbox = ports.inbox();
        this.time = ports.time();
        this.health = ports.health();
        this.healthy = healthy;
        this.counters = counters;
        this.budget =
                new WriteBudget(
                        WrittenBytes.ofThisThread(),
                        settings.writeBudget(),
                        settings.commitEvery(),
                        reason -> health.also(Part.STORE, "written", reason),
                        time.monotonicNanos());
        this.log = file.writeAheadLog();
        this.logBytes = settings.walBytesMax() / 2 + settings.walBytesMax() / 8;
        if (log != null) {
            session.syncsBy(log::sync);
        }
        this.tail = new Tail(session, counters);
        this.packer = new Packer(session, catalogue, tail, settings.packRows(), counters);
        this.trimmer =
                new Trimmer(
                        session,
                        catalogue,
                        tail,
                        own,
                        boot,
                        settings,
                        time,
                        counters,
                        firstKept -> tellTrimmed = firstKept);
    }

    /** Completed with the reason when the file turned out to be damaged: no more is written. */
    CompletableFuture<String> damaged() {
        return damaged;
    }

    /**
     * Does one piece of work.
     *
     * @return how long there is nothing to do, nanoseconds: 0 where there is more, {@link
     *     Long#MAX_VALUE} until something is queued
     */
    long step() {
        if (damaged.isDone()) {
            return Long.MAX_VALUE;
        }
        boolean closing = pending.closing();
        if (failing) {
            reserveBeside();
        }
        if (!announce() && !closing) {
            return ANNOUNCE_AGAIN_NANOS;
        }
        long now = time.monotonicNanos();
        if (failing && now < retryAt && !closing) {
            return retryAt - now;
        }
        try {
            long wait = untilDue(now, closing);
            boolean packFirst = packer.isBehind() && !maintained && !closing;
            if (wait <= 0 && !packFirst) {
                commit();
                maintained = false;
                succeeded();
                return announce() || closing ? 0 : ANNOUNCE_AGAIN_NANOS;
            }
            if (!closing && maintain()) {
                maintained = true;
                succeeded();
                return 0;
            }
            maintained = true;
            return Math.max(0, wait);
        } catch (SQLException e) {
            return failed(e);
        } finally {
            tellOfBlocks();
            budget.look(now);
        }
    }

    /** Written to the card so far, bytes; any thread. */
    long writtenBytes() {
        return budget.bytes();
    }

    /** A damaged block is left out by whoever meets it; here it is said. From any thread. */
    void tellOfBlocks() {
        long damagedBlocks = counters.blocksDamaged().count();
        if (damagedBlocks > blocksToldOf) {
            blocksToldOf = damagedBlocks;
            health.also(
                    Part.STORE,
                    "blocks",
                    "blocks of "
                            + file.path()
                            + " are damaged and their readings left out; the log names them. Look"
                            + " at the card and at the kernel's messages (dmesg)");
        }
    }

    private boolean maintain() throws SQLException {
        return packer.step() || trimmer.step();
    }

    private long untilDue(long now, boolean closing) {
        if (pending.reserve() > reservedInFile || pending.note() != null) {
            return 0;
        }
        Long oldest = pending.oldestNanos();
        if (oldest == null) {
            return Long.MAX_VALUE;
        }
        return closing || pending.entries() >= Pending.ENTRIES_DUE || pending.isFlushing()
                ? 0
                : oldest + commitEveryNanos - now;
    }

    private void commit() throws SQLException {
        List<Call> batch = pending.first(BATCH_ENTRIES);
        long reserve = pending.reserve();
        BootClock note = pending.note();
        Map<Cursor, Long> cursors = new LinkedHashMap<>();
        Set<Column> columns = new HashSet<>();
        Set<StoredLog> logs = new HashSet<>();
        Map<StoredLog, List<Tail.Entry>> rows = new LinkedHashMap<>();
        Map<Column, Packer.Rows> blocks = new LinkedHashMap<>();
        Map<StoredLog, List<Reading>> floods = Packer.floods(batch);
        session.write(
                true,
                () -> {
                    tail.begin();
                    rows.clear();
                    blocks.clear();
                    for (Call call : batch) {
                        saveLog(call.log(), logs);
                        boolean flood = floods.containsKey(call.log());
                        for (LogEntry entry : call.entries()) {
                            if (entry instanceof BootClock clock) {
                                insert(call.log(), clock);
                            } else if (entry instanceof Reading reading && !flood) {
                                Column column =
                                        catalogue.column(
                                                call.log(), reading.series(), reading.unit());
                                if (column != null && isWanted(call.log(), column, reading)) {
                                    saveColumn(call.log(), column, columns);
                                    rows.computeIfAbsent(call.log(), any -> new ArrayList<>())
                                            .add(new Tail.Entry(column, reading));
                                }
                            }
                        }
                        if (call.cursor() != null) {
                            cursors.merge(call.cursor(), call.completeTo(), Math::max);
                        }
                    }
                    for (Map.Entry<StoredLog, List<Tail.Entry>> some : rows.entrySet()) {
                        tail.add(some.getKey(), inOrder(some.getValue()));
                    }
                    for (Map.Entry<StoredLog, List<Reading>> flood : floods.entrySet()) {
                        StoredLog log = flood.getKey();
                        Map<Column, Packer.Rows> some = packer.columns(log, flood.getValue());
                        for (Map.Entry<Column, Packer.Rows> one : some.entrySet()) {
                            saveColumn(log, one.getKey(), columns);
                            packer.pack(log, one.getKey(), one.getValue());
                        }
                        blocks.putAll(some);
                    }
                    for (Map.Entry<Cursor, Long> cursor : cursors.entrySet()) {
                        saveCursor(cursor.getKey(), cursor.getValue());
                    }
                    if (reserve > reservedInFile) {
                        session.update("UPDATE own SET reserved = ?", reserve);
                    }
                    if (note != null) {
                        Catalogue.note(session, note);
                    }
                });
        if (note != null) {
            pending.noted(note);
            tellNoted = note;
        }
        // Before it leaves the queue: whoever doesn't find it there any more sees it here.
        tail.committed();
        committed(batch, reserve, cursors);
        columns.forEach(column -> column.saved = true);
        logs.forEach(log -> log.saved = true);
        packer.packed(blocks);
    }

    private void committed(List<Call> batch, long reserve, Map<Cursor, Long> cursors) {
        int entries = 0;
        for (Call call : batch) {
            entries += call.entries().size();
            if (call.cursor() == null && !call.entries().isEmpty()) {
                ownThrough = Math.max(ownThrough, call.entries().getLast().sequence());
            }
        }
        pending.remove(batch);
        reservedInFile = Math.max(reservedInFile, reserve);
        reserved = Math.max(reserved, reservedInFile);
        cursors.forEach((cursor, to) -> tellCursors.merge(cursor, to, Math::max));
        tellCommitted |= !batch.isEmpty();
        counters.commits().increment();
        if (++commits == LENGTHEN_AFTER_COMMITS && log != null) {
            log.lengthen(logBytes);
        }
        counters.entries().add(entries);
        trimmer.wrote(entries);
    }

    /** Not what was given up already, and not what a block holds. */
    private boolean isWanted(StoredLog log, Column column, Reading reading) throws SQLException {
        if (log == own) {
            return true;
        }
        if (reading.sequence() < log.firstKept) {
            counters.late().increment();
            return false;
        }
        if (reading.sequence() <= column.packedThrough
                && packer.holds(column, reading.sequence())) {
            counters.duplicates().increment();
            return false;
        }
        return true;
    }

    /** In order of sequence, of two with the same the first; mostly they are so already. */
    private List<Tail.Entry> inOrder(List<Tail.Entry> entries) {
        List<Tail.Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(Tail.Entry::sequence));
        List<Tail.Entry> each = new ArrayList<>(sorted.size());
        for (Tail.Entry entry : sorted) {
            if (each.isEmpty() || each.getLast().sequence() < entry.sequence()) {
                each.add(entry);
            } else {
                counters.duplicates().increment();
            }
        }
        return each;
    }

    private void insert(StoredLog log, BootClock clock) throws SQLException {
        if (log.clocks.containsKey(clock.sequence())) {
            session.update(
                    "INSERT INTO clock (log, sequence, boot, monotonic, wall_offset, synchronised)"
                            + " VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                    log.number,
                    clock.sequence(),
                    clock.at().boot(),
                    clock.at().monotonicMicros(),
                    clock.offsetMicros(),
                    clock.synchronised() ? 1 : 0);
        }
    }

    private void saveLog(StoredLog log, Set<StoredLog> logs) throws SQLException {
        if (!log.saved && !logs.contains(log)) {
            PreparedStatement insert =
                    session.prepare("INSERT INTO log (number, origin, id) VALUES (?,?,?)");
            insert.setInt(1, log.number);
            insert.setBytes(2, log.origin.toBytes());
            insert.setLong(3, log.id.bits());
            insert.executeUpdate();
            logs.add(log);
        }
    }

    private void saveColumn(StoredLog log, Column column, Set<Column> columns) throws SQLException {
        if (!column.saved && !columns.contains(column)) {
            PreparedStatement insert =
                    session.prepare(
                            "INSERT INTO series (number, log, name, unit) VALUES (?,?,?,?)");
            insert.setInt(1, column.number);
            insert.setInt(2, log.number);
            insert.setString(3, column.track.series.toString());
            insert.setString(4, column.unit);
            insert.executeUpdate();
            columns.add(column);
        }
    }

    private void saveCursor(Cursor cursor, long position) throws SQLException {
        StoredLog log = catalogue.log(cursor.origin(), cursor.log()).orElseThrow();
        PreparedStatement upsert =
                session.prepare(
                        "INSERT INTO cursor (log, filter, position) VALUES (?,?,?) ON CONFLICT"
                                + " DO UPDATE SET position = max(position, excluded.position)");
        upsert.setInt(1, log.number);
        upsert.setString(2, cursor.filter().toString());
        upsert.setLong(3, position);
        upsert.executeUpdate();
    }

    /** Says what was done; false where the core had no room for it. */
    private boolean announce() {
        BootClock noted = tellNoted;
        if (noted != null) {
            if (!inbox.offer(new Event.ClockNoted(noted))) {
                return false;
            }
            tellNoted = null;
        }
        if (reserved > toldReserved) {
            if (!inbox.offer(new Event.Reserved(reserved))) {
                return false;
            }
            toldReserved = reserved;
        }
        if (tellCommitted) {
            if (!inbox.offer(new Event.Committed(ownThrough, tellCursors))) {
                return false;
            }
            tellCommitted = false;
            tellCursors.clear();
        }
        if (tellTrimmed > 0) {
            if (!inbox.offer(new Event.Trimmed(tellTrimmed))) {
                return false;
            }
            tellTrimmed = 0;
        }
        return true;
    }

    private void succeeded() {
        if (failing) {
            failing = false;
            retryNanos = RETRY_FIRST_NANOS;
            LOG.info("the store {} can be written again", file.path());
            health.set(Part.STORE, healthy.status(), healthy.reason());
        }
    }

    private long failed(SQLException e) {
        counters.failures().increment();
        session.forget();
        packer.forget();
        if (StoreFile.Trouble.of(e) == StoreFile.Trouble.DAMAGED) {
            giveUp(e.getMessage());
            return Long.MAX_VALUE;
        }
        String reason = file.reason(e);
        if (!failing) {
            LOG.error("{}; what was taken waits, and is tried again", reason);
            LOG.debug("the cause", e);
            health.set(Part.STORE, Status.FAILED, reason);
        }
        failing = true;
        long wait = retryNanos;
        retryAt = time.monotonicNanos() + wait;
        retryNanos = Math.min(retryNanos * 2, RETRY_LAST_NANOS);
        reserveBeside();
        return reserved > toldReserved ? 0 : wait;
    }

    /** Readings go out live by their places, whether the file has room for them or not. */
    private void reserveBeside() {
        long reserve = pending.reserve();
        if (reserve > reserved && file.places().reserve(own.id, reserve)) {
            reserved = reserve;
        }
    }

    void close() throws IOException {
        if (log != null) {
            log.close();
        }
    }

    /** From any thread. */
    void giveUp(@Nullable String why) {
        String reason =
                file.path()
                        + " is damaged ("
                        + why
                        + "); restart pipit: it will be set aside and a new store begun";
        if (damaged.complete(reason)) {
            file.suspect();
            LOG.error(reason);
            health.set(Part.STORE, Status.FAILED, reason);
        }
    }
}
