package io.pipit.drivers.bh1750;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class Bh1750SensorTest {

    @Test
    void convertsAsTheDatasheetDoes() {
        // "Measurement Procedure": 83 90 is 28067 lx.
        assertThat(Bh1750Sensor.lux(0x8390, 69)).isEqualTo(28_067, within(0.5));
        // Twice the time, half the light for the same count ("Measurement Time").
        assertThat(Bh1750Sensor.lux(0x8390, 138)).isEqualTo(14_033, within(0.5));
        assertThat(Bh1750Sensor.lux(0, 69)).isZero();
    }
}
