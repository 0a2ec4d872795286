package io.pipit.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Durations in nanoseconds, and what they come to. One thread adds, another reads when it is over.
 */
final class Samples {
    private static final double NANOS_PER_MICRO = 1e3;

    /** What {@link #row} has. */
    static final List<String> HEAD =
            List.of("p50", "p99", "p99.9", "p99.9 of all rounds together", "arrived");

    private static final double[] SHARES = {0.5, 0.99, 0.999};

    private final long[] nanos;
    private int count;

    /**
     * @param most more aren't kept
     */
    Samples(int most) {
        nanos = new long[most];
    }

    synchronized void add(long each) {
        if (count < nanos.length) {
            nanos[count++] = each;
        }
    }

    synchronized int count() {
        return count;
    }

    private synchronized long[] copy() {
        return Arrays.copyOf(nanos, count);
    }

    /** All of these together. */
    static Samples all(List<Samples> some) {
        Samples all = new Samples(some.stream().mapToInt(Samples::count).sum());
        some.forEach(each -> Arrays.stream(each.copy()).forEach(all::add));
        return all;
    }

    /** The value that this share of them doesn't exceed, microseconds; NaN where there are none. */
    double micros(double share) {
        long[] sorted = copy();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        Arrays.sort(sorted);
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.max(0, index)] / NANOS_PER_MICRO;
    }

    /** Of some rounds: the medians of theirs, microseconds, and what all together come to. */
    static List<String> row(List<Samples> rounds) {
        List<String> row = new ArrayList<>();
        for (double share : SHARES) {
            row.add(Report.number(median(rounds.stream().map(s -> s.micros(share)).toList()), 0));
        }
        Samples all = all(rounds);
        row.add(Report.number(all.micros(0.999), 0));
        row.add(Integer.toString(all.count()));
        return row;
    }

    /** The one in the middle. */
    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
