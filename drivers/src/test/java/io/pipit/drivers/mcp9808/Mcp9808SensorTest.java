package io.pipit.drivers.mcp9808;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Mcp9808SensorTest {

    @Test
    void convertsAsTheDatasheetDoes() {
        // "Ambient Temperature Register": (upper byte * 16 + lower byte / 16), less 256 where the
        // sign is set.
        assertThat(Mcp9808Sensor.celsius(0x0194)).isEqualTo(25.25);
        assertThat(Mcp9808Sensor.celsius(0x1E6C)).isEqualTo(0xE * 16 + 0x6C / 16.0 - 256);
        assertThat(Mcp9808Sensor.celsius(0x1FFF)).isEqualTo(-0.0625);
        assertThat(Mcp9808Sensor.celsius(0)).isZero();
        // The flags above are not part of it.
        assertThat(Mcp9808Sensor.celsius(0xE194)).isEqualTo(25.25);
    }
}
