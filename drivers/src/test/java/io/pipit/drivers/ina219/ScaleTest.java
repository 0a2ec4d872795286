package io.pipit.drivers.ina219;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScaleTest {

    @Test
    void givesTheDatasheetsExample() {
        // "Programming the INA219": 2 mohm and 1 mA a step are 20480; 20 mV are 2000 steps across
        // the
        // shunt, which are 10000 of current, and 11.98 V beside them 5990 of power.
        Scale scale = Scale.of(0.002, 32.768);
        assertThat(scale.calibration()).isEqualTo(20_480);
        assertThat(scale.ampereStep()).isEqualTo(0.001, within(1e-12));
        assertThat(2000 * scale.calibration() / 4096).isEqualTo(10_000);
        assertThat(scale.amperes(10_000)).isEqualTo(10, within(1e-9));
        assertThat(scale.watts(10_000 * 2995 / 5000)).isEqualTo(119.8, within(1e-9));
        assertThat(scale.gain()).isEqualTo(1);
    }

    @Test
    void takesTheSmallestRangeThatIsEnough() {
        assertThat(Scale.of(0.1, 0.4).gain()).isEqualTo(0);
        assertThat(Scale.of(0.1, 0.41).gain()).isEqualTo(1);
        assertThat(Scale.of(0.1, 1.6).gain()).isEqualTo(2);
        assertThat(Scale.of(0.1, 3.2).gain()).isEqualTo(3);
        assertThat(Scale.of(0.1, 3.2).isSaturated(31_999)).isFalse();
        assertThat(Scale.of(0.1, 3.2).isSaturated(-32_000)).isTrue();
    }

    @Test
    void aCalibrationFitsItsRegisterAndTheScaleFitsTheCalibration() {
        for (double amperes = 0.001; amperes <= 3.2; amperes *= 1.3) {
            Scale scale = Scale.of(0.1, amperes);
            assertThat(scale.calibration()).isBetween(2, 0xFFFE);
            assertThat(scale.calibration() % 2).isZero();
            // A current of the most that is asked for fits into 16 bits with a sign.
            assertThat(amperes / scale.ampereStep()).isLessThanOrEqualTo(32_768);
            assertThat(scale.ampereStep() * scale.calibration() * 0.1)
                    .isEqualTo(0.04096, within(1e-9));
        }
    }
}
