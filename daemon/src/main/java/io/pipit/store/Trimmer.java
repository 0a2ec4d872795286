package io.pipit.store;

import io.pipit.model.Reading;
import io.pipit.model.Stamp;
import io.pipit.port.TimeSource;
import io.pipit.store.StoreFile.Session;
import io.pipit.store.StoredLog.Column;
import io.pipit.store.StoredLog.Part;
import io.pipit.store.StoredLog.Track;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives up the oldest readings, by age and where the file grows too large, a bounded number at a
 * time. What is before a log's first kept sequence is no longer seen, though a block that reaches
 * beyond it stays until all of it is. The writer's.
 */
final class Trimmer {
    /** Blocks given up in one step, or slots with so many readings. */
    private static final int STEP_BLOCKS = 64;

    private static final int STEP_READINGS = 2_048;

    /** Pages given back to the file system in one step. */
    private static final int STEP_PAGES = 64;

    /** So much of the file may be free, and so many bytes at least, before they are given back. */
    private static final int FREE_PART = 4;

    private static final long FREE_BYTES = 1L << 20;

    /** How often is looked whether something is too old, where something is written. */
    private static final long LOOK_EVERY_NANOS = 60_000_000_000L;

    /** An entry takes no more, with its share of what is around it. */
    private static final int ENTRY_BYTES = 64;

    /** Likewise, whatever the time, after so many entries; fewer where the file is small. */
    private static final int LOOK_EVERY_ENTRIES = 20_000;

    /** Up to where to give up, and the time of what is there. */
    private record Oldest(StoredLog log, long through, int boot, long monotonic) {}

    /** Of a log, while its newest boot is this one. */
    private record Uptimes(int present, NavigableMap<Integer, Long> byBoot) {}

    private static final Comparator<Stamp> BY_AGE =
            Comparator.comparingInt(Stamp::boot).thenComparingLong(Stamp::monotonicMicros);

    private final Map<StoredLog, Uptimes> uptimes = new HashMap<>();
    private final Session session;
    private final Catalogue catalogue;
    private final Tail tail;
    private final StoredLog own;
    private final int boot;
    private final SqliteStore.Settings settings;
    private final TimeSource time;
    private final Writer.Counters counters;
    private final LongConsumer trimmed;
    private final long pageBytes;
    private final int lookEveryEntries;
    private boolean looking = true;
    private long lookedNanos;
    private int entriesSince;

    /**
     * @param boot the present one of the own log
     * @param trimmed told the first own sequence that is kept, when that is committed
     */
    Trimmer(
            Session session,
            Catalogue catalogue,
            Tail tail,
            StoredLog own,
            int boot,
            SqliteStore.Settings settings,
            TimeSource time,
            Writer.Counters counters,
            LongConsumer trimmed)
            throws SQLException {
        this.session = session;
        this.catalogue = catalogue;
        this.tail = tail;
        this.own = own;
        this.boot = boot;
        this.settings = settings;
        this.time = time;
        this.counters = counters;
        this.trimmed = trimmed;
        this.lookEveryEntries =
                Math.clamp(settings.maxSizeBytes() / 1_024, 1_000, LOOK_EVERY_ENTRIES);
        this.pageBytes = session.number(4_096, "PRAGMA page_size");
    }

    /** So many entries were committed. */
    void wrote(int entries) {
        entriesSince += entries;
        looking |=
                entriesSince >= lookEveryEntries
                        || time.monotonicNanos() - lookedNanos >= LOOK_EVERY_NANOS;
    }

    /** Gives some up; false where there was nothing to do. */
    boolean step() throws SQLException {
        if (!looking) {
            return false;
        }
        if (trimByAge() || trimBySize() || shrink()) {
            return true;
        }
        looking = false;
        entriesSince = 0;
        lookedNanos = time.monotonicNanos();
        return false;
    }

    private boolean trimByAge() throws SQLException {
        for (StoredLog log : catalogue.logs()) {
            Clocks clocks = log.clocks();
            Oldest oldest = oldest(log);
            if (oldest != null && isExpired(oldest, clocks)) {
                giveUp(log, expiredThrough(log, oldest, clocks));
                return true;
            }
        }
        return false;
    }

    /**
     * Old enough for certain: by a clock that was right, or by the time that surely passed since,
     * while the machine ran.
     */
    private boolean isExpired(Oldest oldest, Clocks clocks) throws SQLException {
        long keepMicros = settings.keep().toNanos() / 1_000;
        if (time.synchronised()
                && clocks.wallMicrosAtMost(oldest.boot, oldest.monotonic)
                        < time.wallMicros() - keepMicros) {
            return true;
        }
        return ranSinceMicros(oldest) > keepMicros;
    }

    /** How long its node ran since then, as far as its log tells; how long it was off, nobody. */
    private long ranSinceMicros(Oldest oldest) throws SQLException {
        Stamp now =
                oldest.log == own ? new Stamp(boot, time.monotonicMicros()) : newest(oldest.log);
        if (now == null || now.boot() <= oldest.boot) {
            return now != null && now.boot() == oldest.boot
                    ? now.monotonicMicros() - oldest.monotonic
                    : 0;
        }
        NavigableMap<Integer, Long> uptimes = uptimes(oldest.log, now.boot());
        long ran = now.monotonicMicros();
        ran += Math.max(0, uptimes.getOrDefault(oldest.boot, 0L) - oldest.monotonic);
        for (long uptime : uptimes.tailMap(oldest.boot, false).values()) {
            ran += uptime;
        }
        return ran;
    }

    private static @Nullable Stamp newest(StoredLog log) {
        Stamp newest = null;
        for (Track track : log.tracks.values()) {
            Reading reading = track.newest;
            if (reading != null && (newest == null || BY_AGE.compare(reading.at(), newest) > 0)) {
                newest = reading.at();
            }
        }
        return newest;
    }

    /** The last that is known of each boot before the present one; that grows no more. */
    private NavigableMap<Integer, Long> uptimes(StoredLog log, int present) throws SQLException {
        Uptimes known = uptimes.get(log);
        if (known == null || known.present != present) {
            known = new Uptimes(present, new TreeMap<>());
            try (ResultSet row =
                    session.prepare(
                                    "SELECT boot, max(max_monotonic) FROM block WHERE log = ? AND"
                                            + " boot < ? GROUP BY boot",
                                    log.number,
                                    present)
                            .executeQuery()) {
                while (row.next()) {
                    known.byBoot.merge(row.getInt(1), row.getLong(2), Math::max);
                }
            }
            for (Part part : log.tail) {
                if (part.boot() < present) {
                    known.byBoot.merge(part.boot(), part.to(), Math::max);
                }
            }
            uptimes.put(log, known);
        }
        return known.byBoot;
    }

    private long expiredThrough(StoredLog log, Oldest first, Clocks clocks) throws SQLException {
        long through = first.through;
        try (ResultSet rows = blocksFrom(log)) {
            while (rows.next()) {
                Oldest next = new Oldest(log, rows.getLong(1), rows.getInt(2), rows.getLong(3));
                if (!isExpired(next, clocks)) {
                    return through;
                }
                through = Math.max(through, next.through);
            }
        }
        return through;
    }

    private ResultSet blocksFrom(StoredLog log) throws SQLException {
        return session.prepare(
                        "SELECT last_sequence, boot, max_monotonic FROM block WHERE log = ? ORDER BY"
                                + " last_sequence LIMIT "
                                + STEP_BLOCKS,
                        log.number)
                .executeQuery();
    }

    /** The oldest block, or else a step's worth of the oldest slots. */
    private @Nullable Oldest oldest(StoredLog log) throws SQLException {
        try (ResultSet row = blocksFrom(log)) {
            if (row.next()) {
                return new Oldest(log, row.getLong(1), row.getInt(2), row.getLong(3));
            }
        }
        List<Part> parts = Tail.oldest(log, STEP_READINGS);
        if (parts.isEmpty()) {
            return null;
        }
        long through = 0;
        Stamp newest = new Stamp(0, 0);
        for (Part part : parts) {
            through = Math.max(through, part.last());
            Stamp at = new Stamp(part.boot(), part.to());
            newest = BY_AGE.compare(at, newest) > 0 ? at : newest;
        }
        return new Oldest(log, through, newest.boot(), newest.monotonicMicros());
    }

    private boolean trimBySize() throws SQLException {
        if (usedBytes() + reserve() <= settings.maxSizeBytes()) {
            return false;
        }
        Oldest oldest = null;
        long oldestWall = Long.MAX_VALUE;
        for (StoredLog log : catalogue.logs()) {
            Oldest candidate = oldest(log);
            if (candidate != null) {
                long wall = log.clocks().wallMicros(candidate.boot, candidate.monotonic);
                if (oldest == null || wall < oldestWall) {
                    oldest = candidate;
                    oldestWall = wall;
                }
            }
        }
        if (oldest == null) {
            return false;
        }
        long through = oldest.through;
        try (ResultSet rows = blocksFrom(oldest.log)) {
            while (rows.next()) {
                through = Math.max(through, rows.getLong(1));
            }
        }
        giveUp(oldest.log, through);
        return true;
    }

    private long usedBytes() throws SQLException {
        return (session.number(0, "PRAGMA page_count") - session.number(0, "PRAGMA freelist_count"))
                * pageBytes;
    }

    /** Room for the write-ahead log and for what is written until the next look, bytes. */
    private long reserve() {
        return settings.walBytesMax() + (long) lookEveryEntries * ENTRY_BYTES;
    }

    /**
     * Gives pages back where the file is larger than it may be, or where much of it is free;
     * otherwise they are used again.
     */
    private boolean shrink() throws SQLException {
        long pages = session.number(0, "PRAGMA page_count");
        long free = session.number(0, "PRAGMA freelist_count");
        boolean tooLarge = pages * pageBytes + reserve() > settings.maxSizeBytes();
        boolean muchFree = free > pages / FREE_PART && free * pageBytes > FREE_BYTES;
        if (free == 0 || !(tooLarge || muchFree)) {
            return false;
        }
        session.write(
                false,
                () -> {
                    try (var vacuum = session.statement()) {
                        vacuum.executeUpdate("PRAGMA incremental_vacuum(" + STEP_PAGES + ")");
                    }
                });
        return true;
    }

    private void giveUp(StoredLog log, long through) throws SQLException {
        long firstKept = through + 1;
        List<Part> parts = log.tail.stream().filter(part -> part.last() < firstKept).toList();
        int[] bootKept = {0};
        session.write(
                false,
                () -> {
                    session.update(
                            "UPDATE log SET first_kept = ? WHERE number = ?",
                            firstKept,
                            log.number);
                    rememberLast(log, firstKept);
                    session.update(
                            "DELETE FROM block WHERE log = ? AND last_sequence < ?",
                            log.number,
                            firstKept);
                    tail.delete(parts);
                    bootKept[0] = firstBootKept(log, firstKept);
                    session.update(
                            "DELETE FROM clock WHERE log = ? AND boot < ?",
                            log.number,
                            bootKept[0]);
                });
        tail.deleted(log, parts);
        log.firstKept = firstKept;
        for (Track track : log.tracks.values()) {
            for (Column column : track.columns) {
                if (track.lastSequence < firstKept) {
                    column.savedSequence = track.lastSequence;
                }
            }
            track.forgetBefore(firstKept);
        }
        log.forgetClocksBefore(bootKept[0]);
        counters.trims().increment();
        if (log == own) {
            trimmed.accept(firstKept);
        }
    }

    /** A series' last place outlives its readings. */
    private void rememberLast(StoredLog log, long firstKept) throws SQLException {
        for (Track track : log.tracks.values()) {
            for (Column column : track.columns) {
                if (track.lastSequence < firstKept && column.savedSequence < track.lastSequence) {
                    session.update(
                            "UPDATE series SET last_sequence = ? WHERE number = ?",
                            track.lastSequence,
                            column.number);
                }
            }
        }
    }

    /** The boot of the oldest reading that is left; where none is, that of the newest clock. */
    private int firstBootKept(StoredLog log, long firstKept) throws SQLException {
        long newest = log.clocks.isEmpty() ? 1 : log.clocks.lastEntry().getValue().at().boot();
        long block =
                session.number(
                        newest,
                        "SELECT boot FROM block WHERE log = ? ORDER BY last_sequence LIMIT 1",
                        log.number);
        long slot =
                log.tail.stream()
                        .filter(part -> part.last() >= firstKept)
                        .mapToLong(Part::boot)
                        .min()
                        .orElse(newest);
        return (int) Math.min(newest, Math.min(block, slot));
    }
}
