package io.pipit.drivers.bmx280;

/**
 * The factory's calibration of one chip and the compensation formulas that go with it, in integer
 * arithmetic as Bosch gives them: BME280 datasheet (BST-BME280-DS002) section 4.2.3, BMP280
 * datasheet (BST-BMP280-DS001) "Compensation formula". The layout of the registers is in section
 * 4.2.2.
 */
record Calibration(
        int t1,
        int t2,
        int t3,
        int p1,
        int p2,
        int p3,
        int p4,
        int p5,
        int p6,
        int p7,
        int p8,
        int p9,
        int h1,
        int h2,
        int h3,
        int h4,
        int h5,
        int h6) {

    /** What a conversion that was not asked for leaves in a 20-bit register. */
    static final int SKIPPED_20_BIT = 0x80000;

    /** What a conversion that was not asked for leaves in a 16-bit register. */
    static final int SKIPPED_16_BIT = 0x8000;

    /** Registers 0x88 to 0xA1; the last two are the BME280's alone. */
    static final int FIRST_BLOCK = 0x88;

    static final int FIRST_BLOCK_BYTES = 26;

    /** Registers 0xE1 to 0xE7 of the BME280. */
    static final int SECOND_BLOCK = 0xE1;

    static final int SECOND_BLOCK_BYTES = 7;

    /** The calibration in its registers; a BMP280 has no second block, its bytes count as zero. */
    static Calibration of(byte[] first, byte[] second) {
        return new Calibration(
                unsigned16(first, 0),
                signed16(first, 2),
                signed16(first, 4),
                unsigned16(first, 6),
                signed16(first, 8),
                signed16(first, 10),
                signed16(first, 12),
                signed16(first, 14),
                signed16(first, 16),
                signed16(first, 18),
                signed16(first, 20),
                signed16(first, 22),
                first[25] & 0xFF,
                signed16(second, 0),
                second[2] & 0xFF,
                // Two signed 12-bit numbers share the byte between them.
                (second[3] << 4) | (second[4] & 0x0F),
                (second[5] << 4) | ((second[4] & 0xF0) >> 4),
                second[6]);
    }

    /** Whether it can be a factory's: an empty or absent memory reads as all zeros or ones. */
    boolean isPlausible() {
        return t1 != 0 && t1 != 0xFFFF && t2 != 0 && t2 != -1 && p1 != 0 && p1 != 0xFFFF;
    }

    /** The fine temperature that all formulas start from: 5120 to the degree. */
    int fine(int rawTemperature) {
        int linear = (((rawTemperature >> 3) - (t1 << 1)) * t2) >> 11;
        int distance = (rawTemperature >> 4) - t1;
        int square = (((distance * distance) >> 12) * t3) >> 14;
        return linear + square;
    }

    /** Degrees Celsius, in steps of 0.01. */
    static double celsius(int fine) {
        return ((fine * 5 + 128) >> 8) / 100.0;
    }

    /** Pascals, in steps of 1/256; NaN where the calibration cannot be right. */
    double pascals(int fine, int rawPressure) {
        long centred = fine - 128_000L;
        long offset = centred * centred * p6 + ((centred * p5) << 17) + ((long) p4 << 35);
        long scale = ((centred * centred * p3) >> 8) + ((centred * p2) << 12);
        scale = (((1L << 47) + scale) * p1) >> 33;
        if (scale == 0) {
            return Double.NaN;
        }
        long p = 1_048_576L - rawPressure;
        p = ((p << 31) - offset) * 3125 / scale;
        long square = (p9 * (p >> 13) * (p >> 13)) >> 25;
        long linear = (p8 * p) >> 19;
        return (((p + square + linear) >> 8) + ((long) p7 << 4)) / 256.0;
    }

    /** Per cent relative humidity, in steps of 1/1024, cut off at 0 and 100 as the formula is. */
    double percent(int fine, int rawHumidity) {
        int centred = fine - 76_800;
        int measured = ((rawHumidity << 14) - (h4 << 20) - h5 * centred + 16_384) >> 15;
        int bent = (((centred * h6) >> 10) * (((centred * h3) >> 11) + 32_768)) >> 10;
        int slope = ((bent + 2_097_152) * h2 + 8_192) >> 14;
        int wet = measured * slope;
        wet -= ((((wet >> 15) * (wet >> 15)) >> 7) * h1) >> 4;
        return (Math.clamp(wet, 0, 419_430_400) >> 12) / 1024.0;
    }

    private static int unsigned16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) | ((bytes[at + 1] & 0xFF) << 8);
    }

    private static int signed16(byte[] bytes, int at) {
        return (short) unsigned16(bytes, at);
    }
}
