package io.pipit.sampling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.host.ManualTime;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.SensorStatus;
import io.pipit.port.SensorStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With real threads where a thread matters; nothing here waits for time to pass. */
class SamplerTest {
    private static final long SECOND = 1_000_000_000L;

    private static final class Chip implements Probe {
        private final String name;
        private int opened;
        private int closed;
        private volatile String failure = "";
        private boolean busHeld;
        private volatile double value = 21.5;
        private volatile CountDownLatch hang = new CountDownLatch(0);
        private final CountDownLatch hanging = new CountDownLatch(1);
        private final CountDownLatch interrupted = new CountDownLatch(1);
        private final CountDownLatch gone = new CountDownLatch(1);
        private int interrupts;

        Chip(String name) {
            this.name = name;
        }

        Probe open() {
            opened++;
            return this;
        }

        @Override
        public List<Event.Value> read() throws Exception {
            while (hang.getCount() > 0) {
                hanging.countDown();
                try {
                    hang.await();
                } catch (InterruptedException e) {
                    // As a driver that doesn't listen, or a kernel that doesn't return.
                    interrupts++;
                    interrupted.countDown();
                }
            }
            if (!failure.isEmpty() && busHeld) {
                throw new SensorException(Category.BUS_HELD, failure);
            }
            if (!failure.isEmpty()) {
                throw new IllegalStateException(failure);
            }
            return List.of(new Event.Value("temperature", value, "Cel"));
        }

        @Override
        public void close() {
            closed++;
            gone.countDown();
        }

        SensorSpec ruled(Rule temperature) {
            return new SensorSpec(
                    name,
                    "i2c-1",
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    1,
                    new Rule.Set(Map.of("temperature", temperature), Rule.NONE),
                    this::open);
        }

        SensorSpec on(String bus, Object settings) {
            return new SensorSpec(
                    name, bus, Duration.ofSeconds(10), Duration.ofSeconds(5), settings, this::open);
        }
    }

    private final ManualTime time = new ManualTime(100 * SECOND);
    private final Health health = new Health();
    private final Metrics metrics = new Metrics();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Map<String, Runnable> started = new HashMap<>();
    private final List<String> order = new ArrayList<>();

    /** Threads that never run: the test steps their buses. */
    private Sampler stepped() {
        return new Sampler(
                events::add,
                time,
                task -> {
                    order.add("thread");
                    return new Thread(task) {
                        @Override
                        public void start() {
                            started.put(getName(), task);
                        }
                    };
                },
                health,
                metrics);
    }

    private Sampler threaded() {
        return new Sampler(
                events::add,
                time,
                task -> {
                    Thread thread = new Thread(task);
                    thread.setDaemon(true);
                    return thread;
                },
                health,
                metrics);
    }

    private boolean step(String bus) {
        return ((Bus) started.get("bus-" + bus)).step();
    }

    @Test
    void handsOnWhatASensorMeasuredWithItsTime() {
        Chip air = new Chip("air");
        stepped().apply(List.of(air.on("i2c-1", 1)));
        assertThat(step("i2c-1")).isTrue();
        assertThat(step("i2c-1")).isFalse();
        time.advanceNanos(10 * SECOND);
        step("i2c-1");
        List<Event.Value> values = List.of(new Event.Value("temperature", 21.5, "Cel"));
        assertThat(events)
                .containsExactly(
                        new Event.Measured("air", 100_000_000, values),
                        new Event.Measured("air", 110_000_000, values));
        assertThat(air.opened).isEqualTo(1);
        assertThat(health.parts().get(Part.SENSORS).status()).isEqualTo(Status.OK);
    }

    @Test
    void aSensorThatFailsIsShownOpenedAnewAndComesBackByItself() {
        Chip air = new Chip("air");
        Chip soil = new Chip("soil");
        air.failure = "no answer at 0x76";
        Sampler sampler = stepped();
        sampler.apply(List.of(air.on("i2c-1", 1), soil.on("i2c-1", 1)));
        step("i2c-1");
        step("i2c-1");
        assertThat(events).hasSize(1);
        assertThat(air.closed).isEqualTo(1);
        assertThat(health.parts().get(Part.SENSORS))
                .isEqualTo(new Health.Condition(Status.DEGRADED, "air: no answer at 0x76"));
        air.failure = "";
        time.advanceNanos(10 * SECOND);
        step("i2c-1");
        step("i2c-1");
        assertThat(air.opened).isEqualTo(2);
        assertThat(events).hasSize(3);
        assertThat(health.parts().get(Part.SENSORS).status()).isEqualTo(Status.OK);
        assertThat(sampler.statuses().getFirst().failures()).isEqualTo(1);
    }

    @Test
    void allSensorsFailingIsAFailure() {
        Chip air = new Chip("air");
        air.failure = "gone";
        stepped().apply(List.of(air.on("i2c-1", 1)));
        step("i2c-1");
        assertThat(health.parts().get(Part.SENSORS).status()).isEqualTo(Status.FAILED);
    }

    @Test
    void whatIsNoNumberIsNoReading() {
        Chip air = new Chip("air");
        air.value = Double.NaN;
        Sampler sampler = stepped();
        sampler.apply(List.of(air.on("i2c-1", 1)));
        step("i2c-1");
        assertThat(events).isEmpty();
        assertThat(sampler.statuses().getFirst().reason()).contains("NaN");
    }

    @Test
    void aReadingThatWasTooSlowIsAFailureThoughItCame() {
        Chip air = new Chip("air");
        Sampler sampler = stepped();
        sampler.apply(
                List.of(
                        new SensorSpec(
                                "air",
                                "i2c-1",
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(5),
                                1,
                                () -> {
                                    time.advanceNanos(6 * SECOND);
                                    return air;
                                })));
        step("i2c-1");
        assertThat(events).isEmpty();
        assertThat(sampler.statuses().getFirst().reason())
                .isEqualTo("a reading took 6 s, more than the 5 s that it may");
    }

    @Test
    void newSettingsLeaveTheOthersAlone() {
        Chip air = new Chip("air");
        Chip soil = new Chip("soil");
        Chip light = new Chip("light");
        Sampler sampler = stepped();
        sampler.apply(List.of(air.on("i2c-1", 1), soil.on("i2c-1", 1)));
        step("i2c-1");
        step("i2c-1");
        sampler.apply(List.of(air.on("i2c-1", 1), soil.on("i2c-1", 2), light.on("i2c-2", 1)));
        time.advanceNanos(SECOND);
        step("i2c-1");
        step("i2c-1");
        step("i2c-2");
        assertThat(air.opened).isEqualTo(1);
        assertThat(air.closed).isZero();
        assertThat(soil.opened).isEqualTo(2);
        assertThat(soil.closed).isEqualTo(1);
        assertThat(light.opened).isEqualTo(1);
        assertThat(sampler.statuses())
                .extracting(SensorStatus::sensor)
                .containsExactly("air", "light", "soil");
        sampler.apply(List.of());
        step("i2c-1");
        assertThat(air.closed).isEqualTo(1);
        assertThat(health.parts().get(Part.SENSORS).status()).isEqualTo(Status.OFF);
        assertThat(order).as("a thread for each bus").hasSize(2);
    }

    private static Rule within(double least, double most) {
        return new Rule(
                Rule.Calibration.NONE, least, most, 0, Duration.ZERO, Duration.ofMinutes(1));
    }

    @Test
    void whatIsOutOfItsRangeIsShownAndReadOn() {
        Chip air = new Chip("air");
        Sampler sampler = stepped();
        sampler.apply(List.of(air.ruled(within(-20, 60))));
        air.value = 85;
        step("i2c-1");
        assertThat(events).isEmpty();
        String reason = "temperature went out of its range, -20 to 60 Cel, with 85";
        assertThat(health.parts().get(Part.SENSORS))
                .isEqualTo(new Health.Condition(Status.DEGRADED, "air: " + reason));
        assertThat(status(sampler, "air").state()).isEqualTo(State.FAILING);
        assertThat(status(sampler, "air").reason()).isEqualTo(reason);
        assertThat(status(sampler, "air").failures()).isZero();
        time.advanceNanos(10 * SECOND);
        air.value = 21;
        step("i2c-1");
        assertThat(events).hasSize(1);
        assertThat(air.opened).isEqualTo(1);
        assertThat(health.parts().get(Part.SENSORS).status()).isEqualTo(Status.OK);
        assertThat(text()).contains("pipit_sensor_values_out_of_range_total 1.0");
    }

    @Test
    void whatDoesNotChangeIsHeldBackAndCounted() {
        Chip air = new Chip("air");
        stepped().apply(List.of(air.ruled(within(-20, 60))));
        for (int i = 0; i < 4; i++) {
            step("i2c-1");
            time.advanceNanos(10 * SECOND);
        }
        assertThat(events).hasSize(1);
        assertThat(text()).contains("pipit_sensor_values_held_back_total 3.0");
    }

    @Test
    void otherRulesLeaveTheSensorOpen() {
        Chip air = new Chip("air");
        Sampler sampler = stepped();
        sampler.apply(List.of(air.ruled(within(-20, 60))));
        step("i2c-1");
        sampler.apply(List.of(air.ruled(within(-20, 20))));
        time.advanceNanos(10 * SECOND);
        step("i2c-1");
        assertThat(status(sampler, "air").reason()).contains("-20 to 20 Cel");
        sampler.apply(List.of(air.on("i2c-1", 1)));
        time.advanceNanos(10 * SECOND);
        step("i2c-1");
        assertThat(status(sampler, "air").state()).isEqualTo(State.OK);
        assertThat(events).hasSize(2);
        assertThat(air.opened).isEqualTo(1);
    }

    @Test
    void refusesTwoSensorsOfOneName() {
        Chip air = new Chip("air");
        assertThatThrownBy(() -> stepped().apply(List.of(air.on("i2c-1", 1), air.on("i2c-2", 1))))
                .hasMessageContaining("air");
    }

    @Test
    void aBusThatHangsStopsNoOtherAndGoesOnWhenItComesBack() throws Exception {
        Chip stuck = new Chip("stuck");
        Chip well = new Chip("well");
        stuck.hang = new CountDownLatch(1);
        try (Sampler sampler = threaded()) {
            sampler.apply(List.of(stuck.on("i2c-1", 1), well.on("host:well", 1)));
            assertThat(next().sensor()).isEqualTo("well");
            stuck.hanging.await();
            time.advanceNanos(5 * SECOND);
            sampler.watch();
            assertThat(status(sampler, "stuck").state()).isEqualTo(State.WAITING);
            time.advanceNanos(SECOND);
            sampler.watch();
            sampler.watch();
            assertThat(stuck.interrupted.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(status(sampler, "stuck").state()).isEqualTo(State.HUNG);
            assertThat(health.parts().get(Part.SENSORS).reason())
                    .isEqualTo("stuck: no answer for more than 5 s; bus i2c-1 waits for it");
            stuck.hang.countDown();
            assertThat(stuck.gone.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(stuck.interrupts).isEqualTo(1);
            sampler.apply(List.of(stuck.on("i2c-1", 2), well.on("host:well", 2)));
            assertThat(List.of(next().sensor(), next().sensor()))
                    .containsExactlyInAnyOrder("stuck", "well");
        }
        assertThat(text()).contains("pipit_sensor_hangs_total 1.0");
    }

    @Test
    void aSensorRemovedWhileItHangsIsClosedWhenItComesBack() throws Exception {
        Chip stuck = new Chip("stuck");
        Chip next = new Chip("next");
        stuck.hang = new CountDownLatch(1);
        try (Sampler sampler = threaded()) {
            sampler.apply(List.of(stuck.on("i2c-1", 1)));
            stuck.hanging.await();
            sampler.apply(List.of());
            sampler.apply(List.of(next.on("i2c-1", 1)));
            assertThat(events).isEmpty();
            stuck.hang.countDown();
            assertThat(next().sensor()).isEqualTo("next");
            assertThat(stuck.gone.getCount()).isZero();
            assertThat(events).isEmpty();
        }
    }

    /** Lets it hang, be interrupted in vain and be left behind. */
    private void leave(Sampler sampler, Chip stuck) throws InterruptedException {
        stuck.hanging.await();
        time.advanceNanos(6 * SECOND);
        sampler.watch();
        assertThat(stuck.interrupted.await(30, TimeUnit.SECONDS)).isTrue();
        time.advanceNanos(2 * SECOND);
        sampler.watch();
    }

    @Test
    void aSensorThatHangsForEverCostsTheOthersOfItsBusNothing() throws Exception {
        Chip stuck = new Chip("stuck");
        Chip well = new Chip("well");
        stuck.hang = new CountDownLatch(1);
        try (Sampler sampler = threaded()) {
            sampler.apply(List.of(stuck.on("w1", 1), well.on("w1", 1)));
            leave(sampler, stuck);
            assertThat(next().sensor()).isEqualTo("well");
            assertThat(status(sampler, "stuck").state()).isEqualTo(State.HUNG);
            assertThat(health.parts().get(Part.SENSORS))
                    .isEqualTo(
                            new Health.Condition(
                                    Status.DEGRADED,
                                    "stuck: no answer for more than 5 s; bus w1 goes on without it"));
            assertThat(text())
                    .contains("pipit_bus_threads_left_total 1.0", "pipit_bus_threads_hanging 1.0");
            // However it is configured now, it isn't read a second time meanwhile.
            sampler.apply(List.of(stuck.on("w1", 2), well.on("w1", 2)));
            assertThat(next().sensor()).isEqualTo("well");
            stuck.hang.countDown();
            assertThat(next().sensor()).isEqualTo("stuck");
            assertThat(stuck.opened).isEqualTo(2);
            assertThat(stuck.closed).isEqualTo(1);
            assertThat(stuck.interrupts).isEqualTo(1);
            assertThat(text()).contains("pipit_bus_threads_hanging 0.0");
        }
    }

    @Test
    void whatHungAndComesBackIsAFailureAndReadAgain() throws Exception {
        Chip stuck = new Chip("stuck");
        Chip well = new Chip("well");
        stuck.hang = new CountDownLatch(1);
        try (Sampler sampler = threaded()) {
            sampler.apply(List.of(stuck.on("w1", 1), well.on("w1", 1)));
            leave(sampler, stuck);
            next();
            stuck.hang.countDown();
            assertThat(stuck.gone.await(30, TimeUnit.SECONDS)).isTrue();
            SensorStatus status = status(sampler, "stuck");
            assertThat(status.state()).isEqualTo(State.FAILING);
            assertThat(status.reason()).startsWith("a reading took 8 s, more than the 5 s");
            assertThat(status.nextNanos()).isEqualTo(110 * SECOND);
        }
    }

    @Test
    @Timeout(60)
    void noMoreThanTwoThreadsOfABusAreLeftBehind() throws Exception {
        List<Chip> stuck = List.of(new Chip("a"), new Chip("b"), new Chip("c"));
        Chip other = new Chip("d");
        stuck.forEach(chip -> chip.hang = new CountDownLatch(1));
        try (Sampler sampler = threaded()) {
            List<SensorSpec> specs = new ArrayList<>();
            stuck.forEach(chip -> specs.add(chip.on("w1", 1)));
            specs.add(other.on("w1", 1));
            sampler.apply(specs);
            for (Chip chip : stuck) {
                leave(sampler, chip);
            }
            assertThat(text()).contains("pipit_bus_threads_hanging 2.0");
            assertThat(status(sampler, "c").reason()).endsWith("bus w1 waits for it");
            assertThat(events).isEmpty();
            stuck.getFirst().hang.countDown();
            while (text().contains("pipit_bus_threads_hanging 2.0")) {
                // Its thread is back once its probe is closed.
                Thread.onSpinWait();
            }
            sampler.watch();
            assertThat(next().sensor()).isEqualTo("d");
            stuck.forEach(chip -> chip.hang.countDown());
        }
    }

    @Test
    void aWedgedBusIsNamedItsRecoveryTriedAndAllElseGoesOn() {
        Chip air = new Chip("air");
        Chip soil = new Chip("soil");
        Chip light = new Chip("light");
        for (Chip chip : List.of(air, soil)) {
            chip.failure = "something holds the bus";
            chip.busHeld = true;
        }
        Sampler sampler = stepped();
        sampler.apply(List.of(air.on("i2c-1", 1), soil.on("i2c-1", 1), light.on("i2c-2", 1)));
        step("i2c-1");
        step("i2c-1");
        step("i2c-2");
        assertThat(health.parts().get(Part.SENSORS).reason())
                .isEqualTo("air: something holds the bus; soil: something holds the bus");
        time.advanceNanos(10 * SECOND);
        step("i2c-1");
        step("i2c-2");
        String wedged =
                "bus i2c-1 is wedged, and none of its sensors can be read: something holds the bus";
        assertThat(health.parts().get(Part.SENSORS))
                .isEqualTo(new Health.Condition(Status.DEGRADED, wedged));
        assertThat(text()).contains("pipit_buses_wedged 1.0");
        step("i2c-1");
        assertThat(health.parts().get(Part.SENSORS).reason())
                .isEqualTo(wedged + "; tries to get it back: 1");
        assertThat(text()).contains("pipit_bus_recoveries_failed_total 1.0");
        assertThat(events).as("of i2c-2").hasSize(2);
        air.failure = "";
        soil.failure = "";
        time.advanceNanos(20 * SECOND);
        step("i2c-1");
        assertThat(health.parts().get(Part.SENSORS).reason())
                .isEqualTo("soil: something holds the bus");
        step("i2c-1");
        assertThat(health.parts().get(Part.SENSORS).status()).isEqualTo(Status.OK);
        assertThat(text()).contains("pipit_buses_wedged 0.0");
        assertThat(events).hasSize(4);
    }

    @Test
    void aBusWithOneChipThatAnswersIsNotWedged() {
        Chip air = new Chip("air");
        Chip soil = new Chip("soil");
        air.failure = "something holds the bus";
        air.busHeld = true;
        Sampler sampler = stepped();
        sampler.apply(List.of(air.on("i2c-1", 1), soil.on("i2c-1", 1)));
        for (int i = 0; i < 10; i++) {
            step("i2c-1");
            step("i2c-1");
            time.advanceNanos(300 * SECOND);
        }
        assertThat(status(sampler, "air").failuresInARow()).isEqualTo(10);
        assertThat(text()).contains("pipit_buses_wedged 0.0");
    }

    @Test
    void theOthersOfABusThatWorksAgainDoNotWaitForTheirBackOff() {
        Chip air = new Chip("air");
        Chip soil = new Chip("soil");
        for (Chip chip : List.of(air, soil)) {
            chip.failure = "something holds the bus";
            chip.busHeld = true;
        }
        Sampler sampler = stepped();
        sampler.apply(List.of(air.on("i2c-1", 1), soil.on("i2c-1", 1)));
        for (int i = 0; i < 100; i++) {
            while (step("i2c-1")) {}
            time.advanceNanos(10 * SECOND);
        }
        air.failure = "";
        soil.failure = "";
        while (!step("i2c-1")) {
            time.advanceNanos(SECOND);
        }
        while (step("i2c-1")) {}
        assertThat(events).hasSize(2);
    }

    @Test
    void closingClosesTheSensors() throws Exception {
        Chip air = new Chip("air");
        Sampler sampler = threaded();
        sampler.apply(List.of(air.on("i2c-1", 1)));
        next();
        sampler.close();
        assertThat(air.gone.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(air.closed).isEqualTo(1);
    }

    private Event.Measured next() throws InterruptedException {
        Event event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(Event.Measured.class);
        return (Event.Measured) event;
    }

    private static SensorStatus status(Sampler sampler, String sensor) {
        return sampler.statuses().stream()
                .filter(status -> status.sensor().equals(sensor))
                .findFirst()
                .orElseThrow();
    }

    private String text() {
        return new String(metrics.openMetrics(), UTF_8);
    }
}
