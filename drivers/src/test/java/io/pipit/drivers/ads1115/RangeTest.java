package io.pipit.drivers.ads1115;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RangeTest {

    @Test
    void aStepIsWhatTheDatasheetSays() {
        // "Full-Scale Range and Corresponding LSB Size".
        assertThat(Range.V6_144.volts(1)).isEqualTo(187.5e-6);
        assertThat(Range.V4_096.volts(1)).isEqualTo(125e-6);
        assertThat(Range.V2_048.volts(1)).isEqualTo(62.5e-6);
        assertThat(Range.V1_024.volts(1)).isEqualTo(31.25e-6);
        assertThat(Range.V0_512.volts(1)).isEqualTo(15.625e-6);
        assertThat(Range.V0_256.volts(1)).isEqualTo(7.8125e-6);
        assertThat(Range.V2_048.volts(-32_768)).isEqualTo(-2.048);
    }

    @Test
    void theBitsAreThoseOfTheDatasheet() {
        // The configuration that it wakes up with, 0x8583, is A0 against A1 within 2.048 V.
        assertThat(Range.of(0x8583)).isEqualTo(Range.V2_048);
        assertThat(Input.of(0x8583)).isEqualTo(Input.A0_A1);
        for (Range range : Range.values()) {
            assertThat(Range.of(range.bits())).isEqualTo(range);
        }
        for (Input input : Input.values()) {
            assertThat(Input.of(input.bits())).isEqualTo(input);
        }
        assertThat(Range.of(0x0E00)).isEqualTo(Range.V0_256);
    }
}
