package io.pipit.wire.compact;

import io.pipit.wire.WireException;
import java.util.Arrays;

/**
 * Readings of one series in one boot, in log order, and how they are written in as few bytes as is
 * cheap: sequences and times as differences of differences, values as differences of integers where
 * a decimal or binary scale holds them exactly, else the bits that changed. Always lossless.
 *
 * <pre>
 * count | sequences | times | scale | values
 * </pre>
 *
 * Whole numbers are LEB128 varints. In a column of differences an odd number is a run: {@code n >>
 * 1} zeros, where that is 0 an escape, and 8 bytes follow, the lowest first; an even one is the
 * difference in zigzag, {@code n >> 1}. A column's first number is a zigzag varint by itself. Scale
 * 0 means bits: a byte 0 for the same value again, else {@code 1 + 8 * leading + trailing} zero
 * bytes of the exclusive-or, and what is between, the lowest first.
 *
 * @param sequences not copied, like the others
 * @param monotonic microseconds since the boot
 */
public record Stretch(long[] sequences, long[] monotonic, double[] values) {
    /** Eight bytes follow instead of a run. */
    private static final long ESCAPE = 1;

    /** How many readings. */
    public int count() {
        return sequences.length;
    }

    /** A copy of some of them. */
    public Stretch part(int from, int to) {
        return new Stretch(
                Arrays.copyOfRange(sequences, from, to),
                Arrays.copyOfRange(monotonic, from, to),
                Arrays.copyOfRange(values, from, to));
    }

    /** Writes the first so many, at least one. */
    public void write(ByteSink out, int count) {
        out.putVarint(count);
        putSecondDifferences(out, sequences, count);
        putSecondDifferences(out, monotonic, count);
        int scale = scaleOf(values, count);
        out.put((byte) scale);
        if (scale == 0) {
            putBits(out, values, count);
        } else {
            putScaled(out, values, count, Scales.factor(scale));
        }
    }

    /**
     * Reads what {@link #write} wrote. Whether the sequences grow isn't looked at.
     *
     * @param countMax more readings than this aren't read: what a wrong count may allocate
     * @throws WireException where it is something else
     */
    public static Stretch read(ByteSource in, int countMax) throws WireException {
        long count = in.varint();
        if (count < 1 || count > countMax) {
            throw new WireException("a stretch of " + count + " readings");
        }
        Stretch stretch =
                new Stretch(new long[(int) count], new long[(int) count], new double[(int) count]);
        takeSecondDifferences(in, stretch.sequences);
        takeSecondDifferences(in, stretch.monotonic);
        int scale = in.take();
        if (scale < 0 || scale > Scales.LAST) {
            throw new WireException("a stretch of scale " + scale);
        }
        if (scale == 0) {
            takeBits(in, stretch.values);
        } else {
            takeScaled(in, stretch.values, Scales.factor(scale));
        }
        return stretch;
    }

    private static void putSecondDifferences(ByteSink out, long[] column, int count) {
        out.putVarint(zigzag(column[0]));
        Differences differences = new Differences(out);
        long before = 0;
        for (int i = 1; i < count; i++) {
            long difference = column[i] - column[i - 1];
            differences.put(difference - before);
            before = difference;
        }
        differences.end();
    }

    private static void takeSecondDifferences(ByteSource in, long[] column) throws WireException {
        long value = unzigzag(in.varint());
        column[0] = value;
        long difference = 0;
        int i = 1;
        while (i < column.length) {
            long token = in.varint();
            if ((token & 1) == 0) {
                difference += unzigzag(token >>> 1);
                value += difference;
                column[i++] = value;
            } else if (token == ESCAPE) {
                difference += in.takeLong();
                value += difference;
                column[i++] = value;
            } else {
                for (int end = i + run(token, column.length - i); i < end; i++) {
                    value += difference;
                    column[i] = value;
                }
            }
        }
    }

    private static void putScaled(ByteSink out, double[] values, int count, double scale) {
        long before = (long) Math.rint(values[0] * scale);
        out.putVarint(zigzag(before));
        Differences differences = new Differences(out);
        for (int i = 1; i < count; i++) {
            long scaled = (long) Math.rint(values[i] * scale);
            differences.put(scaled - before);
            before = scaled;
        }
        differences.end();
    }

    private static void takeScaled(ByteSource in, double[] values, double scale)
            throws WireException {
        long scaled = unzigzag(in.varint());
        values[0] = scaled / scale;
        int i = 1;
        while (i < values.length) {
            long token = in.varint();
            if ((token & 1) == 0) {
                scaled += unzigzag(token >>> 1);
                values[i++] = scaled / scale;
            } else if (token == ESCAPE) {
                scaled += in.takeLong();
                values[i++] = scaled / scale;
            } else {
                int end = i + run(token, values.length - i);
                Arrays.fill(values, i, end, scaled / scale);
                i = end;
            }
        }
    }

    /** How many zeros an odd token stands for. */
    private static int run(long token, int left) throws WireException {
        long run = token >>> 1;
        if (run > left) {
            throw new WireException("a run beyond a stretch's end");
        }
        return (int) run;
    }

    private static void putBits(ByteSink out, double[] values, int count) {
        long before = 0;
        for (int i = 0; i < count; i++) {
            long bits = Double.doubleToRawLongBits(values[i]);
            long changed = bits ^ before;
            before = bits;
            if (changed == 0) {
                out.put((byte) 0);
                continue;
            }
            int leading = Long.numberOfLeadingZeros(changed) / 8;
            int trailing = Long.numberOfTrailingZeros(changed) / 8;
            out.put((byte) (1 + leading * 8 + trailing));
            for (int b = trailing; b < 8 - leading; b++) {
                out.put((byte) (changed >>> (8 * b)));
            }
        }
    }

    private static void takeBits(ByteSource in, double[] values) throws WireException {
        long bits = 0;
        for (int i = 0; i < values.length; i++) {
            int control = in.take();
            if (control != 0) {
                int leading = (control - 1) / 8;
                int trailing = (control - 1) % 8;
                if (control < 0 || leading + trailing >= 8) {
                    throw new WireException("a value of " + control + " zero bytes");
                }
                for (int b = trailing; b < 8 - leading; b++) {
                    bits ^= (in.take() & 0xffL) << (8 * b);
                }
            }
            values[i] = Double.longBitsToDouble(bits);
        }
    }

    /** The first scale that holds all of them exactly, counted from 1; 0 where none does. */
    private static int scaleOf(double[] values, int count) {
        for (int scale = 1; scale <= Scales.LAST; scale++) {
            if (holds(Scales.factor(scale), values, count)) {
                return scale;
            }
        }
        return 0;
    }

    private static boolean holds(double factor, double[] values, int count) {
        for (int i = 0; i < count; i++) {
            if (!Scales.holds(factor, values[i])) {
                return false;
            }
        }
        return true;
    }

    static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    static long unzigzag(long value) {
        return value >>> 1 ^ -(value & 1);
    }

    /** Writes differences, zeros in runs. */
    private static final class Differences {
        private final ByteSink out;
        private long zeros;

        Differences(ByteSink out) {
            this.out = out;
        }

        void put(long difference) {
            if (difference == 0) {
                zeros++;
                return;
            }
            end();
            long token = zigzag(difference);
            if (token < 0) {
                out.putVarint(ESCAPE);
                out.putLong(difference);
            } else {
                out.putVarint(token << 1);
            }
        }

        void end() {
            if (zeros > 0) {
                out.putVarint(zeros << 1 | 1);
                zeros = 0;
            }
        }
    }
}
