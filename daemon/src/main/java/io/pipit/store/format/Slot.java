package io.pipit.store.format;

import io.pipit.wire.WireException;
import io.pipit.wire.compact.ByteSource;
import io.pipit.wire.compact.Scales;
import java.io.IOException;
import java.util.Arrays;

/**
 * Readings of one log and one boot in log order, of all its series, as the file has them until they
 * are packed: always of the same length, so that adding to them writes one page and moves nothing.
 *
 * <pre>
 * version 1 | where the check sum is, 2 bytes | boot | each reading: head, what it says follows
 *   | CRC-32C of all before, 4 bytes | zeros
 * head: the column is the one that followed last time (1), the sequence is the next one (2),
 *   and times 4: up to 60 the value's change in zigzag, 61 it follows, 62 scale and value follow,
 *   63 the value's bits follow, 8 bytes
 * what follows: column | step of the sequence | difference to the time expected | value
 * </pre>
 *
 * Numbers are varints of seven bits, all but the column in zigzag, the lowest first like all else.
 * The time that is expected is as long after the series' last one as that was before. A slot that
 * begins with 0 is empty.
 */
public final class Slot {
    /**
     * Bytes of a slot: with its row's and page's headers it fills a page of 1,024 bytes, and four
     * of them one of 4,096.
     */
    public static final int BYTES = 984;

    static final byte VERSION = 1;
    static final int EXPECTED = 1;
    static final int FOLLOWS = 2;
    static final int FLAGS = 2;
    static final int SMALL_MAX = 60;
    static final int CHANGE = 61;
    static final int ANEW = 62;
    static final int BITS = 63;

    private static final int BEGIN = 3;
    private static final int READING_BYTES_MIN = 2;

    private final int boot;
    private final int[] columns;
    private final long[] sequences;
    private final long[] monotonic;
    private final double[] values;
    private int count;

    private Slot(int boot, int capacity) {
        this.boot = boot;
        this.columns = new int[capacity];
        this.sequences = new long[capacity];
        this.monotonic = new long[capacity];
        this.values = new double[capacity];
    }

    /** What an empty one is. */
    public static byte[] empty() {
        return new byte[BYTES];
    }

    /** Whether nothing was ever written to it. */
    public static boolean isEmpty(byte[] data) {
        return data.length == BYTES && data[0] == 0;
    }

    /**
     * The readings again.
     *
     * @throws IOException where the bytes aren't what {@link SlotWriter} wrote
     */
    public static Slot decode(byte[] data) throws IOException {
        if (data.length != BYTES || data[0] != VERSION) {
            throw new IOException("not a slot of version " + VERSION);
        }
        int end = (data[1] & 0xff) | (data[2] & 0xff) << 8;
        if (end < BEGIN || end > BYTES - CheckSum.BYTES) {
            throw new IOException("a slot's length is wrong");
        }
        if (!CheckSum.isRight(data, end)) {
            throw new IOException("a slot's check sum is wrong");
        }
        try {
            ByteSource in = new ByteSource(data, BEGIN, end);
            Slot slot = new Slot((int) in.zigzag(), (end - BEGIN) / READING_BYTES_MIN);
            slot.read(in);
            return slot;
        } catch (WireException e) {
            throw new IOException("a slot isn't what it was: " + e.getMessage(), e);
        }
    }

    private void read(ByteSource in) throws WireException {
        Course course = new Course();
        while (in.left() > 0) {
            int head = in.take() & 0xff;
            Course.Lane expected = course.expected();
            Course.Lane lane;
            if ((head & EXPECTED) == 0) {
                lane = course.lane((int) in.varint());
            } else if (expected != null) {
                lane = expected;
            } else {
                throw new WireException("a series is expected where none was yet");
            }
            long step = (head & FOLLOWS) == 0 ? in.zigzag() : 1;
            long sequence = course.sequence() + step;
            long at = course.expectedAt(lane) + in.zigzag();
            double value = value(in, lane, head >> FLAGS);
            if (count == columns.length || (count > 0 && sequence <= sequences[count - 1])) {
                throw new WireException("readings are too many or in no order");
            }
            columns[count] = lane.column;
            sequences[count] = sequence;
            monotonic[count] = at;
            values[count++] = value;
            course.passed(lane, sequence, at);
        }
    }

    private static double value(ByteSource in, Course.Lane lane, int kind) throws WireException {
        switch (kind) {
            case BITS -> {
                return Double.longBitsToDouble(in.takeLong());
            }
            case ANEW -> {
                int scale = in.take();
                if (scale < 1 || scale > Scales.LAST) {
                    throw new WireException("a value of scale " + scale);
                }
                lane.scale = scale;
                lane.scaled = in.zigzag();
            }
            default -> {
                if (lane.scale == 0) {
                    throw new WireException("a value that changed before there was one");
                }
                long small = kind == CHANGE ? in.varint() : kind;
                lane.scaled += small >>> 1 ^ -(small & 1);
            }
        }
        return lane.scaled / Scales.factor(lane.scale);
    }

    /** A writer that goes on behind these readings. */
    public SlotWriter reopened() {
        SlotWriter writer = new SlotWriter(boot);
        for (int i = 0; i < count; i++) {
            writer.add(sequences[i], columns[i], monotonic[i], values[i]);
        }
        return writer;
    }

    /** Of which boot all of them are. */
    public int boot() {
        return boot;
    }

    /** How many readings. */
    public int count() {
        return count;
    }

    /** The number of one's column. */
    public int column(int i) {
        return columns[i];
    }

    /** Its place in the log; each beyond the one before. */
    public long sequence(int i) {
        return sequences[i];
    }

    /** Microseconds since the boot. */
    public long monotonic(int i) {
        return monotonic[i];
    }

    /** Its value. */
    public double value(int i) {
        return values[i];
    }

    /** Where the first reading beyond this sequence is; {@link #count} where there is none. */
    public int indexAfter(long sequence) {
        int found = Arrays.binarySearch(sequences, 0, count, sequence);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** Whether it has a reading of this sequence. */
    public boolean holds(long sequence) {
        return Arrays.binarySearch(sequences, 0, count, sequence) >= 0;
    }
}
