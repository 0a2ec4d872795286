package io.pipit.drivers.vl53l0x;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.StillWorld;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.SimulatedI2c;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Vl53l0xSensorTest {

    private final ManualClock clock = new ManualClock();
    private final SimulatedI2c i2c = new SimulatedI2c();
    private final Answering chip = new Answering();
    private final Hardware hardware = new Hardware(Path.of("/"), Path.of("/"), clock, List.of(i2c));

    @BeforeEach
    void attach() {
        i2c.bus("simulated").attach(0x29, chip);
    }

    @AfterEach
    void shutDown() {
        i2c.close();
    }

    private Sensor open() throws Exception {
        Vl53l0xDriver driver = new Vl53l0xDriver();
        return driver.open(
                SensorSettings.of("it", driver.descriptor(), Map.of("bus", "simulated")), hardware);
    }

    private void assertRefused(String result, Category category, String... words) throws Exception {
        chip.result = result;
        try (Sensor sensor = open()) {
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(sensor::read)
                    .satisfies(e -> assertThat(e.category()).isEqualTo(category))
                    .withMessageContainingAll(words);
        }
    }

    @ParameterizedTest
    @CsvSource({"59, 001E, 0.03", "59, 0102, 0.258", "D9, 07D0, 2"})
    void takesTheLastTwoBytesOfAValidResultForMillimetres(
            String status, String millimetres, double metres) throws Exception {
        chip.result = status + "00".repeat(9) + millimetres;
        try (Sensor sensor = open()) {
            assertThat(sensor.read()).containsExactly(new Measurement("distance", metres, "m"));
        }
    }

    @ParameterizedTest
    @CsvSource({"59, 1FFE", "59, 1FFF", "21, 0123", "31, 0123", "49, 0123"})
    void nothingInSightIsNoReading(String status, String millimetres) throws Exception {
        assertRefused(
                status + "00".repeat(9) + millimetres,
                Category.OUT_OF_RANGE,
                "sees nothing within 2.0 m");
    }

    @ParameterizedTest
    @CsvSource({"001D", "07D1"})
    void aDistanceBeyondItsRangeIsNoReading(String millimetres) throws Exception {
        assertRefused(
                "59" + "00".repeat(9) + millimetres,
                Category.OUT_OF_RANGE,
                "its range is 0.03 to 2.0");
    }

    @ParameterizedTest
    @CsvSource({"41", "51"})
    void whatIsTooCloseIsNoReading(String status) throws Exception {
        assertRefused(status + "00".repeat(11), Category.OUT_OF_RANGE, "closer than 0.03 m");
    }

    @ParameterizedTest
    @CsvSource({"09, laser fails", "11, laser fails", "19, laser fails", "29, measured nothing"})
    void aChipThatCannotMeasureSaysSo(String status, String words) throws Exception {
        assertRefused(status + "00".repeat(9) + "0123", Category.IO, words);
    }

    @Test
    void aResetBetweenMeasuringAndReadingIsNoticed() throws Exception {
        assertRefused("00".repeat(12), Category.IO, "has lost its settings");
    }

    @Test
    void doesNotBelieveAMeasurementThatWasThereBefore() throws Exception {
        chip.clears = false;
        assertRefused(
                "59" + "00".repeat(9) + "0102", Category.IO, "holds on to an old measurement");
    }

    @Test
    void theSimulatedOneSeesNothingFarAway() throws Exception {
        StillWorld world = new StillWorld();
        world.metres = 2.5;
        i2c.bus("simulated").attach(0x29, new Vl53l0xDriver().simulated(clock, world, 1));
        try (Sensor sensor = open()) {
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(sensor::read)
                    .withMessageContaining("sees nothing");
        }
    }

    /** Has always the same result. */
    private static final class Answering extends RegisterChip {
        private String result = "";
        private boolean clears = true;
        private boolean pending;

        @Override
        protected void settle() {}

        @Override
        protected int load(int register) {
            return switch (register) {
                case 0x01 -> 0xE8;
                case 0x0A -> 0x04;
                case 0x13 -> pending ? 0x04 : 0;
                case 0xC0 -> 0xEE;
                case 0xC1 -> 0xAA;
                default ->
                        register >= 0x14 && register < 0x20
                                ? HexFormat.of().parseHex(result)[register - 0x14] & 0xFF
                                : 0;
            };
        }

        @Override
        protected void store(int register, int value) {
            if (register == 0x00 || (register == 0x0B && !clears)) {
                pending = true;
            } else if (register == 0x0B) {
                pending = false;
            }
        }

        @Override
        public void powerOn() {}

        @Override
        public void swap() {}
    }
}
