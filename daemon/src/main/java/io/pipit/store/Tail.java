package io.pipit.store;

import io.pipit.model.Reading;
import io.pipit.store.StoreFile.Session;
import io.pipit.store.StoredLog.Column;
import io.pipit.store.StoredLog.Part;
import io.pipit.store.format.Slot;
import io.pipit.store.format.SlotWriter;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The readings that aren't packed yet, in slots of one log each: a commit adds to the slot that is
 * open and so writes one page. Slots are made ahead, some at a time, since a new page costs three
 * others. What comes late goes into a slot of its own, so that each is in log order. The writer's;
 * what there is of a log anybody may see, in {@link StoredLog#tail}.
 */
final class Tail {
    /** Slots of a log that are made at once, as many as it has, but no more. */
    private static final int AHEAD_MAX = 32;

    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);

    /** A reading with the column that it belongs to. */
    record Entry(Column column, Reading reading) {
        long sequence() {
            return reading.sequence();
        }
    }

    private static final class Open {
        private final long place;
        private final SlotWriter writer;
        private @Nullable Part part;

        Open(long place, SlotWriter writer) {
            this.place = place;
            this.writer = writer;
        }

        boolean takes(Reading reading) {
            return writer.boot() == reading.at().boot()
                    && reading.sequence() > writer.last()
                    && writer.hasRoom();
        }

        Part add(Entry entry) {
            Reading reading = entry.reading;
            long at = reading.at().monotonicMicros();
            writer.add(reading.sequence(), entry.column.number, at, reading.value());
            Part one =
                    new Part(
                            place,
                            writer.boot(),
                            1,
                            reading.sequence(),
                            reading.sequence(),
                            at,
                            at);
            Part before = part;
            Part now = before == null ? one : before.and(one);
            part = now;
            return now;
        }
    }

    /** Where a log's slots end. */
    private static final class Ends {
        /** The number of the slot that is begun next, and up to which there are some. */
        private long next;

        private long made;
        private @Nullable Open live;
        private @Nullable Open late;
    }

    private final Session session;
    private final Writer.Counters counters;
    private final Map<StoredLog, Ends> ends = new HashMap<>();
    private final Map<StoredLog, TreeMap<Long, Part>> changed = new HashMap<>();
    private boolean within;
    private long heldPlace;
    private @Nullable Slot held;

    Tail(Session session, Writer.Counters counters) {
        this.session = session;
        this.counters = counters;
    }

    /** Within a new transaction; of one that failed nothing is left. */
    void begin() {
        if (within) {
            ends.clear();
        }
        within = true;
        changed.clear();
        held = null;
    }

    /** Adds what isn't there yet; in order of sequence, each once. */
    void add(StoredLog log, List<Entry> entries) throws SQLException {
        Ends of = ends(log);
        TreeMap<Long, Part> parts = changed.computeIfAbsent(log, any -> new TreeMap<>());
        Set<Open> open = new HashSet<>();
        long end = log.tailEnd();
        for (Entry entry : entries) {
            boolean late = entry.sequence() <= end;
            if (late && holds(log, entry.sequence())) {
                counters.duplicates().increment();
                continue;
            }
            Open into = late ? of.late : of.live;
            if (into == null || !into.takes(entry.reading)) {
                into = new Open(take(log, of), new SlotWriter(entry.reading.at().boot()));
                if (late) {
                    of.late = into;
                } else {
                    of.live = into;
                }
            }
            parts.put(into.place, into.add(entry));
            open.add(into);
        }
        for (Open each : open) {
            PreparedStatement update =
                    session.prepare("UPDATE tail SET data = ?2 WHERE place = ?1", each.place);
            update.setBytes(2, each.writer.toBytes());
            update.executeUpdate();
        }
    }

    /** What was added is committed. */
    void committed() {
        within = false;
        changed.forEach((log, parts) -> {
            List<Part> tail = new ArrayList<>(log.tail);
            tail.replaceAll(part -> {
                Part now = parts.remove(part.place());
                return now == null ? part : now;
            });
            tail.addAll(parts.values());
            log.tail(tail);
        });
        changed.clear();
    }

    private long take(StoredLog log, Ends of) throws SQLException {
        if (of.next > of.made) {
            long more = Math.clamp(log.tail.size(), 1, AHEAD_MAX);
            PreparedStatement insert =
                    session.prepare("INSERT INTO tail (place, data) VALUES (?,?)");
            insert.setBytes(2, Slot.empty());
            for (long made = of.made; of.made < made + more; ) {
                insert.setLong(1, log.place(++of.made));
                insert.executeUpdate();
            }
        }
        return log.place(of.next++);
    }

    private Ends ends(StoredLog log) throws SQLException {
        Ends known = ends.get(log);
        if (known != null) {
            return known;
        }
        Ends found = new Ends();
        try (ResultSet row =
                session.prepare(
                                "SELECT place, data FROM tail WHERE place BETWEEN ? AND ? ORDER BY"
                                        + " place DESC",
                                log.place(0),
                                log.place(StoredLog.SEQUENCE_MAX))
                        .executeQuery()) {
            boolean empty = true;
            while (empty && row.next()) {
                long number = StoredLog.slotOf(row.getLong(1));
                found.made = Math.max(found.made, number);
                empty = Slot.isEmpty(row.getBytes(2));
                found.next = empty ? number : number + 1;
            }
            found.next = Math.max(1, found.next);
        }
        for (Part part : log.tail) {
            if (part.last() == log.tailEnd()) {
                Slot slot = load(part.place());
                if (slot != null) {
                    found.live = new Open(part.place(), slot.reopened());
                    found.live.part = part;
                }
            }
        }
        ends.put(log, found);
        return found;
    }

    private boolean holds(StoredLog log, long sequence) throws SQLException {
        for (Part part : log.tail) {
            if (part.first() <= sequence && sequence <= part.last()) {
                Slot slot = heldPlace == part.place() ? held : null;
                if (slot == null) {
                    slot = load(part.place());
                    heldPlace = part.place();
                    held = slot;
                }
                if (slot != null && slot.holds(sequence)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The slot there; null where there is none, or where it is damaged, which is said. */
    @Nullable Slot load(long place) throws SQLException {
        try (ResultSet row =
                session.prepare("SELECT data FROM tail WHERE place = ?", place).executeQuery()) {
            return row.next() ? decode(place, row.getBytes(1), counters) : null;
        }
    }

    /** Null where it is damaged: its readings are lost, counted and said. */
    static @Nullable Slot decode(long place, byte[] data, Writer.Counters counters) {
        try {
            return Slot.decode(data);
        } catch (IOException e) {
            counters.blocksDamaged().increment();
            LOG.error("slot {} of the store is damaged, its readings are lost", place, e);
            return null;
        }
    }

    /** The oldest slots of a log that have so many readings, or all. */
    static List<Part> oldest(StoredLog log, int readings) {
        List<Part> tail = log.tail;
        int count = 0;
        int parts = 0;
        while (parts < tail.size() && count < readings) {
            count += tail.get(parts++).count();
        }
        return tail.subList(0, parts);
    }

    /** Deletes these, within a transaction. */
    void delete(List<Part> parts) throws SQLException {
        for (Part part : parts) {
            session.update("DELETE FROM tail WHERE place = ?", part.place());
        }
    }

    /** They are deleted. */
    void deleted(StoredLog log, List<Part> parts) {
        Set<Part> gone = new HashSet<>(parts);
        Ends of = ends.get(log);
        if (of != null) {
            if (of.live != null && gone.contains(of.live.part)) {
                of.live = null;
            }
            if (of.late != null && gone.contains(of.late.part)) {
                of.late = null;
            }
        }
        List<Part> tail = new ArrayList<>(log.tail);
        tail.removeIf(gone::contains);
        log.tail(tail);
    }
}
