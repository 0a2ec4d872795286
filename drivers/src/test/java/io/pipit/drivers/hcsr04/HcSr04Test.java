package io.pipit.drivers.hcsr04;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.line.Edge;
import io.pipit.drivers.line.EdgeListener;
import io.pipit.drivers.line.FakeLines;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HcSr04Test {

    /** What the device does when it is triggered: it has the wire of Echo. */
    private interface Answer extends Consumer<EdgeListener> {}

    private final ManualClock clock = new ManualClock();
    private final FakeLines lines = new FakeLines();
    private final Deque<Answer> next = new ArrayDeque<>();
    private Answer always = _ -> {};
    private final HcSr04Driver driver = new HcSr04Driver();

    @BeforeEach
    void connect() {
        lines.whenOff = listener -> (next.isEmpty() ? always : next.remove()).accept(listener);
    }

    @AfterEach
    void givesTheLinesBack() {
        assertThat(lines.open).isZero();
    }

    @Test
    void soundTakesItsTimeByTheTemperature() {
        assertThat(HcSr04Sensor.speedOfSound(0)).isCloseTo(331.3, within(0.01));
        assertThat(HcSr04Sensor.speedOfSound(20)).isCloseTo(343.2, within(0.1));
        assertThat(HcSr04Sensor.speedOfSound(-20)).isCloseTo(318.9, within(0.1));
    }

    @Test
    void measuresThereAndBack() throws Exception {
        // 5826 us at 343.2 m/s are 2 m.
        always = pulse(5_826_000);
        try (Sensor sensor = open(Map.of())) {
            assertThat(metres(sensor)).isCloseTo(1, within(0.001));
        }
        try (Sensor sensor = open(Map.of("temperature", 0.0))) {
            assertThat(metres(sensor)).isCloseTo(0.965, within(0.001));
        }
    }

    @Test
    void oneThatIsOffDoesNotCount() throws Exception {
        always = pulse(5_826_000);
        try (Sensor sensor = open(Map.of())) {
            next.add(pulse(9_000_000));
            assertThat(metres(sensor)).isCloseTo(1, within(0.001));
            next.add(pulse(500_000));
            assertThat(metres(sensor)).isCloseTo(1, within(0.001));
        }
    }

    @Test
    void triesAgainWhereNoEchoComes() throws Exception {
        always = pulse(5_826_000);
        try (Sensor sensor = open(Map.of())) {
            next.add(_ -> {});
            next.add(pulse(38_000_000));
            assertThat(metres(sensor)).isCloseTo(1, within(0.001));
            assertThat(next).isEmpty();
            next.add(_ -> {});
            next.add(pulse(5_826_000));
            next.add(_ -> {});
            next.add(_ -> {});
            assertThat(failure(sensor).category()).isEqualTo(Category.ABSENT);
        }
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        try (Sensor sensor = open(Map.of())) {
            assertThat(failure(sensor).category()).isEqualTo(Category.ABSENT);
            assertThat(failure(sensor)).hasMessageContaining("lines 23 and 24 does not answer");
            // As the module does where nothing is in front of it.
            always = pulse(38_000_000);
            assertThat(failure(sensor).category()).isEqualTo(Category.OUT_OF_RANGE);
            always = listener -> listener.edge(new Edge(5, true, 0));
            assertThat(failure(sensor).category()).isEqualTo(Category.OUT_OF_RANGE);
            always = pulse(23_309_000);
            assertThat(metres(sensor)).isCloseTo(4, within(0.001));
            always = pulse(100_000);
            assertThat(failure(sensor)).hasMessageContaining("0.017 m");
            always =
                    listener -> {
                        pulse(5_826_000).accept(listener);
                        pulse(5_826_000).accept(listener);
                    };
            assertThat(failure(sensor)).hasMessageContaining("more than one pulse");
            always = listener -> listener.edge(new Edge(5, false, 0));
            assertThat(failure(sensor).category()).isEqualTo(Category.IO);
            always =
                    listener -> {
                        listener.edge(new Edge(5, true, 0));
                        listener.edge(new Edge(5_826_005, false, 2));
                    };
            assertThat(failure(sensor).category()).isEqualTo(Category.IO);
            lines.active = true;
            assertThat(failure(sensor)).hasMessageContaining("holds Echo high");
            lines.active = false;
            always = pulse(5_826_000);
            assertThat(metres(sensor)).isCloseTo(1, within(0.001));
        }
    }

    @Test
    void aChipThatIsGoneIsNoticed() throws Exception {
        try (Sensor sensor = open(Map.of())) {
            lines.failing = true;
            assertThat(failure(sensor)).hasMessageContaining("cannot be reached: gone");
            lines.failing = false;
            always = listener -> listener.failed("line 24 tells of no more edges");
            assertThat(failure(sensor)).hasMessageContaining("no more edges");
        }
        always = pulse(5_826_000);
        try (Sensor sensor = open(Map.of())) {
            assertThat(metres(sensor)).isCloseTo(1, within(0.001));
        }
    }

    @Test
    void givesTheTriggerBackWhereThereIsNoEcho() {
        lines.refused = true;
        assertThat(catchThrowableOfType(SensorException.class, () -> open(Map.of())))
                .hasMessageContaining("no line 24");
        assertThat(catchThrowableOfType(SensorException.class, () -> open(Map.of("echo", 23))))
                .hasMessageContaining("the same line");
    }

    @Test
    void takesNoLongerThanItMay() throws Exception {
        try (Sensor sensor = open(Map.of())) {
            long before = clock.nanoTime();
            assertThat(failure(sensor)).isNotNull();
            assertThat(clock.nanoTime() - before).isLessThan(driver.readingMax().toNanos());
        }
    }

    private Answer pulse(long nanos) {
        return listener -> {
            long from = clock.nanoTime() + 450_000;
            listener.edge(new Edge(from, true, 0));
            listener.edge(new Edge(from + nanos, false, 0));
        };
    }

    private static double metres(Sensor sensor) throws Exception {
        List<Measurement> measured = sensor.read();
        assertThat(measured).hasSize(1);
        assertThat(measured.getFirst().unit()).isEqualTo("m");
        return measured.getFirst().value();
    }

    private static SensorException failure(Sensor sensor) {
        return catchThrowableOfType(SensorException.class, sensor::read);
    }

    private Sensor open(Map<String, ?> more) throws SensorException, InterruptedException {
        Map<String, Object> options = new HashMap<>(Map.of("trigger", 23, "echo", 24));
        options.putAll(more);
        return driver.open(
                SensorSettings.of("s", driver.descriptor(), options),
                new Hardware(Path.of("/"), Path.of("/"), clock, List.of(lines)));
    }
}
