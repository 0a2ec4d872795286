package io.pipit.store.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotTest {
    private record One(long sequence, int column, long monotonic, long bits) {}

    private static final String WRITTEN =
            "0139000ef803880e80ade2040256fa04c2843d03ae010a0388897a13080b101310fc05"
                    + "be018e8db701555555555555d53ffa03ca887a04813294dcfb65";

    private final Random random = new Random(42);

    private static One one(long sequence, int column, long monotonic, double value) {
        return new One(sequence, column, monotonic, Double.doubleToRawLongBits(value));
    }

    private static void add(SlotWriter writer, One one) {
        writer.add(one.sequence, one.column, one.monotonic, Double.longBitsToDouble(one.bits));
    }

    private static List<One> read(byte[] data) throws IOException {
        Slot slot = Slot.decode(data);
        List<One> all = new ArrayList<>();
        for (int i = 0; i < slot.count(); i++) {
            all.add(one(slot.sequence(i), slot.column(i), slot.monotonic(i), slot.value(i)));
        }
        return all;
    }

    @Test
    void losesNothingOfExtremes() throws IOException {
        List<One> all =
                List.of(
                        one(1, 0, Long.MIN_VALUE, -0.0),
                        one(2, Integer.MAX_VALUE, Long.MAX_VALUE, 0.0),
                        one(9, 0, 0, Double.MIN_VALUE),
                        one(1L << 48, 0, Long.MIN_VALUE, Double.MAX_VALUE),
                        one((1L << 48) + 1, 7, -1, (1L << 53) - 1),
                        one((1L << 48) + 2, 7, 1, -(double) ((1L << 53) - 1)),
                        one(Long.MAX_VALUE, 7, 1, 1e-300));
        SlotWriter writer = new SlotWriter(-3);
        all.forEach(one -> add(writer, one));
        assertThat(read(writer.toBytes())).isEqualTo(all);
        assertThat(Slot.decode(writer.toBytes()).boot()).isEqualTo(-3);
    }

    @Test
    void losesNothingOfRandomDataHoweverItIsInterrupted() throws IOException {
        for (int round = 0; round < 500; round++) {
            int kind = random.nextInt(5);
            int columns = 1 + random.nextInt(30);
            SlotWriter writer = new SlotWriter(round);
            List<One> all = new ArrayList<>();
            long sequence = random.nextInt(1 << 20);
            while (writer.hasRoom()) {
                sequence += random.nextInt(4) == 0 ? 1 + random.nextInt(1 << (kind * 5)) : 1;
                int column =
                        random.nextInt(9) == 0 ? random.nextInt(columns) : all.size() % columns;
                long at = all.size() * 1_000_000L / columns + random.nextInt(1 << (kind * 5));
                One next = one(sequence, column, at, value(kind));
                add(writer, next);
                all.add(next);
                if (random.nextInt(20) == 0) {
                    assertThat(read(writer.toBytes())).isEqualTo(all);
                    writer = Slot.decode(writer.toBytes()).reopened();
                }
            }
            assertThat(writer.last()).isEqualTo(sequence);
            assertThat(read(writer.toBytes())).isEqualTo(all);
        }
    }

    private double value(int kind) {
        double value =
                switch (kind) {
                    case 0 -> random.nextInt(100);
                    case 1 -> Math.rint(random.nextGaussian() * 1_000) / 100;
                    case 2 -> random.nextInt(1 << 24) / 256.0;
                    case 3 -> random.nextBoolean() ? random.nextGaussian() : 21.5;
                    default -> Double.longBitsToDouble(random.nextLong());
                };
        return Double.isFinite(value) ? value : -0.0;
    }

    @Test
    void goesOnAsIfItHadNotBeenInterrupted() throws IOException {
        SlotWriter whole = new SlotWriter(1);
        SlotWriter parts = new SlotWriter(1);
        for (int i = 1; i <= 200; i++) {
            One next = one(i, i % 7, i * 1_000L, Math.rint(i * 3.7) / 10);
            add(whole, next);
            add(parts, next);
            parts = Slot.decode(parts.toBytes()).reopened();
        }
        assertThat(parts.toBytes()).isEqualTo(whole.toBytes());
    }

    @Test
    void holdsTenSecondsAndMoreOfTwentySeries() throws IOException {
        SlotWriter writer = new SlotWriter(1);
        long[] scaled = new long[20];
        Arrays.fill(scaled, 2_150);
        int count = 0;
        while (writer.hasRoom()) {
            int column = count % 20;
            scaled[column] += random.nextInt(7) - 3;
            long at = count / 20 * 1_000_000L + column * 1_000L + random.nextInt(400);
            writer.add(70_000 + count, column, at, scaled[column] / 100.0);
            count++;
        }
        assertThat(Slot.decode(writer.toBytes()).count()).isEqualTo(count).isGreaterThan(240);
    }

    @Test
    void seesEachFlippedBitOfWhatIsWritten() {
        SlotWriter writer = new SlotWriter(1);
        writer.add(1, 2, 3, 0.5);
        writer.add(2, 2, 9, 7);
        byte[] data = writer.toBytes();
        int end = data[1] + 4;
        for (int bit = 0; bit < end * 8; bit++) {
            byte[] damaged = data.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> Slot.decode(damaged)).isInstanceOf(IOException.class);
        }
        byte[] cut = Arrays.copyOf(data, end);
        assertThatThrownBy(() -> Slot.decode(cut)).isInstanceOf(IOException.class);
    }

    @Test
    void anEmptyOneIsKnownAndHoldsNothing() {
        assertThat(Slot.isEmpty(Slot.empty())).isTrue();
        assertThat(Slot.isEmpty(new SlotWriter(1).toBytes())).isFalse();
        assertThatThrownBy(() -> Slot.decode(Slot.empty())).isInstanceOf(IOException.class);
    }

    /** Files have them for months: what changes here needs a new version. */
    @Test
    void readsWhatWasWrittenBefore() throws IOException {
        List<One> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(
                    one(
                            900 + i,
                            3 + i % 2,
                            5_000_000L + i * 500_000L + (long) i * i,
                            21.5 + i * 0.25));
        }
        all.add(one(1_000, 5, 9_000_000, 1.0 / 3));
        all.add(one(1_001, 3, 9_000_001, -400.125));
        SlotWriter writer = new SlotWriter(7);
        all.forEach(one -> add(writer, one));
        byte[] data = writer.toBytes();
        int written = data[1] + 4;
        assertThat(HexFormat.of().formatHex(data, 0, written)).isEqualTo(WRITTEN);
        assertThat(read(Arrays.copyOf(HexFormat.of().parseHex(WRITTEN), Slot.BYTES)))
                .isEqualTo(all);
    }

    @Test
    void findsReadingsBySequence() throws IOException {
        SlotWriter writer = new SlotWriter(1);
        writer.add(10, 1, 0, 1);
        writer.add(20, 1, 0, 1);
        Slot slot = Slot.decode(writer.toBytes());
        assertThat(slot.indexAfter(9)).isZero();
        assertThat(slot.indexAfter(10)).isOne();
        assertThat(slot.indexAfter(15)).isOne();
        assertThat(slot.indexAfter(20)).isEqualTo(2);
        assertThat(slot.holds(20)).isTrue();
        assertThat(slot.holds(15)).isFalse();
    }
}
