package io.pipit.wire.compact;

import io.pipit.model.BootClock;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a log between two Pipit nodes, in a tenth of the bytes that SenML takes: the answer
 * to a repair that asked for it.
 *
 * <pre>
 * version 1 | log, 8 bytes | kept | prev | upto - prev
 *   | number of boot clocks | each: sequence, boot, zigzag monotonic, zigzag offset, synchronised
 *   | number of columns     | each: length and name, length and unit, boot, {@link Stretch}
 * </pre>
 *
 * Numbers are LEB128 varints. Columns are in the order of their first readings, one for each
 * series, unit and boot. All methods are thread-safe.
 */
public final class CompactSlice {
    /** CoAP content-format, of the range for experiments (RFC 7252, section 12.3). */
    public static final int CONTENT_FORMAT = 65_112;

    /** Entries of one pack. */
    public static final int ENTRIES_MAX = 20_000;

    private static final byte VERSION = 1;
    private static final int SERIES_BYTES_MAX = 65;
    private static final int UNIT_BYTES_MAX = 128;

    /** What an ordinary reading takes, bytes: the first guess at how many fit. */
    private static final int READING_BYTES_USUAL = 3;

    /** A pack that is filled to this share, in sixteenths, is full enough. */
    private static final int FULL_SIXTEENTHS = 15;

    private static final int TRIES_MAX = 4;

    private record Column(Series series, String unit, int boot) {
        // As in Series: asked for every reading.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Column column
                    && boot == column.boot
                    && series.equals(column.series)
                    && unit.equals(column.unit);
        }

        @Override
        public int hashCode() {
            return 31 * series.hashCode() + boot;
        }
    }

    private CompactSlice() {}

    /**
     * The beginning of a slice in one pack, as much as fits: its {@code completeTo} says how far.
     *
     * @param bytesMax of the pack; only a single entry that is longer goes beyond it
     */
    public static byte[] encodeFirst(LogSlice slice, int bytesMax) {
        int left = Math.min(slice.entries().size(), ENTRIES_MAX);
        int count = Math.min(left, Math.max(1, bytesMax / READING_BYTES_USUAL));
        byte[] pack = encode(slice, count);
        byte[] best = pack;
        int fits = 0;
        int tooMany = left + 1;
        for (int tries = 1; ; tries++) {
            if (pack.length <= bytesMax) {
                fits = count;
                best = pack;
                boolean full = pack.length * 16L >= bytesMax * (long) FULL_SIXTEENTHS;
                if (count == left || full || count + 1 >= tooMany || tries >= TRIES_MAX) {
                    return best;
                }
            } else {
                tooMany = count;
                if (count <= 1) {
                    return pack;
                }
                if ((fits > 0 && fits + 1 >= tooMany) || (fits > 0 && tries >= TRIES_MAX)) {
                    return best;
                }
            }
            long aim = count * (bytesMax - bytesMax / 32L) / pack.length;
            int least = fits + 1;
            int most = Math.max(least, Math.min(left, tooMany - 1));
            // Names weigh more in a small pack than in a large one; in doubt the half.
            count =
                    tries >= TRIES_MAX
                            ? Math.max(least, tooMany / 2)
                            : Math.clamp(aim, least, most);
            pack = encode(slice, count);
        }
    }

    private static byte[] encode(LogSlice slice, int count) {
        List<LogEntry> entries = slice.entries();
        ByteSink out = new ByteSink(64 + 5 * count);
        out.put(VERSION);
        out.putLong(slice.log().bits());
        out.putVarint(slice.firstKept());
        out.putVarint(slice.previous());
        long upTo =
                count == entries.size() ? slice.completeTo() : entries.get(count - 1).sequence();
        out.putVarint(upTo - slice.previous());

        List<BootClock> clocks = new ArrayList<>();
        Map<Column, Growing> columns = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            switch (entries.get(i)) {
                case BootClock clock -> clocks.add(clock);
                case Reading reading ->
                        columns.computeIfAbsent(
                                        new Column(
                                                reading.series(),
                                                reading.unit(),
                                                reading.at().boot()),
                                        any -> new Growing())
                                .add(reading);
            }
        }
        out.putVarint(clocks.size());
        for (BootClock clock : clocks) {
            out.putVarint(clock.sequence());
            out.putVarint(clock.at().boot());
            out.putVarint(Stretch.zigzag(clock.at().monotonicMicros()));
            out.putVarint(Stretch.zigzag(clock.offsetMicros()));
            out.put((byte) (clock.synchronised() ? 1 : 0));
        }
        out.putVarint(columns.size());
        columns.forEach((column, readings) -> {
            out.putText(column.series.toString());
            out.putText(column.unit);
            out.putVarint(column.boot);
            readings.stretch().write(out, readings.count);
        });
        return out.toBytes();
    }

    /** Readings of one column as they come. */
    private static final class Growing {
        private long[] sequences = new long[64];
        private long[] monotonic = new long[64];
        private double[] values = new double[64];
        private int count;

        void add(Reading reading) {
            if (count == sequences.length) {
                sequences = Arrays.copyOf(sequences, 2 * count);
                monotonic = Arrays.copyOf(monotonic, 2 * count);
                values = Arrays.copyOf(values, 2 * count);
            }
            sequences[count] = reading.sequence();
            monotonic[count] = reading.at().monotonicMicros();
            values[count++] = reading.value();
        }

        Stretch stretch() {
            return new Stretch(sequences, monotonic, values);
        }
    }

    /**
     * Reads one pack.
     *
     * @throws WireException where it isn't one, whatever else it may be
     */
    public static LogSlice decode(byte[] pack) throws WireException {
        if (pack.length > Format.BODY_BYTES_MAX) {
            throw new WireException(
                    pack.length + " bytes are more than the " + Format.BODY_BYTES_MAX + " allowed");
        }
        ByteSource in = new ByteSource(pack, 0, pack.length);
        byte version = in.take();
        if (version != VERSION) {
            throw new WireException(
                    "a compact slice of version "
                            + version
                            + "; this node speaks "
                            + VERSION
                            + ": update the older of the two");
        }
        LogId log = new LogId(in.takeLong());
        long kept = in.varint("kept", Long.MAX_VALUE);
        long previous = in.varint("prev", Long.MAX_VALUE);
        long upTo = previous + in.varint("upto", Long.MAX_VALUE - previous);
        List<LogEntry> entries = new ArrayList<>();
        clocks(in, entries);
        columns(in, entries);
        if (in.left() > 0) {
            throw new WireException("something follows the compact slice");
        }
        entries.sort(Comparator.comparingLong(LogEntry::sequence));
        long last = previous;
        for (LogEntry entry : entries) {
            if (entry.sequence() <= last) {
                throw new WireException("out of log order: " + entry.sequence() + " after " + last);
            }
            last = entry.sequence();
        }
        if (last > upTo) {
            throw new WireException("goes to " + upTo + ", but has " + last);
        }
        return new LogSlice(log, kept, previous, entries, upTo);
    }

    private static void clocks(ByteSource in, List<LogEntry> entries) throws WireException {
        for (long more = in.varint("the number of clocks", ENTRIES_MAX); more > 0; more--) {
            long sequence = in.varint("a place", Long.MAX_VALUE);
            Stamp at = new Stamp(boot(in), Stretch.unzigzag(in.varint()));
            long offset = Stretch.unzigzag(in.varint());
            byte synchronised = in.take();
            if ((synchronised & ~1) != 0) {
                throw new WireException("a clock that is neither right nor wrong");
            }
            entries.add(new BootClock(sequence, at, offset, synchronised == 1));
        }
    }

    private static void columns(ByteSource in, List<LogEntry> entries) throws WireException {
        for (long more = in.varint("the number of columns", ENTRIES_MAX); more > 0; more--) {
            String name = in.text("a series", SERIES_BYTES_MAX);
            Series series = Series.parse(name).orElse(null);
            if (series == null) {
                throw new WireException("no series: " + name);
            }
            String unit = in.text("a unit", UNIT_BYTES_MAX);
            if (unit.isEmpty()) {
                throw new WireException("no unit for " + series);
            }
            int boot = boot(in);
            Stretch stretch = Stretch.read(in, ENTRIES_MAX - entries.size());
            for (int i = 0; i < stretch.count(); i++) {
                double value = stretch.values()[i];
                if (!Double.isFinite(value)) {
                    throw new WireException("not a finite value of " + series);
                }
                Stamp at = new Stamp(boot, stretch.monotonic()[i]);
                entries.add(new Reading(stretch.sequences()[i], at, series, value, unit));
            }
        }
    }

    private static int boot(ByteSource in) throws WireException {
        int boot = (int) in.varint("a boot", Integer.MAX_VALUE);
        if (boot == 0) {
            throw new WireException("boots are counted from 1");
        }
        return boot;
    }
}
