package io.pipit.drivers.bmx280;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.pipit.drivers.Driver;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.simulated.Fault;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.SimulatedBus;
import io.pipit.drivers.simulated.SimulatedI2c;
import io.pipit.drivers.simulated.world.Air;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Bmx280Test {

    private static final int ADDRESS = 0x76;

    /** Of one reading: start, twice the state, twice the result. */
    private static final int TRANSFERS = 5;

    private final ManualClock clock = new ManualClock();
    private final SimulatedI2c i2c = new SimulatedI2c();
    private final SimulatedBus bus = i2c.bus("simulated");
    private final Hardware hardware = new Hardware(Path.of("/"), Path.of("/"), clock, List.of(i2c));
    private Air air = new Air(21.5, 48, 101_325);
    private final SimulatedBme280 bme280 = new SimulatedBme280(clock, () -> air, 1);
    private final SimulatedBmp280 bmp280 = new SimulatedBmp280(clock, () -> air, 1);

    @AfterEach
    void shutDown() {
        i2c.close();
    }

    private Sensor open(Driver driver) throws SensorException, InterruptedException {
        return open(driver, Map.of("bus", "simulated"));
    }

    private Sensor open(Driver driver, Map<String, ?> options)
            throws SensorException, InterruptedException {
        return driver.open(SensorSettings.of("air", driver.descriptor(), options), hardware);
    }

    private Sensor openBme280() throws SensorException, InterruptedException {
        bus.attach(ADDRESS, bme280);
        return open(new Bme280Driver());
    }

    private static void assertFails(Category category, String message, ThrowingCallable call) {
        assertThatExceptionOfType(SensorException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.category()).isEqualTo(category))
                .withMessageContaining(message);
    }

    @Test
    void measuresWhatTheAirIsLike() throws Exception {
        try (Sensor sensor = openBme280()) {
            for (int celsius = -39; celsius < 85; celsius += 3) {
                air =
                        new Air(
                                celsius + 0.25,
                                5 + (celsius + 40) * 0.7,
                                30_100 + (celsius + 39) * 640);
                List<Measurement> measured = sensor.read();
                assertThat(measured)
                        .extracting(m -> m.quantity() + " " + m.unit())
                        .containsExactly("temperature Cel", "humidity %RH", "pressure Pa");
                assertThat(measured.get(0).value()).isEqualTo(air.celsius(), within(0.011));
                assertThat(measured.get(1).value()).isEqualTo(air.percent(), within(0.05));
                assertThat(measured.get(2).value()).isEqualTo(air.pascals(), within(2.0));
            }
        }
    }

    @Test
    void aBmp280MeasuresNoHumidity() throws Exception {
        bus.attach(ADDRESS, bmp280);
        for (int id : new int[] {0x58, 0x56, 0x57}) {
            bmp280.id(id);
            try (Sensor sensor = open(new Bmp280Driver())) {
                List<Measurement> measured = sensor.read();
                assertThat(measured)
                        .extracting(Measurement::quantity)
                        .containsExactly("temperature", "pressure");
                assertThat(measured.get(0).value()).isEqualTo(21.5, within(0.011));
                assertThat(measured.get(1).value()).isEqualTo(101_325, within(2.0));
            }
        }
    }

    @Test
    void moreOversamplingTakesLongerAndResolvesMore() throws Exception {
        bus.attach(ADDRESS, bme280);
        long before;
        try (Sensor sensor = open(new Bme280Driver())) {
            before = clock.nanoTime();
            sensor.read();
        }
        assertThat(clock.nanoTime() - before).isBetween(10_000_000L, 20_000_000L);
        Map<String, ?> finest =
                Map.of(
                        "bus",
                        "simulated",
                        "oversampling-temperature",
                        16,
                        "oversampling-pressure",
                        16,
                        "oversampling-humidity",
                        16);
        try (Sensor sensor = open(new Bme280Driver(), finest)) {
            before = clock.nanoTime();
            assertThat(sensor.read().get(2).value()).isEqualTo(101_325, within(0.4));
        }
        assertThat(clock.nanoTime() - before).isBetween(110_000_000L, 120_000_000L);
    }

    @Test
    void saysThatNobodyAnswers() {
        assertFails(
                Category.ABSENT,
                "nothing answers at 0x76 on bus simulated",
                () -> open(new Bme280Driver()));
    }

    @Test
    void saysWhichChipItIsInstead() {
        bus.attach(ADDRESS, bmp280);
        assertFails(
                Category.WRONG_CHIP,
                "is a BMP280 (chip ID 0x58), not a BME280; set driver = \"bmp280\"",
                () -> open(new Bme280Driver()));
        bmp280.id(0x61);
        assertFails(
                Category.WRONG_CHIP,
                "is a BME680 (chip ID 0x61), not a BME280",
                () -> open(new Bme280Driver()));
    }

    @Test
    void aMemoryWithoutCalibrationIsAFault() {
        bus.attach(
                ADDRESS,
                new RegisterChip() {
                    private final int[] registers = new int[256];

                    @Override
                    protected void settle() {
                        registers[0xD0] = 0x58;
                    }

                    @Override
                    protected int load(int register) {
                        return registers[register];
                    }

                    @Override
                    protected void store(int register, int value) {
                        registers[register] = value;
                    }

                    @Override
                    public void powerOn() {}

                    @Override
                    public void swap() {}
                });
        assertFails(
                Category.IO, "has no calibration in its memory", () -> open(new Bmp280Driver()));
    }

    @Test
    void leavesTheAddressFreeWhereOpeningFails() throws Exception {
        bus.attach(ADDRESS, bmp280);
        assertFails(Category.WRONG_CHIP, "", () -> open(new Bme280Driver()));
        open(new Bmp280Driver()).close();
        open(new Bmp280Driver()).close();
    }

    @Test
    void aBusThatIsHeldIsATimeout() throws Exception {
        try (Sensor sensor = openBme280()) {
            bus.faults(_ -> Fault.STUCK);
            assertFails(Category.BUS_HELD, "something holds the bus", sensor::read);
        }
    }

    @Test
    void aChipThatGoesAwayIsAbsentAndComesBack() throws Exception {
        try (Sensor sensor = openBme280()) {
            bus.detach(ADDRESS);
            assertFails(Category.ABSENT, "check the wiring", sensor::read);
            bus.attach(ADDRESS, bme280);
            assertThat(sensor.read()).hasSize(3);
        }
    }

    @Test
    void aConversionThatNeverEndsIsATimeout() throws Exception {
        try (Sensor sensor = openBme280()) {
            bme280.stuck(true);
            assertFails(Category.TIMEOUT, "does not finish a conversion", sensor::read);
            bme280.stuck(false);
            assertThat(sensor.read()).hasSize(3);
        }
    }

    @Test
    void aResetInMidLifeIsNoticedWhereverItHappens() throws Exception {
        assertNoticed(Fault.CHIP_RESET);
    }

    @Test
    void anExchangedChipIsNoticedWheneverItHappens() throws Exception {
        assertNoticed(Fault.CHIP_SWAPPED);
    }

    /** Each transfer of opening and reading is hit once; what is read then must still be right. */
    private void assertNoticed(Fault fault) throws Exception {
        int noticed = 0;
        try (Sensor sensor = openBme280()) {
            for (int hit = 0; hit <= TRANSFERS; hit++) {
                int[] transfers = {0};
                int at = hit;
                bus.faults(_ -> transfers[0]++ == at ? fault : null);
                try {
                    assertRight(sensor.read());
                } catch (SensorException e) {
                    noticed++;
                }
                bus.faults(Fault.none());
                if (hit < TRANSFERS) {
                    assertRight(sensor.read());
                }
            }
        }
        // What happens after the last one is for the next reading to see.
        assertThat(noticed).isEqualTo(TRANSFERS);
        for (int hit = 0; hit < 20; hit++) {
            int[] transfers = {0};
            int at = hit;
            bus.faults(_ -> transfers[0]++ == at ? fault : null);
            try (Sensor sensor = open(new Bme280Driver())) {
                assertRight(sensor.read());
            } catch (SensorException e) {
                assertThat(e.category()).isEqualTo(Category.IO);
            }
        }
    }

    private void assertRight(List<Measurement> measured) {
        assertThat(measured.get(0).value()).isEqualTo(air.celsius(), within(0.011));
        assertThat(measured.get(1).value()).isEqualTo(air.percent(), within(0.05));
        assertThat(measured.get(2).value()).isEqualTo(air.pascals(), within(2.0));
    }

    @Test
    void whatIsOutsideTheDatasheetsRangeIsAFault() throws Exception {
        try (Sensor sensor = openBme280()) {
            air = new Air(86, 48, 101_325);
            assertFails(Category.OUT_OF_RANGE, "a temperature of 8", sensor::read);
            air = new Air(-41, 48, 101_325);
            assertFails(Category.OUT_OF_RANGE, "a temperature of -41", sensor::read);
            air = new Air(20, 48, 29_000);
            assertFails(Category.OUT_OF_RANGE, "a pressure of 2", sensor::read);
            air = new Air(20, 48, 112_000);
            assertFails(Category.OUT_OF_RANGE, "a pressure of 11", sensor::read);
            air = new Air(20, 48, 101_000);
            assertRight(sensor.read());
        }
    }

    @Test
    void waitsOnTheClockThatItWasGivenAndNowhereElse() throws Exception {
        try (Sensor sensor = openBme280()) {
            // A thousand conversions are ten seconds and more; here they take none.
            assertTimeout(
                    Duration.ofSeconds(8),
                    () -> {
                        for (int i = 0; i < 1000; i++) {
                            sensor.read();
                        }
                    });
            assertThat(clock.nanoTime()).isGreaterThan(10_000_000_000L);
        }
    }

    @Test
    void oneFaultInAHundredTransfersNeverMakesAWrongValue() throws Exception {
        int readings = 100_000;
        Random weather = new Random(7);
        bus.attach(ADDRESS, bme280);
        int good = 0;
        int failedInARow = 0;
        int longest = 0;
        try (Sensor sensor = open(new Bme280Driver())) {
            bus.faults(Fault.random(42, 0.01));
            for (int i = 0; i < readings; i++) {
                air =
                        new Air(
                                weather.nextDouble(-39, 84),
                                weather.nextDouble(5, 95),
                                weather.nextDouble(31_000, 109_000));
                try {
                    assertRight(sensor.read());
                    good++;
                    failedInARow = 0;
                } catch (SensorException e) {
                    failedInARow++;
                    longest = Math.max(longest, failedInARow);
                }
            }
        }
        assertThat(good).isGreaterThan(readings * 9 / 10);
        assertThat(longest).isLessThan(10);
    }
}
