package io.pipit.drivers.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.pipit.drivers.EventSensor;
import io.pipit.drivers.EventSensor.Happening;
import io.pipit.drivers.EventSensor.Happenings;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.line.FakeLines;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GpioInputTest {

    private static final long SECOND = 1_000_000_000L;

    private final ManualClock clock = new ManualClock();
    private final FakeLines lines = new FakeLines();
    private final Hardware hardware =
            new Hardware(Path.of("/"), Path.of("/"), clock, List.of(lines));

    private Sensor open(Map<String, ?> options) throws SensorException {
        GpioInputDriver driver = new GpioInputDriver();
        Map<String, Object> given = new HashMap<>(options);
        given.put("line", 17);
        return driver.open(SensorSettings.of("door", driver.descriptor(), given), hardware);
    }

    private static Happening state(long nanos, int value) {
        return new Happening(nanos, List.of(new Measurement("state", value, "/")));
    }

    @Test
    void asksForTheLineAsItIsConfigured() throws Exception {
        Sensor sensor =
                open(
                        Map.of(
                                "chip",
                                "mcp23017",
                                "active-low",
                                true,
                                "bias",
                                "pull-up",
                                "debounce-ms",
                                5));
        assertThat(lines.asked)
                .containsExactly(
                        "InputRequest[chip=mcp23017, line=17, activeLow=true, bias=PULL_UP, debounce=PT0.005S, trigger=BOTH]");
        sensor.close();
        assertThat(lines.open).isZero();
        open(Map.of("mode", "count")).close();
        assertThat(lines.asked.getLast())
                .contains("chip=, line=17", "bias=AS_IS", "debounce=PT0S", "trigger=ACTIVE");
    }

    @Test
    void measuresTheStateWhenItIsReadAndAtEachEdge() throws Exception {
        EventSensor sensor = (EventSensor) open(Map.of());
        AtomicInteger woken = new AtomicInteger();
        sensor.onHappening(woken::incrementAndGet);
        assertThat(sensor.read()).containsExactly(new Measurement("state", 0, "/"));
        assertThat(sensor.happenings()).isEqualTo(Happenings.NONE);
        lines.edge(5, true, 0);
        lines.edge(9, false, 0);
        assertThat(woken).hasValue(2);
        assertThat(sensor.happenings())
                .isEqualTo(new Happenings(List.of(state(5, 1), state(9, 0)), 0));
        assertThat(sensor.happenings()).isEqualTo(Happenings.NONE);
        lines.active = true;
        assertThat(sensor.read()).containsExactly(new Measurement("state", 1, "/"));
    }

    @Test
    void keepsTheNewestOfTooManyEdgesAndCountsTheRest() throws Exception {
        EventSensor sensor = (EventSensor) open(Map.of());
        sensor.onHappening(() -> {});
        for (int i = 0; i < StateSensor.EDGES_MAX + 10; i++) {
            lines.edge(i, i % 2 == 0, i == 20 ? 7 : 0);
        }
        Happenings all = sensor.happenings();
        assertThat(all.happenings()).hasSize(StateSensor.EDGES_MAX);
        assertThat(all.happenings().getFirst().nanos()).isEqualTo(10);
        assertThat(all.lost()).isEqualTo(17);
    }

    @Test
    void aLineThatGoesFailsAfterItsLastEdges() throws Exception {
        EventSensor sensor = (EventSensor) open(Map.of());
        AtomicInteger woken = new AtomicInteger();
        sensor.onHappening(woken::incrementAndGet);
        lines.edge(5, true, 0);
        lines.fail("line 17 is gone");
        assertThat(woken).hasValue(2);
        assertThat(sensor.happenings().happenings()).hasSize(1);
        SensorException gone = catchThrowableOfType(SensorException.class, sensor::happenings);
        assertThat(gone.category()).isEqualTo(Category.ABSENT);
        assertThat(gone).hasMessage("line 17 is gone");
        Sensor meter = open(Map.of("mode", "count"));
        lines.fail("line 17 is gone");
        assertThat(catchThrowableOfType(SensorException.class, meter::read))
                .hasMessage("line 17 is gone");
    }

    @Test
    void countsPulsesAndThoseThatWereLost() throws Exception {
        Sensor meter = open(Map.of("mode", "count"));
        assertThat(meter.read()).containsExactly(new Measurement("count", 0, "count"));
        lines.edge(1, true, 0);
        lines.edge(2, true, 40);
        assertThat(meter.read()).containsExactly(new Measurement("count", 42, "count"));
        assertThat(meter.read()).containsExactly(new Measurement("count", 42, "count"));
    }

    @Test
    void countsOnlyWhatBecomesActive() throws Exception {
        Sensor meter = open(Map.of("mode", "count"));
        lines.edge(1, true, 0);
        lines.edge(2, false, 0);
        assertThat(meter.read()).containsExactly(new Measurement("count", 1, "count"));
    }

    private double hertz(Sensor meter) throws Exception {
        List<Measurement> measured = meter.read();
        assertThat(measured).hasSize(1);
        assertThat(measured.getFirst().unit()).isEqualTo("Hz");
        return measured.getFirst().value();
    }

    @Test
    void measuresFrequencyByTheTimesOfPulsesNotOfReadings() throws Exception {
        Sensor meter = open(Map.of("mode", "frequency"));
        assertThat(hertz(meter)).isZero();
        // 3 Hz, read every second, which is 0.3 of a period off each time.
        long pulse = SECOND / 10;
        for (int reading = 1; reading <= 20; reading++) {
            clock.pause(Duration.ofMillis(1_100));
            while (pulse <= clock.nanoTime()) {
                lines.edge(pulse, true, 0);
                pulse += SECOND / 3;
            }
            assertThat(hertz(meter)).isCloseTo(3.0, within(1e-6));
        }
    }

    @Test
    void aSlowMeterIsNoFasterThanItsSilenceAllows() throws Exception {
        Sensor meter = open(Map.of("mode", "frequency"));
        lines.edge(0, true, 0);
        lines.edge(2 * SECOND, true, 0);
        clock.pause(Duration.ofSeconds(2));
        assertThat(hertz(meter)).isCloseTo(0.5, within(1e-9));
        clock.pause(Duration.ofSeconds(1));
        assertThat(hertz(meter)).as("nothing is known yet").isCloseTo(0.5, within(1e-9));
        clock.pause(Duration.ofSeconds(4));
        assertThat(hertz(meter)).isCloseTo(0.2, within(1e-9));
        clock.pause(Duration.ofSeconds(6));
        assertThat(hertz(meter)).as("still").isZero();
        // One period of 20 s.
        lines.edge(22 * SECOND, true, 0);
        clock.pause(Duration.ofSeconds(9));
        assertThat(hertz(meter)).isCloseTo(0.05, within(1e-9));
    }

    @Test
    void lostPulsesCountForTheFrequencyToo() throws Exception {
        Sensor meter = open(Map.of("mode", "frequency"));
        lines.edge(0, true, 0);
        clock.pause(Duration.ofSeconds(1));
        lines.edge(SECOND, true, 999);
        assertThat(hertz(meter)).isCloseTo(1_000, within(1e-6));
    }
}
