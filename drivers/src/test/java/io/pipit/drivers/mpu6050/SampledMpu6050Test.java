package io.pipit.drivers.mpu6050;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.pipit.drivers.EventSensor;
import io.pipit.drivers.EventSensor.Happening;
import io.pipit.drivers.EventSensor.Happenings;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.StillWorld;
import io.pipit.drivers.simulated.Fault;
import io.pipit.drivers.simulated.SimulatedBus;
import io.pipit.drivers.simulated.SimulatedI2c;
import io.pipit.drivers.simulated.world.Motion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A thousand samples a second by the chip's FIFO, each of which has its own number in it. */
class SampledMpu6050Test {

    private static final double STEP = 4 * 9.80665 / 32_768;
    private static final int NUMBERS = 30_000;

    /** Numbers its samples, and knows when each was taken. */
    private static final class Numbered extends StillWorld {
        private long taken;
        private double standing = Double.NaN;

        @Override
        public Motion motion() {
            double x = Double.isNaN(standing) ? (taken % NUMBERS - NUMBERS / 2) * STEP : standing;
            taken++;
            return new Motion(x, 0.2, 9.8, 0.01, 0.02, 0.03);
        }
    }

    private final ManualClock clock = new ManualClock();
    private final SimulatedI2c i2c = new SimulatedI2c();
    private final SimulatedBus bus = i2c.bus("simulated");
    private final Hardware hardware = new Hardware(Path.of("/"), Path.of("/"), clock, List.of(i2c));
    private final Numbered world = new Numbered();
    private final Random late = new Random(5);

    private long lost;
    private long readings;
    private long next = -1;
    private long last = Long.MIN_VALUE;

    @AfterEach
    void shutDown() {
        i2c.close();
    }

    private SimulatedMpu6050 attach(long seed) {
        SimulatedMpu6050 chip = new SimulatedMpu6050(clock, world, seed);
        bus.attach(0x68, chip);
        return chip;
    }

    private EventSensor open(Object... options) throws SensorException, InterruptedException {
        Map<String, Object> all =
                new HashMap<>(Map.of("bus", "simulated", "samples-per-second", 1000));
        for (int i = 0; i < options.length; i += 2) {
            all.put((String) options[i], options[i + 1]);
        }
        Mpu6050Driver driver = new Mpu6050Driver();
        return (EventSensor)
                driver.open(SensorSettings.of("it", driver.descriptor(), all), hardware);
    }

    private static long number(Happening happening) {
        return Math.round(happening.measured().getFirst().value() / STEP) + NUMBERS / 2;
    }

    /** Asks, and checks that each sample is the next one and later than the one before. */
    private Happenings ask(EventSensor sensor) throws SensorException {
        Happenings all = sensor.happenings();
        lost += all.lost();
        for (Happening one : all.happenings()) {
            long number = number(one);
            if (next >= 0 && number != next && all.lost() + lost == 0) {
                throw new AssertionError("number " + number + " in place of " + next);
            }
            next = (number + 1) % NUMBERS;
            if (one.nanos() <= last) {
                throw new AssertionError(one.nanos() + " after " + last);
            }
            last = one.nanos();
            readings++;
        }
        return all;
    }

    private void wait(EventSensor sensor) {
        clock.pause(sensor.askedEvery().plusMillis(late.nextInt(30)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 10, 20})
    void tenMinutesAtAThousandHertzLoseNoSampleAndTheirTimesDoNotDrift(long seed) throws Exception {
        SimulatedMpu6050 chip = attach(seed);
        try (EventSensor sensor = open()) {
            long start = clock.nanoTime();
            long takenBefore = world.taken;
            double period = chip.periodNanos();
            double worst = 0;
            while (readings < 600_000) {
                wait(sensor);
                ask(sensor);
                // The newest was taken at most a period ago.
                double age = (double) (clock.nanoTime() - last);
                if (readings > 5_000) {
                    worst = Math.max(worst, Math.abs(age - period / 2));
                }
            }
            assertThat(lost).isZero();
            assertThat(readings).isEqualTo(world.taken - takenBefore);
            assertThat(period).isEqualTo((double) (1_000_000 + 1_000 * (seed - 10)));
            assertThat(worst).isLessThan(1.5 * period);
            assertThat((clock.nanoTime() - start) / 1e9).isEqualTo(600 * period / 1e6, within(0.1));
        }
    }

    @Test
    void eachSampleHasTheValuesOfItsAxes() throws Exception {
        attach(10);
        try (EventSensor sensor = open()) {
            clock.pause(Duration.ofMillis(5));
            List<Measurement> sample = ask(sensor).happenings().getFirst().measured();
            assertThat(sample)
                    .extracting(Measurement::quantity)
                    .containsExactly(
                            "acceleration-x",
                            "acceleration-y",
                            "acceleration-z",
                            "rotation-x",
                            "rotation-y",
                            "rotation-z");
            assertThat(sample.get(2).value()).isEqualTo(9.8, within(0.001));
            assertThat(sample.get(5).value()).isEqualTo(0.03, within(0.0003));
            assertThat(sensor.read())
                    .extracting(Measurement::quantity)
                    .containsExactly("temperature");
        }
        try (EventSensor sensor = open("samples-of", "rotation", "samples-per-second", 500)) {
            clock.pause(Duration.ofMillis(5));
            Happenings all = sensor.happenings();
            assertThat(all.happenings()).hasSizeBetween(2, 3);
            assertThat(all.happenings().getFirst().measured())
                    .extracting(Measurement::quantity)
                    .containsExactly("rotation-x", "rotation-y", "rotation-z");
            assertThat(sensor.askedEvery()).isEqualTo(Duration.ofMillis(85));
        }
    }

    @Test
    void whatRunsOverIsCountedAndNeverAWrongValue() throws Exception {
        attach(10);
        try (EventSensor sensor = open()) {
            for (int round = 0; round < 200; round++) {
                long before = world.taken;
                for (int i = 0; i < 5; i++) {
                    wait(sensor);
                    ask(sensor);
                }
                lost = 0;
                clock.pause(Duration.ofMillis(80 + late.nextInt(200)));
                Happenings all = sensor.happenings();
                long gone = world.taken;
                if (all.lost() > 0) {
                    assertThat(all.happenings()).isEmpty();
                    assertThat(all.lost()).isBetween(80L, 285L);
                    next = -1;
                    wait(sensor);
                    all = sensor.happenings();
                    assertThat(number(all.happenings().getFirst())).isEqualTo(gone % NUMBERS);
                }
                for (Happening one : all.happenings()) {
                    assertThat(one.nanos()).isGreaterThan(last);
                    assertThat(one.measured().get(2).value()).isEqualTo(9.8, within(0.001));
                    last = one.nanos();
                    next = (number(one) + 1) % NUMBERS;
                }
                assertThat(world.taken).isGreaterThan(before);
            }
        }
    }

    @Test
    void whatIsLostAddsUp() throws Exception {
        attach(3);
        try (EventSensor sensor = open()) {
            long before = world.taken;
            for (int round = 0; round < 100; round++) {
                for (int i = 0; i < 50; i++) {
                    clock.pause(Duration.ofMillis(20));
                    Happenings all = sensor.happenings();
                    readings += all.happenings().size();
                    lost += all.lost();
                }
                clock.pause(Duration.ofMillis(300));
            }
            assertThat(lost).isGreaterThan(20_000);
            // How far the chip is between two samples can't be seen.
            assertThat(readings + lost).isCloseTo(world.taken - before, within(100L));
        }
    }

    @Test
    void aSampleBeyondTheRangeIsNoValueAndTheOthersGoOn() throws Exception {
        attach(10);
        try (EventSensor sensor = open()) {
            clock.pause(Duration.ofMillis(20));
            ask(sensor);
            world.standing = 100;
            clock.pause(Duration.ofMillis(20));
            Happenings all = sensor.happenings();
            assertThat(all.happenings()).isEmpty();
            assertThat(all.lost()).isEqualTo(20);
            world.standing = 1;
            clock.pause(Duration.ofMillis(20));
            assertThat(sensor.happenings().happenings()).hasSize(20);
        }
    }

    @Test
    void aChipThatStopsIsAFault() throws Exception {
        SimulatedMpu6050 chip = attach(10);
        try (EventSensor sensor = open()) {
            clock.pause(Duration.ofMillis(20));
            ask(sensor);
            chip.stuck(true);
            clock.pause(Duration.ofMillis(30));
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(sensor::happenings)
                    .satisfies(e -> assertThat(e.category()).isEqualTo(Category.TIMEOUT))
                    .withMessageContaining("takes no samples");
        }
    }

    /** Whatever is hit but the bytes themselves, of which nothing tells whether they are right. */
    @Test
    void whateverHappensToOneTransferMakesNoWrongValue() throws Exception {
        attach(10);
        world.standing = 7;
        int data = 2;
        for (Fault fault : Fault.values()) {
            for (int hit = 0; hit < 12; hit++) {
                if (fault == Fault.FLIPPED_BIT && hit == data) {
                    continue;
                }
                for (int round = 0; round < 40; round++) {
                    List<Happening> all = new ArrayList<>();
                    try (EventSensor sensor = open()) {
                        clock.pause(Duration.ofMillis(20));
                        int[] transfers = {0};
                        int at = hit;
                        bus.faults(_ -> transfers[0]++ == at ? fault : null);
                        all.addAll(sensor.happenings().happenings());
                        bus.faults(Fault.none());
                        for (int i = 0; i < 3; i++) {
                            clock.pause(Duration.ofMillis(20));
                            all.addAll(sensor.happenings().happenings());
                        }
                    } catch (SensorException e) {
                        // Noticed.
                        bus.faults(Fault.none());
                    }
                    for (Happening one : all) {
                        assertThat(one.measured().get(0).value()).isEqualTo(7, within(0.001));
                        assertThat(one.measured().get(2).value()).isEqualTo(9.8, within(0.001));
                        assertThat(one.measured().get(5).value()).isEqualTo(0.03, within(0.0003));
                    }
                }
            }
        }
    }
}
