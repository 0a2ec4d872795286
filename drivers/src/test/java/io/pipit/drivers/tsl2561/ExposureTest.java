package io.pipit.drivers.tsl2561;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ExposureTest {

    private final Exposure asInTheFormula = new Exposure(402, 16);

    @Test
    void convertsAsTheDatasheetDoes() {
        // "Calculating Lux", T package, a point of each piece, worked out by hand.
        assertThat(asInTheFormula.lux(1000, 0, false)).isEqualTo(30.4, within(1e-9));
        assertThat(asInTheFormula.lux(1000, 500, false)).isEqualTo(6.906, within(0.001));
        assertThat(asInTheFormula.lux(1000, 600, false)).isEqualTo(22.4 - 18.6, within(1e-9));
        assertThat(asInTheFormula.lux(1000, 700, false)).isEqualTo(12.8 - 10.71, within(1e-9));
        assertThat(asInTheFormula.lux(1000, 1000, false)).isEqualTo(1.46 - 1.12, within(1e-9));
        assertThat(asInTheFormula.lux(1000, 1400, false)).isZero();
        assertThat(asInTheFormula.lux(1000, 0, true)).isEqualTo(31.5, within(1e-9));
        assertThat(asInTheFormula.lux(1000, 600, true)).isEqualTo(22.9 - 17.46, within(1e-9));
        assertThat(asInTheFormula.lux(0, 0, false)).isZero();
    }

    @Test
    void lessTimeAndGainAreMadeUpFor() {
        assertThat(new Exposure(402, 1).normalized(1)).isEqualTo(16);
        assertThat(new Exposure(101, 16).normalized(81)).isEqualTo(322, within(1e-9));
        assertThat(new Exposure(14, 16).normalized(11)).isEqualTo(322, within(1e-9));
    }

    @Test
    void theBitsAreThoseOfTheDatasheet() {
        assertThat(asInTheFormula.bits()).isEqualTo(0x12);
        assertThat(new Exposure(14, 1).bits()).isZero();
        assertThat(new Exposure(101, 1).isSaturated(37_177)).isTrue();
        assertThat(new Exposure(101, 1).isSaturated(37_176)).isFalse();
    }
}
