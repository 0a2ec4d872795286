package io.pipit.drivers.bmp180;

import io.pipit.drivers.i2c.Words;

/**
 * The factory's calibration of one chip (BMP180 datasheet "Calibration coefficients") and the
 * formulas that go with it ("Calculating pressure and temperature"), in integer arithmetic as Bosch
 * gives them.
 */
record Calibration(
        int ac1,
        int ac2,
        int ac3,
        int ac4,
        int ac5,
        int ac6,
        int b1,
        int b2,
        int mb,
        int mc,
        int md) {

    /** Registers 0xAA to 0xBF. */
    static final int REGISTER = 0xAA;

    static final int BYTES = 22;

    static Calibration of(byte[] bytes) {
        return new Calibration(
                (short) Words.big(bytes, 0),
                (short) Words.big(bytes, 2),
                (short) Words.big(bytes, 4),
                Words.big(bytes, 6),
                Words.big(bytes, 8),
                Words.big(bytes, 10),
                (short) Words.big(bytes, 12),
                (short) Words.big(bytes, 14),
                (short) Words.big(bytes, 16),
                (short) Words.big(bytes, 18),
                (short) Words.big(bytes, 20));
    }

    /** None of the words is 0 or FFFF. */
    boolean isPlausible() {
        for (int word : new int[] {ac1, ac2, ac3, b1, b2, mb, mc, md}) {
            if (word == 0 || word == -1) {
                return false;
            }
        }
        for (int word : new int[] {ac4, ac5, ac6}) {
            if (word == 0 || word == 0xFFFF) {
                return false;
            }
        }
        return true;
    }

    /** What both formulas start from: 160 to the degree. */
    int b5(int raw) {
        int x1 = ((raw - ac6) * ac5) >> 15;
        int divisor = x1 + md;
        return divisor == 0 ? Integer.MIN_VALUE : x1 + (mc << 11) / divisor;
    }

    /** Degrees Celsius, in steps of 0.1. */
    static double celsius(int b5) {
        return ((b5 + 8) >> 4) / 10.0;
    }

    /** Pascals, in steps of 1. */
    double pascals(int b5, int raw, int oversampling) {
        int b6 = b5 - 4000;
        int square = (b6 * b6) >> 12;
        int x3 = ((b2 * square) >> 11) + ((ac2 * b6) >> 11);
        int b3 = (((ac1 * 4 + x3) << oversampling) + 2) / 4;
        x3 = (((ac3 * b6) >> 13) + ((b1 * square) >> 16) + 2) >> 2;
        long b4 = ((long) ac4 * (x3 + 32_768)) >> 15;
        if (b4 == 0) {
            return Double.NaN;
        }
        long b7 = (raw - (long) b3) * (50_000 >> oversampling);
        int p = (int) (b7 * 2 / b4);
        int x1 = (((p >> 8) * (p >> 8)) * 3038) >> 16;
        int x2 = (-7357 * p) >> 16;
        return p + ((x1 + x2 + 3791) >> 4);
    }
}
