package io.pipit.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.mpu6050.Mpu6050Driver;
import io.pipit.drivers.simulated.SimulatedChips;
import io.pipit.drivers.simulated.SimulatedI2c;
import io.pipit.drivers.simulated.world.Climate;
import io.pipit.host.BoundedInbox;
import io.pipit.host.ManualTime;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

/** A chip that takes a thousand samples a second, from its FIFO into the inbox. */
class SamplesTest {
    private static final int SAMPLES = 600_000;
    private static final long MILLISECOND = 1_000_000;

    private final ManualTime time = new ManualTime();
    private final Metrics metrics = new Metrics();
    private final Health health = new Health();
    private final BoundedInbox inbox = new BoundedInbox(time, metrics);

    @Test
    void tenMinutesAtAThousandHertzReachTheInboxWithoutALoss() throws Exception {
        List<Runnable> stepped = new ArrayList<>();
        ThreadFactory never =
                task -> {
                    stepped.add(task);
                    return new Thread(task) {
                        @Override
                        public void start() {
                            // The test steps it.
                        }
                    };
                };
        Mpu6050Driver driver = new Mpu6050Driver();
        Random late = new Random(3);
        Sampler sampler = new Sampler(inbox, time, never, health, metrics);
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            new SimulatedChips(time, new Climate(1, () -> Instant.EPOCH), 4)
                    .fit(i2c, "simulated", 0x68, driver);
            sampler.apply(
                    List.of(
                            DriverProbe.spec(
                                    "shaker",
                                    driver,
                                    Map.of("bus", "simulated", "samples-per-second", 1000L),
                                    Duration.ofSeconds(10),
                                    Rule.Set.NONE,
                                    new Hardware(Path.of("/"), Path.of("/"), time, List.of(i2c)))));
            Bus bus = (Bus) stepped.getFirst();
            long samples = 0;
            long temperatures = 0;
            long firstMicros = 0;
            long lastMicros = 0;
            List<Event> events = new ArrayList<>();
            while (samples < SAMPLES) {
                bus.step();
                time.advanceNanos(late.nextLong(30) * MILLISECOND);
                inbox.drain(events, Integer.MAX_VALUE);
                for (Event event : events) {
                    List<Event.Measured> all =
                            event instanceof Event.Sampled many
                                    ? many.measured()
                                    : List.of((Event.Measured) event);
                    for (Event.Measured one : all) {
                        if (one.values().size() == 1) {
                            temperatures++;
                        } else {
                            if (one.monotonicMicros() <= lastMicros) {
                                throw new AssertionError(one + " isn't after " + lastMicros);
                            }
                            firstMicros = samples == 0 ? one.monotonicMicros() : firstMicros;
                            lastMicros = one.monotonicMicros();
                            samples++;
                        }
                    }
                }
                events.clear();
            }
            // None is missing: as many as go into their time, by the chip's own clock.
            double seconds = (lastMicros - firstMicros) / 1e6;
            assertThat(samples / seconds).isBetween(990.0, 1_010.0);
            assertThat(temperatures).isBetween(58L, 62L);
            assertThat(health.parts().get(Part.SENSORS).status()).isEqualTo(Status.OK);
            assertThat(new String(metrics.openMetrics(), StandardCharsets.UTF_8))
                    .contains(
                            "pipit_sensor_happenings_lost_total 0.0",
                            "pipit_sensor_readings_dropped_total 0.0",
                            "pipit_inbox_measurements_replaced_total 0.0",
                            "pipit_sensor_failures_total 0.0");
        }
    }
}
