package io.pipit.drivers.scd4x;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class Scd4xSensorTest {

    @Test
    void convertsAsTheDatasheetDoes() {
        // "read_measurement": 01F4, 6667 and 5EB9 are 500 ppm, 25 Cel and 37 %RH.
        assertThat(Scd4xSensor.celsius(0x6667)).isEqualTo(25, within(0.005));
        assertThat(Scd4xSensor.percent(0x5EB9)).isEqualTo(37, within(0.005));
    }
}
