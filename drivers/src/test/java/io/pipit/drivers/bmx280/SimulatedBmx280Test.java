package io.pipit.drivers.bmx280;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pipit.drivers.ManualClock;
import io.pipit.drivers.simulated.world.Air;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SimulatedBmx280Test {

    private final ManualClock clock = new ManualClock();

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
