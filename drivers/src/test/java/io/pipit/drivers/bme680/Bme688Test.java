package io.pipit.drivers.bme680;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.StillWorld;
import io.pipit.drivers.simulated.SimulatedI2c;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The other chip with the same ID, whose gas sensor is another one. */
class Bme688Test {

    @Test
    void aResistanceIsWhatBoschsOwnDriverMakesOfIt() {
        // 1e6 * (262144 >> range) / (4096 + 3 * (raw - 512)).
        assertThat(Calibration.ohmsOfBme688(512, 0)).isEqualTo(64e6);
        assertThat(Calibration.ohmsOfBme688(512, 8)).isEqualTo(250_000);
        assertThat(Calibration.ohmsOfBme688(0, 10)).isEqualTo(100_000);
        assertThat(Calibration.ohmsOfBme688(1023, 15)).isEqualTo(1421.2, within(0.1));
    }

    @Test
    void isMeasuredByTheSameDriver() throws Exception {
        ManualClock clock = new ManualClock();
        StillWorld world = new StillWorld();
        Random weather = new Random(3);
        Bme680Driver driver = new Bme680Driver();
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            i2c.bus("simulated").attach(0x76, new SimulatedBme680(clock, world, 1, true));
            Hardware hardware = new Hardware(Path.of("/"), Path.of("/"), clock, List.of(i2c));
            SensorSettings settings =
                    SensorSettings.of("air", driver.descriptor(), Map.of("bus", "simulated"));
            try (Sensor sensor = driver.open(settings, hardware)) {
                for (int i = 0; i < 100; i++) {
                    world.turn(weather);
                    List<Measurement> measured = sensor.read();
                    assertThat(measured).hasSize(4);
                    assertThat(measured.getFirst().value())
                            .isEqualTo(world.air().celsius(), within(0.011));
                    assertThat(measured.getLast().quantity()).isEqualTo("gas-resistance");
                    assertThat(measured.getLast().value())
                            .isEqualTo(world.gasOhms(), within(world.gasOhms() / 100));
                }
            }
        }
    }
}
