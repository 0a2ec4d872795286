package io.pipit.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes a SenML pack record by record into one growing buffer, so that the last record can be
 * taken back where it didn't fit. Not thread-safe.
 *
 * <p>By hand rather than with Jackson's generators: these neither know half-precision numbers nor
 * can take anything back, and this is the hottest path of all.
 */
abstract class RecordWriter {
    /** 2^53: whole numbers below that are exact as a double. */
    private static final double WHOLE_MAX = 9_007_199_254_740_992.0;

    private static final int MICROS_PER_SECOND = 1_000_000;

    /** Room for the longest head of an array, CBOR, 65,535 records. */
    private static final int HEAD_BYTES_MAX = 3;

    byte[] buffer;
    int end = HEAD_BYTES_MAX;
    private int records;
    private int endBefore = HEAD_BYTES_MAX;

    private RecordWriter(int capacity) {
        buffer = new byte[HEAD_BYTES_MAX + Math.max(capacity, 64)];
    }

    static RecordWriter of(Format format, int capacity) {
        return format == Format.JSON ? new Json(capacity) : new Cbor(capacity);
    }

    /** Begins a record; {@link #end} ends it. */
    final void begin() {
        endBefore = end;
        open(records);
    }

    /** Ends the record. */
    final void end() {
        close();
        records++;
    }

    /** Takes the record that was ended last back, once. */
    final void takeBack() {
        end = endBefore;
        records--;
    }

    /** How long the pack is now. */
    final int packBytes() {
        return headBytes(records) + end - HEAD_BYTES_MAX + tailBytes();
    }

    /** The whole pack; writing may not go on. */
    final byte[] pack() {
        int from = HEAD_BYTES_MAX - headBytes(records);
        head(from, records);
        tail();
        return Arrays.copyOfRange(buffer, from, end);
    }

    abstract void text(Label label, String value);

    abstract void whole(Label label, long value);

    abstract void flag(Label label, boolean value);

    /** So that reading it gives the very same double, in as few bytes as that takes. */
    abstract void number(Label label, double value);

    /** Microseconds as seconds, so that rounding to microseconds gives the very same. */
    abstract void seconds(Label label, long micros);

    abstract void open(int record);

    abstract void close();

    abstract int headBytes(int count);

    abstract int tailBytes();

    abstract void head(int at, int count);

    abstract void tail();

    static boolean isWhole(double value) {
        return value == Math.rint(value)
                && Math.abs(value) < WHOLE_MAX
                && (value != 0 || 1 / value > 0);
    }

    final void put(int b) {
        room(1);
        buffer[end++] = (byte) b;
    }

    final void put(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, end, bytes.length);
        end += bytes.length;
    }

    @SuppressWarnings("deprecation") // the fast way where no character is above 0xff
    final void putChars(String text) {
        room(text.length());
        text.getBytes(0, text.length(), buffer, end);
        end += text.length();
    }

    final void room(int bytes) {
        if (buffer.length - end < bytes + 1) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, end + bytes + 1));
        }
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** RFC 8949. */
    private static final class Cbor extends RecordWriter {
        private static final int UNSIGNED = 0x00;
        private static final int NEGATIVE = 0x20;
        private static final int STRING = 0x60;
        private static final int ARRAY = 0x80;
        private static final int MAP = 0xa0;
        private static final int FALSE = 0xf4;
        private static final int HALF = 0xf9;
        private static final int SINGLE = 0xfa;
        private static final int DOUBLE = 0xfb;
        private static final int SHORT_MAX = 23;

        private int mapAt;
        private int fields;

        private Cbor(int capacity) {
            super(capacity);
        }

        @Override
        void open(int record) {
            mapAt = end;
            fields = 0;
            put(MAP);
        }

        @Override
        void close() {
            // There are not as many labels as would need a longer head.
            buffer[mapAt] = (byte) (MAP | fields);
        }

        @Override
        int headBytes(int count) {
            return count <= SHORT_MAX ? 1 : count <= 0xff ? 2 : 3;
        }

        @Override
        int tailBytes() {
            return 0;
        }

        @Override
        void head(int at, int count) {
            if (count <= SHORT_MAX) {
                buffer[at] = (byte) (ARRAY | count);
            } else if (count <= 0xff) {
                buffer[at] = (byte) (ARRAY | 24);
                buffer[at + 1] = (byte) count;
            } else {
                buffer[at] = (byte) (ARRAY | 25);
                buffer[at + 1] = (byte) (count >> 8);
                buffer[at + 2] = (byte) count;
            }
        }

        @Override
        void tail() {}

        private void label(Label label) {
            fields++;
            putChars(label.cbor);
        }

        @Override
        void text(Label label, String value) {
            label(label);
            if (isAscii(value)) {
                typed(STRING, value.length());
                putChars(value);
            } else {
                byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                typed(STRING, bytes.length);
                put(bytes);
            }
        }

        @Override
        void whole(Label label, long value) {
            label(label);
            integer(value);
        }

        @Override
        void flag(Label label, boolean value) {
            label(label);
            put(value ? FALSE + 1 : FALSE);
        }

        @Override
        void number(Label label, double value) {
            label(label);
            float single = (float) value;
            boolean isSingle = single == value;
            if (isWhole(value) && (!isSingle || Math.abs(value) < 0x1p32)) {
                integer((long) value);
            } else if (isSingle && isHalf(single)) {
                fixed(HALF, Float.floatToFloat16(single), 2);
            } else if (isSingle) {
                fixed(SINGLE, Float.floatToRawIntBits(single), 4);
            } else {
                fixed(DOUBLE, Double.doubleToRawLongBits(value), 8);
            }
        }

        @Override
        void seconds(Label label, long micros) {
            label(label);
            if (micros % MICROS_PER_SECOND == 0) {
                integer(micros / MICROS_PER_SECOND);
                return;
            }
            double seconds = (double) micros / MICROS_PER_SECOND;
            float single = (float) seconds;
            if (single == seconds && isHalf(single)) {
                fixed(HALF, Float.floatToFloat16(single), 2);
            } else if (Math.round((double) single * MICROS_PER_SECOND) == micros) {
                fixed(SINGLE, Float.floatToRawIntBits(single), 4);
            } else {
                fixed(DOUBLE, Double.doubleToRawLongBits(seconds), 8);
            }
        }

        private static boolean isHalf(float value) {
            return Float.float16ToFloat(Float.floatToFloat16(value)) == value;
        }

        private void integer(long value) {
            if (value < 0) {
                typed(NEGATIVE, ~value);
            } else {
                typed(UNSIGNED, value);
            }
        }

        private void typed(int major, long count) {
            if (count <= SHORT_MAX) {
                put(major | (int) count);
            } else if (count <= 0xff) {
                fixed(major | 24, count, 1);
            } else if (count <= 0xffff) {
                fixed(major | 25, count, 2);
            } else if (count <= 0xffff_ffffL) {
                fixed(major | 26, count, 4);
            } else {
                fixed(major | 27, count, 8);
            }
        }

        private void fixed(int first, long bits, int bytes) {
            room(1 + bytes);
            buffer[end++] = (byte) first;
            for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
                buffer[end++] = (byte) (bits >> shift);
            }
        }
    }

    /** RFC 8259. */
    private static final class Json extends RecordWriter {
        private boolean first;

        private Json(int capacity) {
            super(capacity);
        }

        @Override
        void open(int record) {
            if (record > 0) {
                put(',');
            }
            put('{');
            first = true;
        }

        @Override
        void close() {
            put('}');
        }

        @Override
        int headBytes(int count) {
            return 1;
        }

        @Override
        int tailBytes() {
            return 1;
        }

        @Override
        void head(int at, int count) {
            buffer[at] = '[';
        }

        @Override
        void tail() {
            put(']');
        }

        private void label(Label label) {
            if (!first) {
                put(',');
            }
            first = false;
            putChars(label.json);
        }

        @Override
        void text(Label label, String value) {
            label(label);
            put('"');
            if (value.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\')) {
                putChars(value);
            } else {
                put(escaped(value).getBytes(StandardCharsets.UTF_8));
            }
            put('"');
        }

        private static String escaped(String value) {
            StringBuilder out = new StringBuilder();
            value.chars()
                    .forEach(c -> {
                        if (c == '"' || c == '\\') {
                            out.append('\\').append((char) c);
                        } else if (c < ' ') {
                            out.append("\\u%04x".formatted(c));
                        } else {
                            out.append((char) c);
                        }
                    });
            return out.toString();
        }

        @Override
        void whole(Label label, long value) {
            label(label);
            putChars(Long.toString(value));
        }

        @Override
        void flag(Label label, boolean value) {
            label(label);
            putChars(value ? "true" : "false");
        }

        @Override
        void number(Label label, double value) {
            label(label);
            putChars(isWhole(value) ? Long.toString((long) value) : Double.toString(value));
        }

        @Override
        void seconds(Label label, long micros) {
            label(label);
            if (micros < 0) {
                put('-');
            }
            putChars(Long.toString(Math.abs(micros / MICROS_PER_SECOND)));
            int rest = (int) Math.abs(micros % MICROS_PER_SECOND);
            if (rest != 0) {
                put('.');
                for (int unit = MICROS_PER_SECOND / 10; rest > 0; unit /= 10) {
                    put('0' + rest / unit);
                    rest %= unit;
                }
            }
        }
    }
}
