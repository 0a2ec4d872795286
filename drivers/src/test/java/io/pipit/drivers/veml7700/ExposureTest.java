package io.pipit.drivers.veml7700;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ExposureTest {

    @Test
    void aCountIsWhatTheDatasheetSays() {
        // "Resolution and maximum detection range", where the light is faint enough to be straight.
        assertThat(new Exposure(800, "2").lux(1000)).isEqualTo(4.2, within(0.02));
        assertThat(new Exposure(100, "1").lux(1000)).isEqualTo(67.2, within(0.6));
        assertThat(new Exposure(100, "1/8").lux(100)).isEqualTo(53.76, within(0.4));
        assertThat(new Exposure(25, "1/8").lux(10)).isEqualTo(21.5, within(0.1));
    }

    @Test
    void theBitsAreThoseOfTheDatasheet() {
        assertThat(new Exposure(100, "1").bits()).isZero();
        assertThat(new Exposure(25, "1/8").bits()).isEqualTo(0b10_0_1100_000000);
        assertThat(new Exposure(800, "2").bits()).isEqualTo(0b01_0_0011_000000);
        assertThat(new Exposure(50, "1/4").bits()).isEqualTo(0b11_0_1000_000000);
    }
}
