package io.pipit.drivers.tmp102;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Tmp102SensorTest {

    @Test
    void convertsAsTheDatasheetDoes() {
        // "12-Bit Temperature Data Format", in the upper bits of the register.
        assertThat(Tmp102Sensor.celsius(0x7FF0)).isEqualTo(127.9375);
        assertThat(Tmp102Sensor.celsius(0x4B00)).isEqualTo(75);
        assertThat(Tmp102Sensor.celsius(0x1900)).isEqualTo(25);
        assertThat(Tmp102Sensor.celsius(0x0040)).isEqualTo(0.25);
        assertThat(Tmp102Sensor.celsius(0xFFC0)).isEqualTo(-0.25);
        assertThat(Tmp102Sensor.celsius(0xE700)).isEqualTo(-25);
        assertThat(Tmp102Sensor.celsius(0xC900)).isEqualTo(-55);
    }
}
