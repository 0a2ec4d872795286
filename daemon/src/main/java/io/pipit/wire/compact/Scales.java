package io.pipit.wire.compact;

import java.util.Arrays;

/**
 * By what a value is multiplied to be a whole number: powers of ten and two up to a thousand
 * million, the smallest first, by a number from 1. 0 stands for none of them.
 */
public final class Scales {
    /** The largest. */
    public static final int LAST = 39;

    private static final double EXACT_MAX = 1L << 53;

    private static final double[] FACTORS = factors();

    private Scales() {}

    /** What it multiplies by; from 1 to {@link #LAST}. */
    public static double factor(int scale) {
        return FACTORS[scale - 1];
    }

    /** The smallest that gives back each bit of it; 0 where none does. */
    public static int of(double value) {
        for (int scale = 1; scale <= LAST; scale++) {
            if (holds(FACTORS[scale - 1], value)) {
                return scale;
            }
        }
        return 0;
    }

    /** The whole number that a value is by a factor that holds it. */
    public static long scaled(double value, double factor) {
        return (long) Math.rint(value * factor);
    }

    /** Whether by this factor each bit of it is given back. */
    public static boolean holds(double factor, double value) {
        double scaled = Math.rint(value * factor);
        return Math.abs(scaled) < EXACT_MAX
                && Double.doubleToRawLongBits((long) scaled / factor)
                        == Double.doubleToRawLongBits(value);
    }

    private static double[] factors() {
        double[] factors = new double[LAST];
        int n = 0;
        for (int binary = 0; binary < 30; binary++) {
            factors[n++] = 1L << binary;
        }
        for (long decimal = 10; decimal <= 1_000_000_000; decimal *= 10) {
            factors[n++] = decimal;
        }
        Arrays.sort(factors);
        return factors;
    }
}
