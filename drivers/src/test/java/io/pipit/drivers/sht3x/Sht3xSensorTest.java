package io.pipit.drivers.sht3x;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class Sht3xSensorTest {

    @Test
    void convertsAsTheDatasheetDoes() {
        // Section 4.13, at both ends and in the middle.
        assertThat(Sht3xSensor.celsius(0)).isEqualTo(-45);
        assertThat(Sht3xSensor.celsius(65_535)).isEqualTo(130);
        assertThat(Sht3xSensor.celsius(0x6666)).isEqualTo(25, within(0.003));
        assertThat(Sht3xSensor.percent(0)).isEqualTo(0);
        assertThat(Sht3xSensor.percent(65_535)).isEqualTo(100);
        assertThat(Sht3xSensor.percent(0x8000)).isEqualTo(50, within(0.001));
    }
}
