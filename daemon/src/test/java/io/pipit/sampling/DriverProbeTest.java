package io.pipit.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.port.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverProbeTest {
    private static final Duration EVERY = Duration.ofSeconds(1);

    /** Measures what it is configured to. */
    private static final Driver CONSTANT =
            new Driver() {
                @Override
                public DriverDescriptor descriptor() {
                    return new DriverDescriptor(
                            "constant",
                            "Always the same.",
                            DriverDescriptor.Bus.NONE,
                            List.of(new DriverDescriptor.Quantity("level", "/", "a level")),
                            List.of(Option.number("level", "The level.").mustBeGiven()));
                }

                @Override
                public Sensor open(SensorSettings settings, Hardware hardware) {
                    return new Sensor() {
                        @Override
                        public List<Measurement> read() {
                            return List.of(new Measurement("level", settings.number("level"), "/"));
                        }

                        @Override
                        public void close() {}
                    };
                }
            };

    @TempDir private Path root;

    private SensorSpec spec(Map<String, ?> options) throws SensorException {
        BusClock none =
                new BusClock() {
                    @Override
                    public long nanoTime() {
                        return 0;
                    }

                    @Override
                    public void pause(Duration length) {}
                };
        return DriverProbe.spec(
                "tank",
                CONSTANT,
                options,
                EVERY,
                Rule.Set.NONE,
                new Hardware(root, root, none, List.of()));
    }

    @Test
    void readsWhatItsDriverMeasures() throws Exception {
        SensorSpec spec = spec(Map.of("level", 0.5));
        assertThat(spec.bus()).isEqualTo("constant:tank");
        try (Probe probe = spec.opener().open()) {
            assertThat(probe.read()).containsExactly(new Event.Value("level", 0.5, "/"));
        }
    }

    @Test
    void isTheSameWhereItsOptionsAre() throws Exception {
        assertThat(spec(Map.of("level", 0.5)).sameAs(spec(Map.of("level", 0.5)))).isTrue();
        assertThat(spec(Map.of("level", 0.5)).sameAs(spec(Map.of("level", 0.6)))).isFalse();
    }

    @Test
    void saysWhatIsWrongWithTheOptions() {
        assertThatThrownBy(() -> spec(Map.of("lvl", 1)))
                .isInstanceOf(SensorException.class)
                .hasMessageContaining("lvl")
                .hasMessageContaining("level is missing");
    }
}
