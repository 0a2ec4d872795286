package io.pipit.drivers.simulated;

import java.util.function.IntPredicate;

/** Finds the raw value from which a chip's formula makes what is to be measured. */
public final class Inverse {
    private Inverse() {}

    /**
     * The least raw value from which on it is reached.
     *
     * @param most the greatest, which is taken where none reaches it
     * @param reached false for the raw values up to some, and true for all beyond
     */
    public static int leastThat(int most, IntPredicate reached) {
        int low = 0;
        int high = most;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (reached.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
