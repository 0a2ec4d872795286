package io.pipit.store.format;

import io.pipit.wire.compact.ByteSink;
import io.pipit.wire.compact.Scales;

/** Fills a {@link Slot}, one reading after the other. For one thread at a time. */
public final class SlotWriter {
    /** One reading takes no more, bytes: head, column, sequence, time, scale and value. */
    private static final int READING_BYTES_MAX = 1 + 5 + 10 + 10 + 1 + 10;

    private static final int ROOM = Slot.BYTES - CheckSum.BYTES - READING_BYTES_MAX;

    private final ByteSink out = new ByteSink(Slot.BYTES);
    private final Course course = new Course();
    private final int boot;

    /** For readings of one boot. */
    public SlotWriter(int boot) {
        this.boot = boot;
        out.put(Slot.VERSION);
        out.put((byte) 0);
        out.put((byte) 0);
        out.putZigzag(boot);
    }

    /** Of which boot they are. */
    public int boot() {
        return boot;
    }

    /** The last sequence; 0 before the first. */
    public long last() {
        return course.sequence();
    }

    /** Whether there is room for one more, whatever it is. */
    public boolean hasRoom() {
        return out.size() <= ROOM;
    }

    /** Adds one, for which there is room, of a sequence beyond the last one's. */
    public void add(long sequence, int column, long monotonic, double value) {
        if (!hasRoom()) {
            throw new IllegalStateException("the slot is full");
        }
        Course.Lane expected = course.expected();
        boolean isExpected = expected != null && expected.column == column;
        Course.Lane lane = isExpected && expected != null ? expected : course.lane(column);
        boolean follows = sequence == course.sequence() + 1;
        int head = (isExpected ? Slot.EXPECTED : 0) | (follows ? Slot.FOLLOWS : 0);
        boolean fits = lane.scale > 0 && Scales.holds(Scales.factor(lane.scale), value);
        int scale = fits ? lane.scale : Scales.of(value);
        long scaled = scale == 0 ? 0 : Scales.scaled(value, Scales.factor(scale));
        long change = scaled - lane.scaled;
        long small = change << 1 ^ change >> 63;
        if (scale == 0) {
            head |= Slot.BITS << Slot.FLAGS;
        } else if (!fits) {
            head |= Slot.ANEW << Slot.FLAGS;
        } else if (small <= Slot.SMALL_MAX) {
            head |= (int) small << Slot.FLAGS;
        } else {
            head |= Slot.CHANGE << Slot.FLAGS;
        }
        out.put((byte) head);
        if (!isExpected) {
            out.putVarint(column);
        }
        if (!follows) {
            out.putZigzag(sequence - course.sequence());
        }
        out.putZigzag(monotonic - course.expectedAt(lane));
        if (scale == 0) {
            out.putLong(Double.doubleToRawLongBits(value));
        } else {
            if (!fits) {
                out.put((byte) scale);
                out.putZigzag(scaled);
            } else if (small > Slot.SMALL_MAX) {
                out.putVarint(small);
            }
            lane.scale = scale;
            lane.scaled = scaled;
        }
        course.passed(lane, sequence, monotonic);
    }

    /** As it is by now, {@link Slot#BYTES} bytes; more may follow. */
    public byte[] toBytes() {
        byte[] bytes = new byte[Slot.BYTES];
        int end = out.size();
        System.arraycopy(out.array(), 0, bytes, 0, end);
        bytes[1] = (byte) end;
        bytes[2] = (byte) (end >>> 8);
        CheckSum.put(bytes, end);
        return bytes;
    }
}
