package io.pipit.drivers.simulated.chip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pipit.drivers.ManualClock;
import io.pipit.drivers.simulated.SimulatedI2c;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SimulatedChipsTest {

    private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");

    private final ManualClock clock = new ManualClock();

    @Test
    void fitsAChipForADriverWhereTheAddressIsFree() throws Exception {
        SimulatedChips chips = new SimulatedChips(clock, new Climate(1, () -> START), 1);
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            assertThat(chips.fit(i2c, "simulated", 0x76, "bme280")).isTrue();
            assertThat(chips.fit(i2c, "simulated", 0x76, "bmp280")).isTrue();
            assertThat(chips.fit(i2c, "simulated", 0x77, "bmp280")).isTrue();
            assertThat(chips.fit(i2c, "simulated-1", 0x76, "bmp280")).isTrue();
            assertThat(chips.fit(i2c, "simulated", 0x23, "bh1750")).isFalse();
            assertThat(i2c.i2c("simulated", 0x76).readRegister(0xD0)).isEqualTo(0x60);
            assertThat(i2c.i2c("simulated", 0x77).readRegister(0xD0)).isEqualTo(0x58);
            assertThat(i2c.i2c("simulated-1", 0x76).readRegister(0xD0)).isEqualTo(0x58);
            assertThat(i2c.bus("simulated").isTaken(0x23)).isFalse();
        }
    }

    @Test
    void weatherIsPleasantAllYearAndTheSameForTheSameSeed() {
        for (int minute = 0; minute < 365 * 24 * 60; minute += 7) {
            Instant at = START.plus(Duration.ofMinutes(minute));
            Air air = new Climate(3, () -> at).now();
            assertThat(air.celsius()).isBetween(10.0, 28.0);
            assertThat(air.percent()).isBetween(5.0, 98.0);
            assertThat(air.pascals()).isBetween(100_000.0, 102_500.0);
            assertThat(new Climate(3, () -> at).now()).isEqualTo(air);
            Air later = new Climate(3, () -> at.plusMillis(100)).now();
            assertThat(later.celsius()).isEqualTo(air.celsius(), within(0.05));
            assertThat(later.pascals()).isEqualTo(air.pascals(), within(4.0));
        }
        assertThat(new Climate(4, () -> START).now())
                .isNotEqualTo(new Climate(3, () -> START).now());
    }

    @Test
    void rawValuesAreTheInverseOfTheFormulasForEverySpecimen() {
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            Specimen specimen = Specimen.random(random);
            double celsius = random.nextDouble(-40, 85);
            double percent = random.nextDouble(1, 99);
            double pascals = random.nextDouble(30_000, 110_000);
            int raw = specimen.rawTemperature(celsius);
            double fine = specimen.fine(raw);
            assertThat(specimen.celsius(raw)).isEqualTo(celsius, within(0.001));
            assertThat(specimen.percent(fine, specimen.rawHumidity(fine, percent)))
                    .isEqualTo(percent, within(0.02));
            assertThat(specimen.pascals(fine, specimen.rawPressure(fine, pascals)))
                    .isEqualTo(pascals, within(0.4));
        }
    }

    @Test
    void registersBehaveAsTheDatasheetSays() {
        Air[] air = {new Air(20, 50, 101_325)};
        SimulatedBme280 chip = new SimulatedBme280(clock, () -> air[0], 1);
        assertThat(at(chip, 0xF3, 1)).containsExactly(0);
        // A measurement of nothing but temperature skips the others.
        put(chip, 0xF2, 1);
        put(chip, 0xF4, 0b001_000_01);
        assertThat(at(chip, 0xF3, 2)).containsExactly(0x08, 0b001_000_01);
        assertThat(at(chip, 0xF7, 8)).containsExactly(0x80, 0, 0, 0x80, 0, 0, 0x80, 0);
        clock.pause(Duration.ofMillis(6));
        assertThat(at(chip, 0xF3, 2)).containsExactly(0, 0b001_000_00);
        byte[] measured = at(chip, 0xF7, 8);
        assertThat(measured).startsWith(0x80, 0, 0);
        assertThat(measured[6]).isNotEqualTo((byte) 0x80);
        // ctrl_hum waits for ctrl_meas.
        put(chip, 0xF2, 0);
        assertThat(at(chip, 0xF2, 1)).containsExactly(0);
        // Normal mode goes on and on.
        put(chip, 0xF4, 0b001_001_11);
        clock.pause(Duration.ofMillis(20));
        byte[] before = at(chip, 0xF7, 6);
        air[0] = new Air(30, 50, 90_000);
        clock.pause(Duration.ofMillis(20));
        assertThat(at(chip, 0xF7, 6)).isNotEqualTo(before);
        // A reset forgets everything and copies the calibration for up to 2 ms.
        put(chip, 0xE0, 0xB6);
        assertThat(at(chip, 0xF2, 4)).containsExactly(0, 1, 0, 0);
        clock.pause(Duration.ofMillis(2));
        assertThat(at(chip, 0xF2, 4)).containsExactly(0, 0, 0, 0);
        assertThat(at(chip, 0xF7, 3)).containsExactly(0x80, 0, 0);
        // Another word does nothing.
        put(chip, 0xF5, 0xA0);
        put(chip, 0xE0, 0xB7);
        assertThat(at(chip, 0xF5, 1)).containsExactly(0xA0);
    }

    private static void put(SimulatedBme280 chip, int register, int value) {
        chip.write(new byte[] {(byte) register, (byte) value});
    }

    private static byte[] at(SimulatedBme280 chip, int register, int count) {
        chip.write(new byte[] {(byte) register});
        return chip.read(count);
    }
}
