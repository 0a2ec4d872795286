package io.pipit.drivers.bmx280;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CalibrationTest {

    /**
     * The example of the BMP280's datasheet, "Calculating pressure and temperature", and a usual
     * calibration for humidity.
     */
    private static final Calibration DATASHEET =
            new Calibration(
                    27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000,
                    75, 362, 0, 313, 50, 30);

    @Test
    void computesTheDatasheetsExample() {
        int fine = DATASHEET.fine(519888);
        assertThat(fine).isEqualTo(128422);
        assertThat(Calibration.celsius(fine)).isEqualTo(25.08);
        // The datasheet's 100653.27 comes from a fine temperature that was not rounded, 128422.29;
        // a whole number of them is worth 0.03 Pa.
        assertThat(pressure(DATASHEET, 128422.287, 415148)).isEqualTo(100653.27, within(0.005));
        assertThat(DATASHEET.pascals(fine, 415148))
                .isEqualTo(25_767_233 / 256.0)
                .isEqualTo(100653.27, within(0.02));
    }

    @Test
    void humidityInIntegersFollowsTheFloatingPointFormula() {
        double worst = 0;
        for (int rawTemperature = 320_000; rawTemperature <= 705_000; rawTemperature += 5_000) {
            int fine = DATASHEET.fine(rawTemperature);
            for (int raw = 0; raw <= 0xFFFF; raw += 37) {
                double difference = DATASHEET.percent(fine, raw) - humidity(DATASHEET, fine, raw);
                worst = Math.max(worst, Math.abs(difference));
            }
        }
        assertThat(worst).isLessThan(0.02);
    }

    @Test
    void pressureFollowsTheFloatingPointFormulaOverTheRange() {
        for (int rawTemperature = 320_000; rawTemperature <= 705_000; rawTemperature += 5_000) {
            int fine = DATASHEET.fine(rawTemperature);
            for (int raw = 200_000; raw <= 900_000; raw += 1_009) {
                assertThat(DATASHEET.pascals(fine, raw))
                        .isEqualTo(pressure(DATASHEET, fine, raw), within(0.1));
            }
        }
    }

    @Test
    void readsTheRegistersAsTheyAreLaidOut() {
        byte[] first = new byte[Calibration.FIRST_BLOCK_BYTES];
        for (int i = 0; i < first.length; i++) {
            first[i] = (byte) (0xF0 + i);
        }
        byte[] second = {0x6A, 0x01, (byte) 0x80, 0x13, 0x29, 0x03, 0x1E};
        Calibration read = Calibration.of(first, second);
        assertThat(read.t1()).isEqualTo(0xF1F0);
        assertThat(read.t2()).isEqualTo((short) 0xF3F2);
        assertThat(read.p1()).isEqualTo(0xF7F6);
        assertThat(read.p9()).isEqualTo(0x0706);
        assertThat(read.h1()).isEqualTo(0x09);
        assertThat(read.h2()).isEqualTo(362);
        assertThat(read.h3()).isEqualTo(0x80);
        assertThat(read.h4()).isEqualTo(0x139);
        assertThat(read.h5()).isEqualTo(0x032);
        assertThat(read.h6()).isEqualTo(30);
    }

    @Test
    void twelveBitCalibrationHasASign() {
        byte[] second = {0, 0, 0, (byte) 0xFF, (byte) 0xEF, (byte) 0xFF, (byte) 0xFE};
        Calibration read = Calibration.of(new byte[Calibration.FIRST_BLOCK_BYTES], second);
        assertThat(read.h4()).isEqualTo(-1);
        assertThat(read.h5()).isEqualTo(-2);
        assertThat(read.h6()).isEqualTo(-2);
    }

    @Test
    void emptyMemoryIsNoCalibration() {
        byte[] zeros = new byte[Calibration.FIRST_BLOCK_BYTES];
        byte[] ones = new byte[Calibration.FIRST_BLOCK_BYTES];
        Arrays.fill(ones, (byte) 0xFF);
        assertThat(Calibration.of(zeros, new byte[7]).isPlausible()).isFalse();
        assertThat(Calibration.of(ones, new byte[7]).isPlausible()).isFalse();
        assertThat(DATASHEET.isPlausible()).isTrue();
    }

    @Test
    void aDivisorOfZeroIsNoPressure() {
        Calibration broken =
                new Calibration(27504, 26435, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(broken.pascals(broken.fine(519888), 415148)).isNaN();
    }

    /** BME280 datasheet "Compensation formulas in double precision floating point". */
    private static double humidity(Calibration c, int fine, int raw) {
        double h = fine - 76800.0;
        h =
                (raw - (c.h4() * 64.0 + c.h5() / 16384.0 * h))
                        * (c.h2()
                                / 65536.0
                                * (1.0
                                        + c.h6()
                                                / 67108864.0
                                                * h
                                                * (1.0 + c.h3() / 67108864.0 * h)));
        h = h * (1.0 - c.h1() * h / 524288.0);
        return Math.clamp(h, 0, 100);
    }

    /** BME280 datasheet "Compensation formulas in double precision floating point". */
    private static double pressure(Calibration c, double fine, int raw) {
        double x = fine / 2.0 - 64000.0;
        double y = x * x * c.p6() / 32768.0;
        y = y + x * c.p5() * 2.0;
        y = y / 4.0 + c.p4() * 65536.0;
        x = (c.p3() * x * x / 524288.0 + c.p2() * x) / 524288.0;
        x = (1.0 + x / 32768.0) * c.p1();
        double p = 1048576.0 - raw;
        p = (p - y / 4096.0) * 6250.0 / x;
        x = c.p9() * p * p / 2147483648.0;
        y = p * c.p8() / 32768.0;
        return p + (x + y + c.p7()) / 16.0;
    }
}
