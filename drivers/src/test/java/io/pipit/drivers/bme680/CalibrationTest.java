package io.pipit.drivers.bme680;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Bosch publishes no example: the integer formulas are held against those in floating point. */
class CalibrationTest {

    private final Specimen specimen = Specimen.usual();
    private final Calibration calibration = specimen.c();

    @Test
    void integersFollowTheFloatingPointFormulasOverTheRange() {
        for (int celsius = -40; celsius <= 85; celsius += 5) {
            int t = specimen.rawTemperature(celsius);
            int fine = calibration.fine(t);
            assertThat(Calibration.celsius(fine)).isEqualTo(celsius, within(0.011));
            for (int percent = 2; percent <= 98; percent += 3) {
                int raw = specimen.rawHumidity(fine, percent);
                assertThat(calibration.percent(fine, raw)).isEqualTo(percent, within(0.05));
            }
            for (int pascals = 30_500; pascals < 110_000; pascals += 1_700) {
                int raw = specimen.rawPressure(fine, pascals);
                assertThat(calibration.pascals(fine, raw)).isEqualTo(pascals, within(2.0));
            }
        }
    }

    @Test
    void gasFollowsItsFormulaInEveryRange() {
        for (double ohms = 400; ohms < 10_000_000; ohms *= 1.07) {
            int raw = specimen.rawGas(ohms);
            assertThat(calibration.ohms(raw >> 6, raw & 0x0F)).isEqualTo(ohms, within(ohms / 200));
        }
    }

    @Test
    void theHeatersCodeFollowsTheIntegersInAnAirOfNoDegrees() {
        long[] g = {calibration.g()[0], calibration.g()[1]};
        for (int celsius = 200; celsius <= 400; celsius += 10) {
            long byTarget =
                    (g[0] + 784) * (((g[1] + 154_009) * celsius * 5 / 100 + 3_276_800) / 10);
            long both = byTarget / 2 / (calibration.heatRange() + 4);
            long hundredths = (both / (131L * calibration.heatValue() + 65_536) - 250) * 34;
            assertThat((double) calibration.heaterCode(celsius, 0))
                    .isEqualTo(hundredths / 100.0, within(1.0));
        }
    }

    @Test
    void aTimeIsSixBitsAndAFactor() {
        assertThat(Bme680Sensor.timeCode(0)).isZero();
        assertThat(Bme680Sensor.timeCode(63)).isEqualTo(63);
        // Section 5.3.3: 0x59 is 25 times 4 milliseconds.
        assertThat(Bme680Sensor.timeCode(100)).isEqualTo(0x59);
        assertThat(Bme680Sensor.timeCode(1000)).isEqualTo(0x80 | 62);
    }
}
