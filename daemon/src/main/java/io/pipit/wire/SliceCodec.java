package io.pipit.wire;

import io.pipit.model.BootClock;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.model.Timeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a log as SenML (RFC 8428) and back: what travels on every feed. To any other reader
 * of SenML it is a pack of readings; the log's places and the monotonic time travel in fields that
 * those ignore:
 *
 * <pre>
 * [{bn: "NODE-ID/", bt: 1767225600.5,          wall time of bmono; left out without a right clock
 *   n: "air/temperature", u: "Cel", v: 21.5,   t left out: 0
 *   log: "00112233445566ff", kept: 1, prev: 41,  and upto, where it isn't the last seq
 *   seq: 42, boot: 3, bmono: 5000000},
 *  {n: "air/humidity", u: "%RH", v: 48},       seq 43
 *  {n: "air/temperature", u: "Cel", v: 21.75, t: 10, seq: 47},
 *  {n: "boot:offset", u: "s", v: 1767225595.5, t: 10, offset: 1767225595500000, sync: true}]
 * </pre>
 *
 * An entry's stamp is {@code bmono + t}. Without a right clock {@code bmono} is the sender's now,
 * so that {@code t} is relative to now, as SenML has it. All methods are thread-safe.
 */
public final class SliceCodec {
    /** Version of what Pipit adds to SenML; a pack of a later one is refused. */
    public static final int VERSION = 1;

    private static final String CLOCK_NAME = "boot:offset";
    private static final String CLOCK_UNIT = "s";

    /** Less than this no record takes, bytes; to guess how many fit. */
    private static final int RECORD_BYTES_MIN = 11;

    /** What an ordinary record takes, bytes; to make the buffer of about the right size. */
    private static final int RECORD_BYTES_USUAL = 48;

    private static final int FIRST_RECORD_BYTES_USUAL = 192;

    private SliceCodec() {}

    /**
     * Writes a slice as one or more packs, each of which is a slice by itself: it follows on the
     * one before.
     *
     * @param origin the node whose log it is
     * @param timeline what is known of that log's clocks
     * @param nowMonotonicMicros the origin's now
     * @param bytesMax for a pack; only a single record that is longer goes beyond it
     */
    public static List<byte[]> encode(
            LogSlice slice,
            NodeId origin,
            Timeline timeline,
            long nowMonotonicMicros,
            Format format,
            int bytesMax) {
        var packs = new ArrayList<byte[]>(1);
        var encoder = new Encoder(slice, origin, timeline, nowMonotonicMicros, format, bytesMax);
        do {
            packs.add(encoder.next());
        } while (encoder.hasNext());
        return packs;
    }

    /** The first of the packs that {@link #encode} would write, without the work for the others. */
    public static byte[] encodeFirst(
            LogSlice slice,
            NodeId origin,
            Timeline timeline,
            long nowMonotonicMicros,
            Format format,
            int bytesMax) {
        return new Encoder(slice, origin, timeline, nowMonotonicMicros, format, bytesMax).next();
    }

    /** More entries than this never fit into so many bytes. */
    public static int entriesMax(int bytes) {
        return bytes / RECORD_BYTES_MIN + 1;
    }

    /**
     * Reads one pack.
     *
     * @throws WireException where it isn't a slice, whatever else it may be
     */
    public static LogSlice decode(byte[] pack, Format format) throws WireException {
        try (PackReader in = new PackReader(pack, format)) {
            return new Decoder(in).slice();
        }
    }

    private static final class Encoder {
        private final LogSlice slice;
        private final List<LogEntry> entries;
        private final String base;
        private final Timeline timeline;
        private final long now;
        private final Format format;
        private final int bytesMax;
        private final boolean secondaryUnits;
        private int from;

        // What the records so far have set for those that follow.
        private long lastSequence;
        private int boot;
        private boolean synchronised;
        private long offset;
        private long baseMonotonic;
        private boolean hasBaseTime;
        private @Nullable Stamp lastStamp;

        Encoder(
                LogSlice slice,
                NodeId origin,
                Timeline timeline,
                long now,
                Format format,
                int bytesMax) {
            this.slice = slice;
            this.entries = slice.entries();
            this.base = origin + "/";
            this.timeline = timeline;
            this.now = now;
            this.format = format;
            this.bytesMax = bytesMax;
            this.secondaryUnits = Senml.needsSecondaryUnits(entries);
        }

        boolean hasNext() {
            return from < entries.size();
        }

        byte[] next() {
            int count = entries.size() - from;
            boolean last = (long) count * RECORD_BYTES_MIN <= bytesMax;
            while (true) {
                RecordWriter out = RecordWriter.of(format, bytesExpected(count));
                int written = write(out, count, last);
                boolean upTo = last && slice.completeTo() != lastOf(count);
                if (written == count || !upTo) {
                    // The first record says how far the pack goes; without that it may end here.
                    if (written == entries.size() - from && !last) {
                        last = true;
                        continue;
                    }
                    from += written;
                    return out.pack();
                }
                count = written;
                last = false;
            }
        }

        private int bytesExpected(int count) {
            return (int)
                    Math.min(
                            bytesMax, FIRST_RECORD_BYTES_USUAL + (long) count * RECORD_BYTES_USUAL);
        }

        private long lastOf(int count) {
            int last = from + count - 1;
            return last < 0 ? slice.previous() : entries.get(last).sequence();
        }

        /** How many of so many entries fit, at least one. */
        private int write(RecordWriter out, int count, boolean last) {
            lastStamp = null;
            hasBaseTime = false;
            if (count == 0) {
                out.begin();
                base(out);
                stretch(out, last, count);
                out.end();
                return 0;
            }
            for (int i = 0; i < count; i++) {
                if (i == PackReader.RECORDS_MAX) {
                    return i;
                }
                out.begin();
                entry(out, entries.get(from + i), i == 0, last, count);
                out.end();
                if (out.packBytes() > bytesMax && i > 0) {
                    out.takeBack();
                    return i;
                }
            }
            return count;
        }

        private void entry(
                RecordWriter out, LogEntry entry, boolean first, boolean last, int count) {
            if (first) {
                base(out);
            }
            boolean moved = first || !entry.at().equals(lastStamp);
            boolean newBase = moved && moveBase(entry.at(), first);
            if (newBase && (synchronised || hasBaseTime)) {
                out.seconds(Label.BASE_TIME, synchronised ? baseMonotonic + offset : 0);
                hasBaseTime = synchronised;
            }
            value(out, entry);
            long sinceBase = entry.at().monotonicMicros() - baseMonotonic;
            if (sinceBase != 0) {
                out.seconds(Label.TIME, sinceBase);
            }
            if (first) {
                stretch(out, last, count);
            }
            if (first || entry.sequence() != lastSequence + 1) {
                out.whole(Label.SEQUENCE, entry.sequence());
            }
            lastSequence = entry.sequence();
            if (newBase) {
                if (first || entry.at().boot() != boot) {
                    boot = entry.at().boot();
                    out.whole(Label.BOOT, boot);
                }
                out.whole(Label.BASE_MONOTONIC, baseMonotonic);
            }
            lastStamp = entry.at();
        }

        private void base(RecordWriter out) {
            if (secondaryUnits) {
                out.whole(Label.BASE_VERSION, PackReader.VERSION_WITH_SECONDARY_UNITS);
            }
            out.text(Label.BASE_NAME, base);
        }

        private void stretch(RecordWriter out, boolean last, int count) {
            out.text(Label.LOG, slice.log().toString());
            out.whole(Label.KEPT, slice.firstKept());
            out.whole(
                    Label.PREVIOUS,
                    from == 0 ? slice.previous() : entries.get(from - 1).sequence());
            if (last && slice.completeTo() != lastOf(count)) {
                out.whole(Label.UP_TO, slice.completeTo());
            }
        }

        private static void value(RecordWriter out, LogEntry entry) {
            switch (entry) {
                case Reading reading -> {
                    out.text(Label.NAME, reading.series().toString());
                    out.text(Label.UNIT, reading.unit());
                    out.number(Label.VALUE, reading.value());
                }
                case BootClock clock -> {
                    out.text(Label.NAME, CLOCK_NAME);
                    out.text(Label.UNIT, CLOCK_UNIT);
                    out.seconds(Label.VALUE, clock.offsetMicros());
                    out.whole(Label.OFFSET, clock.offsetMicros());
                    out.flag(Label.SYNCHRONISED, clock.synchronised());
                }
            }
        }

        /** Whether times count from another base from here on. */
        private boolean moveBase(Stamp at, boolean first) {
            boolean right = timeline.isSynchronised(at);
            long wall = right ? timeline.wallMicros(at).orElse(0) : 0;
            long offsetNow = right ? wall - at.monotonicMicros() : 0;
            if (!first && at.boot() == boot && right == synchronised && offsetNow == offset) {
                return false;
            }
            synchronised = right;
            offset = offsetNow;
            baseMonotonic = right ? at.monotonicMicros() : now;
            return true;
        }
    }

    private static final class Decoder {
        private static final Label[] FIRST_ONLY = {
            Label.LOG, Label.KEPT, Label.PREVIOUS, Label.UP_TO, Label.WIRE_VERSION
        };

        private final PackReader in;
        private final Map<String, Series> series = new HashMap<>();
        private String base = "";
        private boolean baseIsNode;
        private @Nullable NodeId origin;
        private long sequence;
        private int boot;
        private boolean hasBaseMonotonic;
        private long baseMonotonic;

        Decoder(PackReader in) {
            this.in = in;
        }

        LogSlice slice() throws WireException {
            if (!in.next()) {
                throw new WireException("an empty pack is no slice");
            }
            if (in.has(Label.WIRE_VERSION) && in.whole(Label.WIRE_VERSION) != VERSION) {
                throw in.malformed(
                        "is of wire version "
                                + in.whole(Label.WIRE_VERSION)
                                + "; this node speaks "
                                + VERSION
                                + ": update the older of the two");
            }
            String logText = in.log();
            Optional<LogId> log = LogId.parse(logText);
            if (log.isEmpty()) {
                throw in.malformed("has no log ID: " + logText);
            }
            long kept = place(Label.KEPT);
            long previous = place(Label.PREVIOUS);
            long upTo = in.has(Label.UP_TO) ? place(Label.UP_TO) : -1;
            var entries = new ArrayList<LogEntry>();
            sequence = previous;
            if (in.isMeasurement()) {
                entries.add(entry(true));
            } else {
                settings();
            }
            while (in.next()) {
                for (Label label : FIRST_ONLY) {
                    if (in.has(label)) {
                        throw in.malformed("has " + label + ", which only the first may have");
                    }
                }
                if (in.isMeasurement()) {
                    entries.add(entry(entries.isEmpty()));
                } else {
                    settings();
                }
            }
            if (upTo < 0) {
                upTo = sequence;
            } else if (upTo < sequence) {
                throw new WireException("goes to " + upTo + ", but has or follows " + sequence);
            }
            return new LogSlice(log.get(), kept, previous, entries, upTo);
        }

        private long place(Label label) throws WireException {
            long place = in.whole(label);
            if (place < 0) {
                throw in.malformed("has a negative " + label);
            }
            return place;
        }

        /** What a record sets for those that follow. */
        private void settings() throws WireException {
            if (in.has(Label.BOOT)) {
                long number = in.whole(Label.BOOT);
                if (number < 0 || number > Integer.MAX_VALUE) {
                    throw in.malformed("has a boot of " + number);
                }
                boot = (int) number;
            }
            if (in.has(Label.BASE_MONOTONIC)) {
                baseMonotonic = in.whole(Label.BASE_MONOTONIC);
                hasBaseMonotonic = true;
            }
        }

        private LogEntry entry(boolean first) throws WireException {
            settings();
            if (boot == 0 || !hasBaseMonotonic) {
                throw in.malformed("doesn't say its boot and monotonic time");
            }
            if (first || in.has(Label.SEQUENCE)) {
                long place = place(Label.SEQUENCE);
                if (place <= sequence) {
                    throw in.malformed("is out of log order: " + place + " after " + sequence);
                }
                sequence = place;
            } else if (sequence++ == Long.MAX_VALUE) {
                throw in.malformed("is beyond the last place that a log has");
            }
            Stamp at = stamp();
            String name = localName();
            if (name.equals(CLOCK_NAME)) {
                return new BootClock(sequence, at, in.whole(Label.OFFSET), in.synchronised());
            }
            if (!in.hasValue()) {
                throw in.malformed("has no number");
            }
            String unit = in.unit();
            if (unit.isEmpty()) {
                throw in.malformed("has no unit");
            }
            Series of = series.get(name);
            if (of == null) {
                of = Series.parse(name).orElse(null);
                if (of == null) {
                    throw in.malformed("is of no series: " + name);
                }
                series.put(name, of);
            }
            return new Reading(sequence, at, of, in.value(), unit);
        }

        private Stamp stamp() throws WireException {
            try {
                return new Stamp(boot, Math.addExact(baseMonotonic, in.sinceBaseMicros()));
            } catch (ArithmeticException e) {
                throw new WireException("a monotonic time is out of all bounds", e);
            }
        }

        /** The name without the node's ID, which must be the same in the whole pack. */
        private String localName() throws WireException {
            if (!in.baseName().equals(base)) {
                base = in.baseName();
                baseIsNode = !base.isEmpty() && base.indexOf('/') == base.length() - 1;
                if (baseIsNode) {
                    originIs(base.substring(0, base.length() - 1));
                }
            }
            if (baseIsNode) {
                return in.name();
            }
            String name = base + in.name();
            int slash = name.indexOf('/');
            if (slash < 0) {
                throw in.malformed("names no node: " + name);
            }
            originIs(name.substring(0, slash));
            return name.substring(slash + 1);
        }

        private void originIs(String text) throws WireException {
            NodeId id = NodeId.parse(text).orElse(null);
            if (id == null) {
                throw in.malformed("names no node: " + text);
            }
            if (origin != null && !origin.equals(id)) {
                throw in.malformed("is of another node than those before");
            }
            origin = id;
        }
    }
}
