package io.pipit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.ads1115.Ads1115Driver;
import io.pipit.drivers.aht20.Aht20Driver;
import io.pipit.drivers.bh1750.Bh1750Driver;
import io.pipit.drivers.bme680.Bme680Driver;
import io.pipit.drivers.bmp180.Bmp180Driver;
import io.pipit.drivers.bmx280.Bme280Driver;
import io.pipit.drivers.bmx280.Bmp280Driver;
import io.pipit.drivers.htu21.Htu21Driver;
import io.pipit.drivers.htu21.Si7021Driver;
import io.pipit.drivers.ina219.Ina219Driver;
import io.pipit.drivers.mcp9808.Mcp9808Driver;
import io.pipit.drivers.mpu6050.Mpu6050Driver;
import io.pipit.drivers.scd4x.Scd4xDriver;
import io.pipit.drivers.sht3x.Sht3xDriver;
import io.pipit.drivers.sht4x.Sht4xDriver;
import io.pipit.drivers.simulated.Fault;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedBus;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.SimulatedI2c;
import io.pipit.drivers.simulated.world.World;
import io.pipit.drivers.tmp102.Tmp102Driver;
import io.pipit.drivers.tsl2561.Tsl2561Driver;
import io.pipit.drivers.veml7700.Veml7700Driver;
import io.pipit.drivers.vl53l0x.Vl53l0xDriver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every driver of a chip on I2C owes its users, tried on its simulated chip. */
class DriverContractTest {

    private static final int READINGS = 20_000;

    private final ManualClock clock = new ManualClock();
    private final SimulatedI2c i2c = new SimulatedI2c();
    private final SimulatedBus bus = i2c.bus("simulated");
    private final Hardware hardware = new Hardware(Path.of("/"), Path.of("/"), clock, List.of(i2c));
    private final StillWorld world = new StillWorld();
    private final Random weather = new Random(7);

    static Stream<Subject> chips() {
        return Stream.of(
                air(new Bme280Driver(), 0.011, 0.05)
                        .measures("pressure", w -> w.air().pascals(), 2, 0),
                new Subject(new Bmp280Driver())
                        .measures("temperature", w -> w.air().celsius(), 0.011, 0)
                        .measures("pressure", w -> w.air().pascals(), 2, 0),
                air(new Sht3xDriver(), 0.002, 0.001),
                air(new Sht4xDriver(), 0.002, 0.001),
                air(new Aht20Driver(), 0.0002, 0.0001),
                air(new Htu21Driver(), 0.011, 0.008),
                air(new Si7021Driver(), 0.011, 0.008),
                new Subject(new Bmp180Driver())
                        .measures("temperature", w -> w.air().celsius(), 0.11, 0)
                        .measures("pressure", w -> w.air().pascals(), 12, 0),
                // The lower bits of the measurement time cannot be checked by anything.
                new Subject(new Bh1750Driver())
                        .measures("illuminance", World::lux, 1, 0.06)
                        .hasNothingToKnowItBy()
                        .cannotSayThatItIsStuck(),
                new Subject(new Tmp102Driver())
                        .measures("temperature", w -> w.air().celsius(), 0.032, 0),
                new Subject(new Mcp9808Driver())
                        .measures("temperature", w -> w.air().celsius(), 0.032, 0)
                        .cannotSayThatItIsStuck(),
                new Subject(new Ads1115Driver())
                        .with("range-1", "off")
                        .with("range-2-3", "6.144")
                        .measures("voltage-0", w -> w.volts(0), 0.0001, 0)
                        .measures("voltage-2", w -> w.volts(2), 0.0001, 0)
                        .measures("voltage-3", w -> w.volts(3), 0.0001, 0)
                        .measures("voltage-2-3", w -> w.volts(2) - w.volts(3), 0.0001, 0),
                new Subject(new Ina219Driver())
                        .with("samples", 8)
                        .measures("voltage", World::supplyVolts, 0.0021, 0)
                        .measures("current", World::supplyAmperes, 0.0003, 0)
                        .measures("power", w -> w.supplyVolts() * w.supplyAmperes(), 0.02, 0.001),
                new Subject(new Scd4xDriver())
                        .with("altitude", 450)
                        .measures("carbon-dioxide", World::carbonDioxide, 0.5, 0)
                        .measures("temperature", w -> w.air().celsius(), 0.002, 0)
                        .measures("humidity", w -> w.air().percent(), 0.001, 0),
                air(new Bme680Driver(), 0.011, 0.06)
                        .measures("pressure", w -> w.air().pascals(), 3, 0)
                        .measures("gas-resistance", World::gasOhms, 0, 0.01),
                new Subject(new Mpu6050Driver())
                        .measures("acceleration-x", w -> w.motion().x(), 0.001, 0)
                        .measures("acceleration-y", w -> w.motion().y(), 0.001, 0)
                        .measures("acceleration-z", w -> w.motion().z(), 0.001, 0)
                        .measures("rotation-x", w -> w.motion().aboutX(), 0.0003, 0.001)
                        .measures("rotation-y", w -> w.motion().aboutY(), 0.0003, 0.001)
                        .measures("rotation-z", w -> w.motion().aboutZ(), 0.0003, 0.001)
                        .measures("temperature", w -> w.air().celsius(), 0.003, 0),
                new Subject(new Veml7700Driver())
                        .measures("illuminance", World::lux, 0.6, 0.001)
                        .cannotSayThatItIsStuck(),
                new Subject(new Tsl2561Driver())
                        .measures("illuminance", World::lux, 3, 0.001)
                        .cannotSayThatItIsStuck(),
                new Subject(new Vl53l0xDriver()).measures("distance", World::metres, 0.0006, 0));
    }

    private static Subject air(Driver driver, double celsius, double percent) {
        return new Subject(driver)
                .measures("temperature", w -> w.air().celsius(), celsius, 0)
                .measures("humidity", w -> w.air().percent(), percent, 0);
    }

    @AfterEach
    void shutDown() {
        i2c.close();
    }

    @Test
    void holdsForEveryDriverThatCanBeSimulated() {
        Set<String> tried = chips().map(Subject::toString).collect(Collectors.toSet());
        assertThat(Drivers.load(getClass().getClassLoader()).all())
                .filteredOn(driver -> driver instanceof Simulatable)
                .extracting(driver -> driver.descriptor().name())
                .containsExactlyInAnyOrderElementsOf(tried);
    }

    private SimulatedChip attach(Subject subject) throws SensorException {
        SimulatedChip chip = subject.chip(clock, world, 1);
        bus.attach(subject.address(), chip);
        return chip;
    }

    private Sensor open(Subject subject) throws SensorException, InterruptedException {
        return subject.driver.open(subject.settings(), hardware);
    }

    private void readRight(Subject subject, Sensor sensor)
            throws SensorException, InterruptedException {
        world.turn(weather);
        subject.check(sensor.read(), world);
    }

    @ParameterizedTest
    @MethodSource("chips")
    void measuresWhatThereIs(Subject subject) throws Exception {
        attach(subject);
        try (Sensor sensor = open(subject)) {
            for (int i = 0; i < 300; i++) {
                readRight(subject, sensor);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("chips")
    void saysThatNobodyAnswersAndLeavesTheAddressFree(Subject subject) throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(() -> open(subject))
                    .satisfies(e -> assertThat(e.category()).isEqualTo(Category.ABSENT))
                    .withMessageContaining("nothing answers at 0x%02x", subject.address());
        }
        attach(subject);
        for (int i = 0; i < 2; i++) {
            try (Sensor sensor = open(subject)) {
                readRight(subject, sensor);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("chips")
    void refusesEveryOtherChip(Subject subject) throws Exception {
        if (!subject.isKnowable()) {
            return;
        }
        for (Subject other : chips().toList()) {
            if (!other.toString().equals(subject.toString())) {
                bus.attach(subject.address(), other.chip(clock, world, 1));
                assertRefused(subject, other.toString());
            }
        }
        bus.attach(subject.address(), new Blank(0x00));
        assertRefused(subject, "a chip of zeros");
        bus.attach(subject.address(), new Blank(0xFF));
        assertRefused(subject, "a chip of ones");
    }

    private void assertRefused(Subject subject, String other) {
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(SensorException.class)
                    .as("%s with %s", subject, other)
                    .isThrownBy(() -> open(subject).close())
                    .withMessageContaining("0x");
        }
    }

    @ParameterizedTest
    @MethodSource("chips")
    void aBusThatIsHeldIsNoFaultOfTheChips(Subject subject) throws Exception {
        attach(subject);
        try (Sensor sensor = open(subject)) {
            bus.faults(_ -> Fault.STUCK);
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(sensor::read)
                    .satisfies(e -> assertThat(e.category()).isEqualTo(Category.BUS_HELD))
                    .withMessageContaining("something holds the bus");
            bus.faults(Fault.none());
            readRight(subject, sensor);
        }
    }

    @ParameterizedTest
    @MethodSource("chips")
    void aChipThatGoesAwayIsAbsentAndComesBack(Subject subject) throws Exception {
        SimulatedChip chip = attach(subject);
        try (Sensor sensor = open(subject)) {
            bus.detach(subject.address());
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(sensor::read)
                    .satisfies(e -> assertThat(e.category()).isEqualTo(Category.ABSENT));
            chip.powerOn();
            bus.attach(subject.address(), chip);
            readRight(subject, sensor);
        }
    }

    @ParameterizedTest
    @MethodSource("chips")
    void aConversionThatNeverEndsIsAFault(Subject subject) throws Exception {
        SimulatedChip chip = attach(subject);
        try (Sensor sensor = open(subject)) {
            readRight(subject, sensor);
            if (subject.noticesStalling()) {
                chip.stuck(true);
                assertThatExceptionOfType(SensorException.class)
                        .isThrownBy(sensor::read)
                        .satisfies(e -> assertThat(e.category()).isEqualTo(Category.TIMEOUT));
                chip.stuck(false);
                readRight(subject, sensor);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("chips")
    void whateverHappensToOneTransferIsNoticedOrHarmless(Subject subject) throws Exception {
        attach(subject);
        try (Sensor sensor = open(subject)) {
            int transfers = transfersOf(() -> readRight(subject, sensor));
            for (Fault fault : Fault.values()) {
                // The bit that is flipped is another one each time.
                int rounds = fault == Fault.FLIPPED_BIT ? 64 : 2;
                for (int hit = 0; hit < transfers * rounds; hit++) {
                    hit(hit % transfers, fault);
                    boolean failed = fails(() -> readRight(subject, sensor));
                    if (EnumSet.of(Fault.NAK, Fault.STUCK).contains(fault)) {
                        assertThat(failed || hit % transfers > 0)
                                .as("%s in transfer %d", fault, hit % transfers)
                                .isTrue();
                    }
                    bus.faults(Fault.none());
                    // What happened in the last transfer is for the next reading to notice.
                    boolean late = fails(() -> readRight(subject, sensor));
                    assertThat(failed && late).isFalse();
                    readRight(subject, sensor);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("chips")
    void whateverHappensWhileItIsOpenedIsNoticedOrHarmless(Subject subject) throws Exception {
        attach(subject);
        int transfers = transfersOf(() -> open(subject).close());
        for (Fault fault : Fault.values()) {
            int rounds = fault == Fault.FLIPPED_BIT ? 50 : 2;
            for (int hit = 0; hit < transfers * rounds; hit++) {
                hit(hit % transfers, fault);
                fails(() -> {
                    try (Sensor sensor = open(subject)) {
                        readRight(subject, sensor);
                    }
                });
                bus.faults(Fault.none());
                try (Sensor sensor = open(subject)) {
                    readRight(subject, sensor);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("chips")
    void oneFaultInAHundredTransfersNeverMakesAWrongValue(Subject subject) throws Exception {
        attach(subject);
        int good = 0;
        int failedInARow = 0;
        int longest = 0;
        try (Sensor sensor = open(subject)) {
            bus.faults(Fault.random(42, 0.01));
            for (int i = 0; i < READINGS; i++) {
                if (fails(() -> readRight(subject, sensor))) {
                    failedInARow++;
                    longest = Math.max(longest, failedInARow);
                } else {
                    good++;
                    failedInARow = 0;
                }
            }
        }
        assertThat(good).isGreaterThan(READINGS * 3 / 5);
        assertThat(longest).isLessThan(20);
    }

    @ParameterizedTest
    @MethodSource("chips")
    void waitsOnTheClockThatItWasGivenAndNeverForLong(Subject subject) throws Exception {
        SimulatedChip chip = attach(subject);
        assertTimeout(
                Duration.ofSeconds(20),
                () -> {
                    try (Sensor sensor = open(subject)) {
                        for (int i = 0; i < 100; i++) {
                            readRight(subject, sensor);
                        }
                        long before = clock.nanoTime();
                        chip.stuck(true);
                        fails(sensor::read);
                        assertThat(clock.nanoTime() - before)
                                .isLessThan(subject.driver.readingMax().toNanos());
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("chips")
    void rejectsWhatIsOutsideOfItsOptions(Subject subject) {
        for (Option option : subject.driver.descriptor().options()) {
            switch (option.kind()) {
                case INTEGER, NUMBER -> {
                    boolean bounded =
                            !option.choices().isEmpty()
                                    || (Double.isFinite(option.least())
                                            && Double.isFinite(option.most()));
                    assertThat(bounded).as("%s of %s", option.name(), subject).isTrue();
                }
                case TEXT, FLAG -> {
                    // A text is free or one of its choices.
                }
            }
        }
        assertThatNoException().isThrownBy(subject::settings);
    }

    /** Something that a sensor does. */
    @FunctionalInterface
    private interface Action {
        void run() throws SensorException, InterruptedException;
    }

    private boolean fails(Action action) throws InterruptedException {
        try {
            action.run();
            return false;
        } catch (SensorException e) {
            // Nobody tries again at once.
            clock.pause(Duration.ofSeconds(1));
            return true;
        }
    }

    private void hit(int transfer, Fault fault) {
        int[] transfers = {0};
        bus.faults(_ -> transfers[0]++ == transfer ? fault : null);
    }

    private int transfersOf(Action action) throws Exception {
        int[] transfers = {0};
        bus.faults(_ -> {
            transfers[0]++;
            return null;
        });
        action.run();
        bus.faults(Fault.none());
        return transfers[0];
    }

    /** A chip whose registers are all the same. */
    private static final class Blank extends RegisterChip {
        private final int value;

        Blank(int value) {
            this.value = value;
        }

        @Override
        protected void settle() {}

        @Override
        protected int load(int register) {
            return value;
        }

        @Override
        protected void store(int register, int ignored) {}

        @Override
        public void powerOn() {}

        @Override
        public void swap() {}
    }
}
