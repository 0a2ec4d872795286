package io.pipit.benchmarks;

import java.util.Arrays;
import java.util.List;

/**
 * Durations in nanoseconds, and what they come to. One thread adds, another reads when it is over.
 */
final class Samples {
    private static final double NANOS_PER_MICRO = 1e3;

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

    /** The one in the middle. */
    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
