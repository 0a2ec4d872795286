package io.pipit.drivers.simulated.world;

import java.time.Instant;
import java.time.InstantSource;

/**
 * Mild weather as a function of time: a warm afternoon, a damp night, slow fronts and a little
 * noise; and a room with somebody in it who comes and goes. The same seed and moment always give
 * the same. Has no state; any thread.
 */
public final class Climate implements World {

    private static final double DAY_S = 86_400;
    private static final double WARMEST_AT_S = 15 * 3600.0;

    private final long seed;
    private final InstantSource time;

    public Climate(long seed, InstantSource time) {
        this.seed = seed;
        this.time = time;
    }

    @Override
    public Air air() {
        double s = seconds();
        double day = day(s);
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

    @Override
    public double lux() {
        double s = seconds();
        // A lamp at night, a bright room by day.
        return 12 + 600 * Math.max(0, day(s)) * (1 + 0.3 * drift(10, s, 300)) + drift(11, s, 2);
    }

    @Override
    public double carbonDioxide() {
        double s = seconds();
        return 640 + 180 * drift(12, s, 3 * 3600) + 20 * drift(13, s, 60);
    }

    @Override
    public double gasOhms() {
        double s = seconds();
        return 120_000 * (1 + 0.3 * drift(14, s, 3600) + 0.01 * drift(15, s, 10));
    }

    @Override
    public double volts(int input) {
        double s = seconds();
        return 0.4 + 0.3 * input + 0.2 * drift(20 + input, s, 60);
    }

    @Override
    public double supplyVolts() {
        return 5.05 + 0.05 * drift(16, seconds(), 30);
    }

    @Override
    public double supplyAmperes() {
        return 0.6 + 0.2 * drift(17, seconds(), 20);
    }

    @Override
    public double metres() {
        return 0.8 + 0.3 * drift(18, seconds(), 5);
    }

    @Override
    public Motion motion() {
        double s = seconds();
        return new Motion(
                0.3 * drift(30, s, 1),
                0.3 * drift(31, s, 1),
                9.81 + 0.2 * drift(32, s, 0.5),
                0.05 * drift(33, s, 1),
                0.05 * drift(34, s, 1),
                0.05 * drift(35, s, 1));
    }

    private double seconds() {
        Instant now = time.instant();
        return now.getEpochSecond() + now.getNano() / 1e9;
    }

    /** 1 in the warm afternoon, -1 twelve hours later. */
    private static double day(double seconds) {
        return Math.cos((seconds - WARMEST_AT_S) / DAY_S * 2 * Math.PI);
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
