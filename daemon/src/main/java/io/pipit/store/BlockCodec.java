package io.pipit.store;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A stretch of one series as few bytes as is cheap: sequences and times as differences of
 * differences, values as differences of integers where a decimal or binary scale holds them
 * exactly, else the bits that changed. Always lossless. No state.
 *
 * <pre>
 * version 1 | count | sequences | times | scale | values | CRC-32C of all before, 4 bytes
 * </pre>
 *
 * Whole numbers are LEB128 varints. In a column of differences an odd number is a run: {@code n >>
 * 1} zeros, where that is 0 an escape, and 8 bytes follow; an even one is the difference in zigzag,
 * {@code n >> 1}. Scale 0 means bits: a byte 0 for the same value again, else {@code 1 + 8 *
 * leading + trailing} zero bytes of the exclusive-or, and what is between.
 */
final class BlockCodec {
    /** More readings than this aren't decoded: a limit on what a damaged count may allocate. */
    static final int READINGS_MAX = 65_536;

    private static final byte VERSION = 1;
    private static final int CHECK_BYTES = 4;
    private static final double EXACT_MAX = 1L << 53;

    /** Powers of ten and two up to a thousand million, the smallest first. */
    private static final double[] SCALES = scales();

    /**
     * Readings of one series in one boot, in log order. The arrays are not copied.
     *
     * @param monotonic microseconds since the boot
     */
    record Block(long[] sequences, long[] monotonic, double[] values) {
        int count() {
            return sequences.length;
        }

        Block part(int from, int to) {
            return new Block(
                    Arrays.copyOfRange(sequences, from, to),
                    Arrays.copyOfRange(monotonic, from, to),
                    Arrays.copyOfRange(values, from, to));
        }
    }

    private BlockCodec() {}

    /** Encodes at least one and at most {@link #READINGS_MAX} readings. */
    static byte[] encode(Block block) {
        Bytes out = new Bytes(16 + block.count() * 4);
        out.put(VERSION);
        out.putVarint(block.count());
        putSecondDifferences(out, block.sequences);
        putSecondDifferences(out, block.monotonic);
        int scale = scaleOf(block.values);
        out.put((byte) scale);
        if (scale == 0) {
            putBits(out, block.values);
        } else {
            putScaled(out, block.values, SCALES[scale - 1]);
        }
        CRC32C check = new CRC32C();
        check.update(out.bytes, 0, out.at);
        int sum = (int) check.getValue();
        for (int i = 0; i < CHECK_BYTES; i++) {
            out.put((byte) (sum >>> (8 * i)));
        }
        return Arrays.copyOf(out.bytes, out.at);
    }

    /**
     * The readings again.
     *
     * @throws IOException where the bytes aren't what was encoded
     */
    static Block decode(byte[] data) throws IOException {
        int end = data.length - CHECK_BYTES;
        if (end < 2 || data[0] != VERSION) {
            throw new IOException("not a block of version " + VERSION);
        }
        CRC32C check = new CRC32C();
        check.update(data, 0, end);
        int sum = 0;
        for (int i = 0; i < CHECK_BYTES; i++) {
            sum |= (data[end + i] & 0xff) << (8 * i);
        }
        if (sum != (int) check.getValue()) {
            throw new IOException("a block's check sum is wrong");
        }
        try {
            return decode(new Bytes(data, 1));
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IOException("a block ends early", e);
        }
    }

    private static Block decode(Bytes in) throws IOException {
        long count = in.varint();
        if (count < 1 || count > READINGS_MAX) {
            throw new IOException("a block of " + count + " readings");
        }
        Block block =
                new Block(new long[(int) count], new long[(int) count], new double[(int) count]);
        takeSecondDifferences(in, block.sequences);
        takeSecondDifferences(in, block.monotonic);
        int scale = in.take();
        if (scale < 0 || scale > SCALES.length) {
            throw new IOException("a block of scale " + scale);
        }
        if (scale == 0) {
            takeBits(in, block.values);
        } else {
            takeScaled(in, block.values, SCALES[scale - 1]);
        }
        return block;
    }

    private static void putSecondDifferences(Bytes out, long[] column) {
        out.putVarint(zigzag(column[0]));
        Differences differences = new Differences(out);
        long before = 0;
        for (int i = 1; i < column.length; i++) {
            long difference = column[i] - column[i - 1];
            differences.put(difference - before);
            before = difference;
        }
        differences.end();
    }

    private static void takeSecondDifferences(Bytes in, long[] column) throws IOException {
        takeDifferences(in, column);
        long before = 0;
        for (int i = 1; i < column.length; i++) {
            before += column[i];
            column[i] = column[i - 1] + before;
        }
    }

    private static void putScaled(Bytes out, double[] values, double scale) {
        long before = (long) Math.rint(values[0] * scale);
        out.putVarint(zigzag(before));
        Differences differences = new Differences(out);
        for (int i = 1; i < values.length; i++) {
            long scaled = (long) Math.rint(values[i] * scale);
            differences.put(scaled - before);
            before = scaled;
        }
        differences.end();
    }

    private static void takeScaled(Bytes in, double[] values, double scale) throws IOException {
        long[] differences = new long[values.length];
        takeDifferences(in, differences);
        long scaled = 0;
        for (int i = 0; i < values.length; i++) {
            scaled += differences[i];
            values[i] = scaled / scale;
        }
    }

    /** The first as it is, then the differences. */
    private static void takeDifferences(Bytes in, long[] column) throws IOException {
        column[0] = unzigzag(in.varint());
        int i = 1;
        while (i < column.length) {
            long token = in.varint();
            if ((token & 1) == 0) {
                column[i++] = unzigzag(token >>> 1);
            } else if (token == 1) {
                column[i++] = in.takeLong();
            } else {
                long run = token >>> 1;
                if (run > column.length - i) {
                    throw new IOException("a run beyond a block's end");
                }
                i += (int) run;
            }
        }
    }

    private static void putBits(Bytes out, double[] values) {
        long before = 0;
        for (double value : values) {
            long bits = Double.doubleToRawLongBits(value);
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

    private static void takeBits(Bytes in, double[] values) {
        long bits = 0;
        for (int i = 0; i < values.length; i++) {
            int control = in.take();
            if (control != 0) {
                int leading = (control - 1) / 8;
                int trailing = (control - 1) % 8;
                for (int b = trailing; b < 8 - leading; b++) {
                    bits ^= (in.take() & 0xffL) << (8 * b);
                }
            }
            values[i] = Double.longBitsToDouble(bits);
        }
    }

    /** The first scale that holds all of them exactly, counted from 1; 0 where none does. */
    private static int scaleOf(double[] values) {
        for (int s = 0; s < SCALES.length; s++) {
            if (holds(SCALES[s], values)) {
                return s + 1;
            }
        }
        return 0;
    }

    private static boolean holds(double scale, double[] values) {
        for (double value : values) {
            double scaled = Math.rint(value * scale);
            if (Math.abs(scaled) >= EXACT_MAX
                    || Double.doubleToRawLongBits((long) scaled / scale)
                            != Double.doubleToRawLongBits(value)) {
                return false;
            }
        }
        return true;
    }

    private static double[] scales() {
        double[] scales = new double[39];
        int n = 0;
        for (int binary = 0; binary < 30; binary++) {
            scales[n++] = 1L << binary;
        }
        for (long decimal = 10; decimal <= 1_000_000_000; decimal *= 10) {
            scales[n++] = decimal;
        }
        Arrays.sort(scales);
        return scales;
    }

    private static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    private static long unzigzag(long value) {
        return value >>> 1 ^ -(value & 1);
    }

    /** Writes differences, zeros in runs. */
    private static final class Differences {
        private final Bytes out;
        private long zeros;

        Differences(Bytes out) {
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
                out.putVarint(1);
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

    private static final class Bytes {
        private byte[] bytes;
        private int at;

        Bytes(int capacity) {
            bytes = new byte[capacity];
        }

        Bytes(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        void put(byte b) {
            if (at == bytes.length) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
            bytes[at++] = b;
        }

        void putVarint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                put((byte) ((rest & 0x7f) | 0x80));
                rest >>>= 7;
            }
            put((byte) rest);
        }

        void putLong(long value) {
            for (int i = 0; i < 8; i++) {
                put((byte) (value >>> (8 * i)));
            }
        }

        byte take() {
            return bytes[at++];
        }

        long varint() throws IOException {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                byte b = bytes[at++];
                value |= (b & 0x7fL) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new IOException("a number of more than 64 bits in a block");
        }

        long takeLong() {
            long value = 0;
            for (int i = 0; i < 8; i++) {
                value |= (take() & 0xffL) << (8 * i);
            }
            return value;
        }
    }
}
