package io.pipit.drivers.bme680;

import io.pipit.drivers.simulated.Inverse;
import java.util.Random;

/**
 * Bosch's compensation for one chip in floating point (BME680 datasheet, "Calibration data" and
 * section 3.4.1) and its inverse. The driver computes with the integer formulas instead, so that
 * the two prove each other.
 */
record Specimen(Calibration c) {

    private static final int RAW_20_BIT_MAX = 0xFFFFF;
    private static final int RAW_16_BIT_MAX = 0xFFFF;
    private static final int GAS_RAW_MAX = 0x3FF;
    private static final int GAS_RANGES = 16;

    /** Section 3.4.1, the constants of each gas range, in per cent. */
    private static final double[] GAS_1 = {
        0, 0, 0, 0, 0, -1, 0, -0.8, 0, 0, -0.2, -0.5, 0, -1, 0, 0
    };

    private static final double[] GAS_2 = {
        0, 0, 0, 0, 0.1, 0.7, 0, -0.8, -0.1, 0, 0, 0, 0, 0, 0, 0
    };

    /** Numbers of the size that is usual. */
    static Specimen usual() {
        return new Specimen(
                new Calibration(
                        new int[] {26_203, 26_335, 3},
                        new int[] {36_243, -10_381, 88, 7123, -101, 30, 31, -2500, -2400, 30},
                        new int[] {808, 1012, 0, 45, 20, 120, -100},
                        new int[] {-30, -11_112, 18},
                        1,
                        46,
                        -2));
    }

    /** Another one: no two chips are alike. */
    static Specimen random(Random random) {
        Calibration c = usual().c;
        c.t()[0] += random.nextInt(-300, 300);
        c.t()[1] += random.nextInt(-300, 300);
        c.p()[0] += random.nextInt(-400, 400);
        c.h()[0] += random.nextInt(-50, 50);
        c.h()[1] += random.nextInt(-50, 50);
        return new Specimen(
                new Calibration(
                        c.t(),
                        c.p(),
                        c.h(),
                        c.g(),
                        random.nextInt(0, 4),
                        random.nextInt(20, 60),
                        random.nextInt(-8, 8)));
    }

    double fine(double raw) {
        double linear = (raw / 16_384 - c.t()[0] / 1024.0) * c.t()[1];
        double distance = raw / 131_072 - c.t()[0] / 8192.0;
        return linear + distance * distance * c.t()[2] * 16;
    }

    double pascals(double fine, double raw) {
        int[] p = c.p();
        double x = fine / 2 - 64_000;
        double offset = x * x * (p[5] / 131_072.0) + x * p[4] * 2;
        offset = offset / 4 + p[3] * 65_536.0;
        double scale = (p[2] * x * x / 16_384 + p[1] * x) / 524_288;
        scale = (1 + scale / 32_768) * p[0];
        double pressure = (1_048_576 - raw - offset / 4096) * 6250 / scale;
        double byP9 = p[8] * pressure * pressure / 2_147_483_648.0;
        double byP8 = pressure * p[7] / 32_768;
        double part = pressure / 256;
        double byP10 = part * part * part * p[9] / 131_072;
        return pressure + (byP9 + byP8 + byP10 + p[6] * 128.0) / 16;
    }

    double percent(double fine, double raw) {
        int[] h = c.h();
        double celsius = fine / 5120;
        double dry = raw - (h[0] * 16.0 + h[2] / 2.0 * celsius);
        double wet =
                dry
                        * (h[1] / 262_144.0)
                        * (1 + h[3] / 16_384.0 * celsius + h[4] / 1_048_576.0 * celsius * celsius);
        return wet + (h[5] / 16_384.0 + h[6] / 2_097_152.0 * celsius) * wet * wet;
    }

    int rawTemperature(double celsius) {
        return Inverse.leastThat(RAW_20_BIT_MAX, raw -> fine(raw) / 5120 >= celsius);
    }

    int rawPressure(double fine, double pascals) {
        // A higher pressure is a lower number.
        return Inverse.leastThat(RAW_20_BIT_MAX, raw -> pascals(fine, raw) <= pascals);
    }

    int rawHumidity(double fine, double percent) {
        return Inverse.leastThat(RAW_16_BIT_MAX, raw -> percent(fine, raw) >= percent);
    }

    /** What a BME688 says of a resistance, as its register has it. */
    static int rawGasOfBme688(double ohms) {
        for (int range = GAS_RANGES - 1; range >= 0; range--) {
            long raw = Math.round((1e6 * (262_144 >> range) / ohms - 4096) / 3 + 512);
            if (raw >= 0 && raw <= GAS_RAW_MAX) {
                return ((int) raw << 6) | range;
            }
        }
        return 0;
    }

    /** The gas registers: ten bits of value, and the range that it is in. */
    int rawGas(double ohms) {
        for (int range = GAS_RANGES - 1; range >= 0; range--) {
            double scale = (1340 + 5.0 * c.rangeError()) * (1 + GAS_1[range] / 100);
            double step = (1 + GAS_2[range] / 100) * 1.25e-7 * (1 << range);
            long raw = Math.round((1 / (ohms * step) - 1) * scale + 512);
            if (raw >= 0 && raw <= GAS_RAW_MAX) {
                return ((int) raw << 6) | range;
            }
        }
        return 0;
    }
}
