package io.pipit.coap.door;

import java.util.Arrays;

/**
 * So much of something for each of any number of sources, in memory of a fixed size: nothing is
 * made for a source that was never heard of, and none is forgotten for another. Not thread-safe.
 *
 * <p>Each source has a cell in each of {@link #ROWS} rows, by its hash, and shares it with others;
 * what the emptiest of them says holds (a count-min sketch). Where 2,000 sources are loud, one in a
 * hundred quiet ones shares all its cells with loud ones. A cell is the time up to which what was
 * taken is paid for (a leaky bucket as GCRA has it).
 */
public final class SourceTable {
    static final int ROWS = 3;

    private static final int CELLS_BITS = 13;
    private static final int CELLS = 1 << CELLS_BITS;
    private static final double NANOS_PER_SECOND = 1e9;

    private final long[] paidUntil = new long[ROWS * CELLS];
    private final long seed;
    private final long originNanos;
    private final long costNanos;
    private final long creditNanos;

    /**
     * @param perSecond how much a source may take in the long run
     * @param burst how much at once
     * @param seed random, so that nobody outside knows which sources share a cell
     * @param nowNanos monotonic
     */
    public SourceTable(double perSecond, int burst, long seed, long nowNanos) {
        this.seed = seed;
        this.originNanos = nowNanos;
        this.costNanos = (long) (NANOS_PER_SECOND / perSecond);
        this.creditNanos = (burst - 1) * costNanos;
    }

    /** Takes one for this source, where it has one left. */
    public boolean take(long source, long nowNanos) {
        long now = nowNanos - originNanos;
        long hash = Hashes.mix(source ^ seed);
        long paid = Math.max(now, paidUntil(hash));
        if (paid - now > creditNanos) {
            return false;
        }
        paid += costNanos;
        for (int row = 0; row < ROWS; row++) {
            int cell = cell(hash, row);
            // One that another source has filled further says nothing of this one.
            paidUntil[cell] = Math.max(paidUntil[cell], paid);
        }
        return true;
    }

    /** Whether this source has one left. */
    public boolean has(long source, long nowNanos) {
        long now = nowNanos - originNanos;
        return paidUntil(Hashes.mix(source ^ seed)) - now <= creditNanos;
    }

    /** All have taken nothing. */
    public void clear() {
        Arrays.fill(paidUntil, 0);
    }

    private long paidUntil(long hash) {
        long least = Long.MAX_VALUE;
        for (int row = 0; row < ROWS; row++) {
            least = Math.min(least, paidUntil[cell(hash, row)]);
        }
        return least;
    }

    private static int cell(long hash, int row) {
        return (row << CELLS_BITS) | (int) ((hash >>> (row * CELLS_BITS)) & (CELLS - 1));
    }
}
