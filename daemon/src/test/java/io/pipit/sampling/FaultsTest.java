package io.pipit.sampling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.bmx280.Bme280Driver;
import io.pipit.drivers.simulated.Fault;
import io.pipit.drivers.simulated.SimulatedI2c;
import io.pipit.drivers.simulated.world.Air;
import io.pipit.drivers.simulated.world.Climate;
import io.pipit.drivers.simulated.world.Motion;
import io.pipit.drivers.simulated.world.World;
import io.pipit.host.ManualTime;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A BME280 for very long, with faults of each kind: {@code -Dpipit.fault.readings=1000000} tries
 * more of them.
 */
class FaultsTest {
    private static final long READINGS = Long.getLong("pipit.fault.readings", 100_000);
    private static final long SECOND = 1_000_000_000L;
    private static final double RATE = 0.01;

    /** The share of transfers that are slow, as many as there are of each other kind. */
    private static final double SLOW_RATE = RATE / Fault.values().length;

    /** Weather that is another one before each reading. */
    private static final class Weather implements World {
        private final Climate rest = new Climate(1, () -> Instant.EPOCH);
        private Air air = new Air(20, 50, 100_000);

        @Override
        public Air air() {
            return air;
        }

        @Override
        public double lux() {
            return rest.lux();
        }

        @Override
        public double carbonDioxide() {
            return rest.carbonDioxide();
        }

        @Override
        public double gasOhms() {
            return rest.gasOhms();
        }

        @Override
        public double volts(int input) {
            return rest.volts(input);
        }

        @Override
        public double supplyVolts() {
            return rest.supplyVolts();
        }

        @Override
        public double supplyAmperes() {
            return rest.supplyAmperes();
        }

        @Override
        public double metres() {
            return rest.metres();
        }

        @Override
        public Motion motion() {
            return rest.motion();
        }
    }

    private final ManualTime time = new ManualTime();
    private final Weather weather = new Weather();
    private final Random random = new Random(11);
    private final Metrics metrics = new Metrics();
    private final List<Runnable> stepped = new ArrayList<>();
    private final ThreadFactory never =
            task -> {
                stepped.add(task);
                return new Thread(task) {
                    @Override
                    public void start() {
                        // The test steps it.
                    }
                };
            };

    private long readings;
    private long lastNanos = time.monotonicNanos();
    private double longestSeconds;

    private boolean published(Event event) {
        for (Event.Value value : ((Event.Measured) event).values()) {
            Air air = weather.air;
            boolean right =
                    switch (value.quantity()) {
                        case "temperature" -> Math.abs(value.value() - air.celsius()) < 0.02;
                        case "humidity" -> Math.abs(value.value() - air.percent()) < 0.1;
                        default -> Math.abs(value.value() - air.pascals()) < 5;
                    };
            if (!right) {
                throw new AssertionError("reading " + readings + ": " + value + " of " + air);
            }
        }
        readings++;
        longestSeconds = Math.max(longestSeconds, (time.monotonicNanos() - lastNanos) / 1e9);
        lastNanos = time.monotonicNanos();
        return true;
    }

    @Test
    void faultsOfEachKindMakeNoWrongValueNorALongGapNorALeak() throws Exception {
        Bme280Driver driver = new Bme280Driver();
        Sampler sampler = new Sampler(this::published, time, never, new Health(), metrics);
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            i2c.bus("simulated").attach(0x76, driver.simulated(time, weather, 1));
            sampler.apply(
                    List.of(
                            DriverProbe.spec(
                                    "air",
                                    driver,
                                    Map.of("bus", "simulated", "address", 0x76L),
                                    Duration.ofSeconds(1),
                                    Rule.Set.NONE,
                                    new Hardware(Path.of("/"), Path.of("/"), time, List.of(i2c)))));
            Bus bus = (Bus) stepped.getFirst();
            Fault.Source source = Fault.random(42, RATE);
            i2c.bus("simulated")
                    .faults(address -> {
                        if (random.nextDouble() < SLOW_RATE) {
                            time.advanceNanos(6 * SECOND);
                        }
                        return source.next(address);
                    });
            long tries = 0;
            int threads = 0;
            long descriptors = 0;
            while (tries < READINGS) {
                weather.air =
                        new Air(
                                random.nextDouble(-9, 59),
                                random.nextDouble(5, 95),
                                random.nextDouble(31_000, 109_000));
                tries += bus.step() ? 1 : 0;
                time.advanceNanos(SECOND);
                if (tries == 10_000) {
                    threads = threads();
                    descriptors = descriptors();
                }
            }
            assertThat(threads()).isLessThanOrEqualTo(threads);
            assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
            assertThat(readings).isGreaterThan(READINGS / 2);
            assertThat(longestSeconds)
                    .isLessThan(BusSchedule.BACKOFF_MAX.toSeconds() * 1.0 + 2 * 6);
            String counted = new String(metrics.openMetrics(), UTF_8);
            assertThat(counted).contains("pipit_sensor_readings_total " + readings + ".0");
            assertThat(counted).doesNotContain("pipit_sensor_failures_total 0.0");
        }
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
