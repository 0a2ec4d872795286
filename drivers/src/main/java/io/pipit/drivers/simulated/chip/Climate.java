package io.pipit.drivers.simulated.chip;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Mild weather as a function of time: a warm afternoon, a damp night, slow fronts and a little
 * noise. The same seed and moment always give the same air. Has no state; any thread.
 */
public final class Climate {

    private static final double DAY_S = 86_400;
    private static final double WARMEST_AT_S = 15 * 3600.0;

    private final long seed;
    private final InstantSource time;

    public Climate(long seed, InstantSource time) {
        this.seed = seed;
        this.time = time;
    }

    /** The air at this moment. */
    public Air now() {
        Instant now = time.instant();
        double s = now.getEpochSecond() + now.getNano() / 1e9;
        double day = Math.cos((s - WARMEST_AT_S) / DAY_S * 2 * Math.PI);
        double celsius =
                19
                        + 4.5 * day
                        + 2 * drift(1, s, 5 * 3600)
                        + 0.3 * drift(2, s, 90)
                        + 0.02 * drift(3, s, 0.25);
        double percent =
                55
                        - 9 * day
                        + 8 * drift(4, s, 4 * 3600)
                        + drift(5, s, 60)
                        + 0.1 * drift(6, s, 0.25);
        double pascals =
                101_325
                        + 900 * drift(7, s, 30 * 3600)
                        + 12 * drift(8, s, 600)
                        + 1.5 * drift(9, s, 0.25);
        return new Air(celsius, Math.clamp(percent, 5, 98), pascals);
    }

    /** A smooth random walk between -1 and 1 that changes its mind once a period. */
    private double drift(int kind, double seconds, double periodS) {
        double step = seconds / periodS;
        long before = (long) Math.floor(step);
        double way = step - before;
        double eased = way * way * (3 - 2 * way);
        double from = chance(kind, before);
        return from + (chance(kind, before + 1) - from) * eased;
    }

    /** A number from -1 to 1 that depends on nothing but its arguments and the seed. */
    private double chance(int kind, long step) {
        // The mixing function of SplitMix64.
        long z = seed * 31 + kind + step * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >>> 11) * 0x1.0p-52 - 1;
    }
}
