package io.pipit.drivers.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against this machine's own kernel, whatever it is. */
class HostIT {

    @Test
    void measuresAtLeastFourQuantitiesOfThisMachine() throws Exception {
        HostDriver driver = new HostDriver();
        Hardware hardware =
                new Hardware(Path.of("/"), Path.of("target"), new ManualClock(), List.of());
        try (Sensor sensor =
                driver.open(SensorSettings.of("host", driver.descriptor(), Map.of()), hardware)) {
            for (int i = 0; i < 100; i++) {
                List<Measurement> measured = sensor.read();
                assertThat(measured)
                        .extracting(Measurement::quantity)
                        .contains("load", "memory-available", "disk-free", "uptime");
                assertThat(measured)
                        .filteredOn(m -> !m.quantity().equals("load"))
                        .allMatch(m -> m.value() > 0);
            }
        }
    }

    @Test
    void anInputOutputErrorOfTheKernelIsSaidToBeOne() {
        // Nothing is mapped at address 0 of any process.
        Path unreadable = Path.of("/proc/self/mem");
        assertThatExceptionOfType(SensorException.class)
                .isThrownBy(() -> KernelFiles.text(unreadable))
                .satisfies(e -> assertThat(e.category()).isEqualTo(Category.IO))
                .withMessage("/proc/self/mem cannot be read: Input/output error");
    }
}
