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
import java.util.List;
import java.util.Random;

/** Slices for tests: one that is always the same, and any number of random ones. */
public final class Slices {
    public static final NodeId NODE = NodeId.parse("VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV").orElseThrow();
    public static final LogId LOG = new LogId(0x00112233445566ffL);

    private static final String[] SENSORS = {"air", "host", "a", "green-house-2", "9"};
    private static final String[] QUANTITIES = {"temperature", "humidity", "t", "cpu-temperature"};
    private static final String[] UNITS = {"Cel", "%RH", "Pa", "ppm", "m/s", "°", "\"\\\n"};

    private Slices() {}

    /** What came of it is all that one needs to encode it. */
    public record Sample(LogSlice slice, Timeline timeline, long nowMicros) {}

    static Reading reading(long sequence, int boot, long micros, String series, double value) {
        return new Reading(
                sequence,
                new Stamp(boot, micros),
                Series.parse(series).orElseThrow(),
                value,
                series.endsWith("humidity") ? "%RH" : "Cel");
    }

    /** Two boots, of which the second learns the time: all that a pack can hold. */
    public static Sample golden() {
        var unknown = new BootClock(44, new Stamp(4, 3_000_000), 1_000_000_000L, false);
        var known = new BootClock(50, new Stamp(5, 2_000_000), 1_767_225_590_250_000L, true);
        List<LogEntry> entries =
                List.of(
                        reading(42, 4, 1_000_000, "air/temperature", 21.5),
                        reading(43, 4, 1_000_000, "air/humidity", 48),
                        unknown,
                        reading(47, 4, 11_000_250, "air/temperature", 21.7),
                        known,
                        reading(51, 5, 10_250_000, "air/temperature", -0.1),
                        reading(52, 5, 10_250_000, "air/humidity", 100));
        return new Sample(
                new LogSlice(LOG, 7, 41, entries, 60),
                new Timeline(List.of(unknown, known)),
                12_500_000);
    }

    public static Sample random(Random random, int entriesMax) {
        long sequence = random.nextInt(3) == 0 ? 0 : random.nextLong(1L << random.nextInt(1, 62));
        long previous = sequence;
        int boot = 1 + random.nextInt(3);
        long micros = random.nextLong(1L << 40);
        var entries = new ArrayList<LogEntry>();
        var clocks = new ArrayList<BootClock>();
        int count = random.nextInt(entriesMax + 1);
        for (int i = 0; i < count; i++) {
            sequence += random.nextInt(4) == 0 ? 1 + random.nextInt(1_000) : 1;
            if (random.nextInt(20) == 0) {
                boot += 1 + random.nextInt(2);
                micros = random.nextLong(1L << 30);
            }
            micros += random.nextInt(3) == 0 ? 0 : random.nextLong(1L << random.nextInt(1, 36));
            Stamp at = new Stamp(boot, micros);
            if (random.nextInt(15) == 0) {
                var clock = new BootClock(sequence, at, offset(random), random.nextBoolean());
                entries.add(clock);
                if (random.nextInt(4) > 0) {
                    clocks.add(clock);
                }
            } else {
                var series =
                        new Series(
                                SENSORS[random.nextInt(SENSORS.length)],
                                QUANTITIES[random.nextInt(QUANTITIES.length)]);
                String unit = UNITS[random.nextInt(UNITS.length)];
                entries.add(new Reading(sequence, at, series, value(random), unit));
            }
        }
        long completeTo = random.nextBoolean() ? sequence : sequence + random.nextInt(1_000_000);
        var slice =
                new LogSlice(
                        new LogId(random.nextLong()),
                        random.nextLong(previous + 1),
                        previous,
                        entries,
                        completeTo);
        return new Sample(slice, new Timeline(clocks), micros + random.nextInt(1_000));
    }

    private static long offset(Random random) {
        return 1_700_000_000_000_000L + random.nextLong(1L << 46);
    }

    static double value(Random random) {
        double value =
                switch (random.nextInt(6)) {
                    case 0 -> random.nextInt(-200, 200);
                    case 1 -> random.nextInt(-20_000, 20_000) / 100.0;
                    case 2 -> Float.float16ToFloat((short) random.nextInt());
                    case 3 -> Float.intBitsToFloat(random.nextInt());
                    case 4 -> random.nextLong();
                    default -> Double.longBitsToDouble(random.nextLong());
                };
        return Double.isFinite(value) ? value : random.nextBoolean() ? -0.0 : 0.0;
    }
}
