package io.pipit.drivers.aht20;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class Aht20SensorTest {

    @Test
    void convertsAsTheDatasheetDoes() {
        // "Signal Conversion": a share of 2^20 is a share of 200 degrees from -50 on, and of 100
        // per cent.
        assertThat(Aht20Sensor.celsius(0)).isEqualTo(-50);
        assertThat(Aht20Sensor.celsius(0x60000)).isEqualTo(25);
        assertThat(Aht20Sensor.celsius(0xFFFFF)).isEqualTo(150, within(0.001));
        assertThat(Aht20Sensor.percent(0)).isEqualTo(0);
        assertThat(Aht20Sensor.percent(0x80000)).isEqualTo(50);
    }
}
