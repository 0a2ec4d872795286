package io.pipit.drivers.sht4x;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class Sht4xSensorTest {

    @Test
    void convertsAsTheDatasheetDoes() {
        // "Conversion of Signal Output": 56 %RH is (56 + 6) / 125 of 65535, or 32505.
        assertThat(Sht4xSensor.celsius(0)).isEqualTo(-45);
        assertThat(Sht4xSensor.celsius(65_535)).isEqualTo(130);
        assertThat(Sht4xSensor.celsius(0x6666)).isEqualTo(25, within(0.003));
        assertThat(Sht4xSensor.percent(32_505)).isEqualTo(56, within(0.002));
    }

    @Test
    void cutsOffWhatIsNoHumidity() {
        assertThat(Sht4xSensor.percent(0)).isEqualTo(0);
        assertThat(Sht4xSensor.percent(65_535)).isEqualTo(100);
    }
}
