package io.pipit.drivers.bme680;

import io.pipit.drivers.i2c.Words;

/**
 * The factory's calibration of one chip and the compensation formulas that go with it, in integer
 * arithmetic as Bosch gives them: BME680 datasheet (BST-BME680-DS001), section 3.4.1 for gas, and
 * Bosch's own BME68x-Sensor-API 4.4, which has where the numbers are, too.
 *
 * @param t par_t1 to par_t3
 * @param p par_p1 to par_p10
 * @param h par_h1 to par_h7
 * @param g par_g1 to par_g3
 * @param heatRange res_heat_range
 * @param heatValue res_heat_val
 * @param rangeError range_switching_error
 */
@SuppressWarnings("ArrayRecordComponent") // private to this package, and never compared
record Calibration(
        int[] t, int[] p, int[] h, int[] g, int heatRange, int heatValue, int rangeError) {

    /** What a conversion that was not asked for leaves in a register of 20 and of 16 bits. */
    static final int SKIPPED_20_BIT = 0x80000;

    static final int SKIPPED_16_BIT = 0x8000;

    /** Registers 0x8A to 0xA0. */
    static final int FIRST_BLOCK = 0x8A;

    static final int FIRST_BLOCK_BYTES = 23;

    /** Registers 0xE1 to 0xEE. */
    static final int SECOND_BLOCK = 0xE1;

    static final int SECOND_BLOCK_BYTES = 14;

    private static final int SCALE_BITS = 18;

    /** Section 3.4.1: the first constant of each gas range. */
    private static final long[] GAS_1 = {
        2_147_483_647, 2_147_483_647, 2_147_483_647, 2_147_483_647,
        2_147_483_647, 2_126_008_810, 2_147_483_647, 2_130_303_777,
        2_147_483_647, 2_147_483_647, 2_143_188_679, 2_136_746_228,
        2_147_483_647, 2_126_008_810, 2_147_483_647, 2_147_483_647
    };

    /** The second one. */
    private static final long[] GAS_2 = {
        4_096_000_000L,
        2_048_000_000,
        1_024_000_000,
        512_000_000,
        255_744_255,
        127_110_228,
        64_000_000,
        32_258_064,
        16_016_016,
        8_000_000,
        4_000_000,
        2_000_000,
        1_000_000,
        500_000,
        250_000,
        125_000
    };

    static Calibration of(byte[] first, byte[] second, int heatRange, int heatValue, int error) {
        return new Calibration(
                new int[] {
                    Words.little(second, 8), (short) Words.little(first, 0), first[2],
                },
                new int[] {
                    Words.little(first, 4),
                    (short) Words.little(first, 6),
                    first[8],
                    (short) Words.little(first, 10),
                    (short) Words.little(first, 12),
                    // Number 7 comes before number 6.
                    first[15],
                    first[14],
                    (short) Words.little(first, 18),
                    (short) Words.little(first, 20),
                    first[22] & 0xFF
                },
                new int[] {
                    // Two 12-bit numbers share the byte between them.
                    ((second[2] & 0xFF) << 4) | (second[1] & 0x0F),
                    ((second[0] & 0xFF) << 4) | ((second[1] & 0xF0) >> 4),
                    second[3],
                    second[4],
                    second[5],
                    second[6] & 0xFF,
                    second[7]
                },
                new int[] {second[12], (short) Words.little(second, 10), second[13]},
                heatRange,
                heatValue,
                error);
    }

    /** Whether it can be a factory's: an empty or absent memory reads as all zeros or ones. */
    boolean isPlausible() {
        return t[0] != 0
                && t[0] != 0xFFFF
                && t[1] != 0
                && t[1] != -1
                && p[0] != 0
                && p[0] != 0xFFFF
                && h[1] != 0
                && h[1] != 0xFFF;
    }

    /** The fine temperature that all formulas start from: 5120 to the degree. */
    int fine(int raw) {
        long distance = (raw >> 3) - ((long) t[0] << 1);
        long linear = (distance * t[1]) >> 11;
        long half = distance >> 1;
        long square = (((half * half) >> 12) * (t[2] << 4)) >> 14;
        return (int) (linear + square);
    }

    /** Degrees Celsius, in steps of 0.01. */
    static double celsius(int fine) {
        return hundredths(fine) / 100.0;
    }

    private static int hundredths(int fine) {
        return (fine * 5 + 128) >> 8;
    }

    /** Pascals, in steps of 1; NaN where the calibration cannot be right. */
    double pascals(int fine, int raw) {
        long x = (fine >> 1) - 64_000L;
        long square = (x >> 2) * (x >> 2);
        long offset = ((square >> 11) * p[5]) >> 2;
        offset += (x * p[4]) << 1;
        offset = (offset >> 2) + ((long) p[3] << 16);
        long scale = (((square >> 13) * ((long) p[2] << 5)) >> 3) + ((p[1] * x) >> 1);
        // Bosch drops bits here and in the cube below, which costs up to 10 Pa; a long has room.
        scale = (((32_768L << SCALE_BITS) + scale) * p[0]) >> 15;
        if (scale == 0) {
            return Double.NaN;
        }
        long pressure = (((1_048_576L - raw - (offset >> 12)) * 6250) << SCALE_BITS) / scale;
        long eighth = pressure >> 3;
        long byP9 = (p[8] * ((eighth * eighth) >> 13)) >> 12;
        long byP8 = ((pressure >> 2) * p[7]) >> 13;
        long byP10 = (pressure * pressure * pressure * p[9]) >> 41;
        return pressure + ((byP9 + byP8 + byP10 + ((long) p[6] << 7)) >> 4);
    }

    /** Per cent relative humidity, in steps of 0.001, cut off at 0 and 100 as the formula is. */
    double percent(int fine, int raw) {
        long celsius = hundredths(fine);
        long dry = raw - h[0] * 16L - ((celsius * h[2] / 100) >> 1);
        long bent = ((celsius * (celsius * h[4] / 100)) >> 6) / 100;
        long slope = (h[1] * (celsius * h[3] / 100 + bent + (1 << 14))) >> 10;
        long wet = dry * slope;
        long curve = (((long) h[5] << 7) + celsius * h[6] / 100) >> 4;
        long square = ((wet >> 14) * (wet >> 14)) >> 10;
        long thousandths = (((wet + ((curve * square) >> 1)) >> 10) * 1000) >> 12;
        return Math.clamp(thousandths, 0, 100_000) / 1000.0;
    }

    /** Ohm, in steps of 1. */
    double ohms(int raw, int range) {
        long scale = ((1340 + 5L * rangeError) * GAS_1[range]) >> 16;
        long divisor = ((long) raw << 15) - (1 << 24) + scale;
        return (((GAS_2[range] * scale) >> 9) + (divisor >> 1)) / (double) divisor;
    }

    /**
     * Ohm of a BME688, which needs no calibration for them: Bosch's BME68x-Sensor-API, "gas
     * resistance high".
     */
    static double ohmsOfBme688(int raw, int range) {
        return 1e6 * (262_144 >> range) / (4096 + 3 * (raw - 512));
    }

    /**
     * What register res_heat_x makes of a temperature of the heater, in an air of so much; in
     * floating point, since the integers that Bosch gives leave the air out.
     */
    int heaterCode(int celsius, double ambient) {
        double slope = g[1] / 32_768.0 * 0.0005 + 0.00235;
        double both = (g[0] / 16.0 + 49) * (1 + slope * celsius) + g[2] / 1024.0 * ambient;
        double code = 3.4 * (both * 4 / (4 + heatRange) / (1 + heatValue * 0.002) - 25);
        return Math.clamp(Math.round(code), 0, 255);
    }
}
