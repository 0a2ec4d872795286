package io.pipit.store.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.wire.compact.Stretch;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockCodecTest {
    private final Random random = new Random(42);

    @Test
    void losesNothingOfExtremes() throws IOException {
        check(
                new long[] {1, Long.MAX_VALUE, Long.MIN_VALUE, 0, -1, Long.MAX_VALUE},
                new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0, 0, 0, 1},
                new double[] {
                    -0.0, 0.0, Double.MAX_VALUE, Double.MIN_VALUE, -Double.MAX_VALUE, 1e-300
                });
        check(new long[] {5}, new long[] {7}, new double[] {-0.0});
        check(new long[] {5, 6}, new long[] {7, 7}, new double[] {1L << 53, -(1L << 53)});
        check(new long[] {5, 6}, new long[] {7, 7}, new double[] {(1L << 53) - 1, 0.1});
    }

    @Test
    void losesNothingOfRandomData() throws IOException {
        for (int round = 0; round < 300; round++) {
            int count = 1 + random.nextInt(600);
            long[] sequences = new long[count];
            long[] times = new long[count];
            double[] values = new double[count];
            int kind = random.nextInt(5);
            for (int i = 0; i < count; i++) {
                sequences[i] =
                        (i == 0 ? 0 : sequences[i - 1]) + 1 + random.nextInt(1 << (kind * 5));
                times[i] = i * 1_000_000L + random.nextInt(1 << (kind * 4 + 1)) - 50;
                values[i] =
                        switch (kind) {
                            case 0 -> random.nextInt(100);
                            case 1 -> Math.rint(random.nextGaussian() * 1_000) / 100;
                            case 2 -> random.nextInt(1 << 24) / 256.0;
                            case 3 -> random.nextGaussian();
                            default -> finite();
                        };
            }
            check(sequences, times, values);
        }
    }

    private double finite() {
        double value = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(value) ? value : -0.0;
    }

    @Test
    void needsTwoAndAHalfToFiveBytesForASensorsReading() {
        long[] sequences = new long[400];
        long[] times = new long[400];
        double[] values = new double[400];
        long scaled = 2_150;
        for (int i = 0; i < 400; i++) {
            sequences[i] = 10L * i;
            times[i] = 1_000_000L * i + (long) (random.nextGaussian() * 400);
            scaled += random.nextInt(7) - 3;
            values[i] = scaled / 100.0;
        }
        assertThat(BlockCodec.encode(new Stretch(sequences, times, values)).length / 400.0)
                .isBetween(2.5, 5.0);
    }

    @Test
    void seesEachFlippedBitAndEachMissingEnd() {
        byte[] data =
                BlockCodec.encode(
                        new Stretch(new long[] {1, 2}, new long[] {3, 9}, new double[] {0.5, 7}));
        for (int bit = 0; bit < data.length * 8; bit++) {
            byte[] damaged = data.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> BlockCodec.decode(damaged)).isInstanceOf(IOException.class);
        }
        for (int end = 0; end < data.length; end++) {
            byte[] damaged = Arrays.copyOf(data, end);
            assertThatThrownBy(() -> BlockCodec.decode(damaged)).isInstanceOf(IOException.class);
        }
    }

    private static void check(long[] sequences, long[] times, double[] values) throws IOException {
        Stretch again = BlockCodec.decode(BlockCodec.encode(new Stretch(sequences, times, values)));
        assertThat(again.sequences()).isEqualTo(sequences);
        assertThat(again.monotonic()).isEqualTo(times);
        assertThat(Arrays.stream(again.values()).mapToLong(Double::doubleToRawLongBits).toArray())
                .isEqualTo(Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray());
    }
}
