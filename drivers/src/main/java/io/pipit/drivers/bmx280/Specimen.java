package io.pipit.drivers.bmx280;

import io.pipit.drivers.simulated.Inverse;
import java.util.Random;

/**
 * One chip's factory calibration, with Bosch's compensation in floating point (BME280 datasheet
 * "Compensation formulas in double precision floating point") and its inverse. The driver computes
 * with the integer formulas instead, so that the two prove each other.
 *
 * @param t dig_T1 to dig_T3
 * @param p dig_P1 to dig_P9
 * @param h dig_H1 to dig_H6
 */
@SuppressWarnings("ArrayRecordComponent") // private to this package, and never compared
record Specimen(int[] t, int[] p, int[] h) {

    private static final int RAW_20_BIT_MAX = 0xFFFFF;
    private static final int RAW_16_BIT_MAX = 0xFFFF;

    /**
     * The example of the BMP280's datasheet, "Calculating pressure and temperature", with a usual
     * calibration for humidity.
     */
    static Specimen ofDatasheet() {
        return new Specimen(
                new int[] {27504, 26435, -1000},
                new int[] {36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000},
                new int[] {75, 362, 0, 313, 50, 30});
    }

    /** Another one: no two chips are alike. */
    static Specimen random(Random random) {
        Specimen like = ofDatasheet();
        like.t[0] += random.nextInt(-400, 400);
        like.t[1] += random.nextInt(-300, 300);
        like.p[0] += random.nextInt(-400, 400);
        like.p[1] += random.nextInt(-100, 100);
        like.h[1] += random.nextInt(-12, 12);
        like.h[3] += random.nextInt(-10, 10);
        return like;
    }

    double fine(double raw) {
        double linear = (raw / 16384 - t[0] / 1024.0) * t[1];
        double distance = raw / 131072 - t[0] / 8192.0;
        return linear + distance * distance * t[2];
    }

    double celsius(double raw) {
        return fine(raw) / 5120;
    }

    double pascals(double fine, double raw) {
        double x = fine / 2 - 64000;
        double offset = x * x * p[5] / 32768 + x * p[4] * 2;
        offset = offset / 4 + p[3] * 65536.0;
        double scale = (p[2] * x * x / 524288 + p[1] * x) / 524288;
        scale = (1 + scale / 32768) * p[0];
        double pressure = (1048576 - raw - offset / 4096) * 6250 / scale;
        double square = p[8] * pressure * pressure / 2147483648.0;
        return pressure + (square + pressure * p[7] / 32768 + p[6]) / 16;
    }

    double percent(double fine, double raw) {
        double x = fine - 76800;
        double wet =
                (raw - (h[3] * 64.0 + h[4] / 16384.0 * x))
                        * (h[1]
                                / 65536.0
                                * (1 + h[5] / 67108864.0 * x * (1 + h[2] / 67108864.0 * x)));
        return Math.clamp(wet * (1 - h[0] * wet / 524288), 0, 100);
    }

    int rawTemperature(double celsius) {
        return Inverse.leastThat(RAW_20_BIT_MAX, raw -> celsius(raw) >= celsius);
    }

    int rawPressure(double fine, double pascals) {
        // A higher pressure is a lower number.
        return Inverse.leastThat(RAW_20_BIT_MAX, raw -> pascals(fine, raw) <= pascals);
    }

    int rawHumidity(double fine, double percent) {
        return Inverse.leastThat(RAW_16_BIT_MAX, raw -> percent(fine, raw) >= percent);
    }
}
