package io.pipit.drivers.htu21;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.pipit.drivers.Driver;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.StillWorld;
import io.pipit.drivers.simulated.SimulatedI2c;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Htu21SensorTest {

    @Test
    void convertsAsTheDatasheetDoes() {
        // HTU21D(F) datasheet: 683A is 24.7 Cel and 4E85 is 32.3 %RH, without their status bits.
        assertThat(Htu21Sensor.celsius(0x6838)).isEqualTo(24.69, within(0.005));
        assertThat(Htu21Sensor.percent(0x4E84)).isEqualTo(32.34, within(0.005));
        // 7C80 is 54.8 %RH.
        assertThat(Htu21Sensor.percent(0x7C80)).isEqualTo(54.8, within(0.01));
    }

    @Test
    void takesBothWaysToSumUpASerialNumber() {
        HexFormat hex = HexFormat.of();
        assertThat(Htu21Sensor.isWhole(hex.parseHex("15FFB5FFFFCB"))).isTrue();
        assertThat(Htu21Sensor.isWhole(hex.parseHex("15FFB5FFFF2D"))).isTrue();
        assertThat(Htu21Sensor.isWhole(hex.parseHex("15FFB5FFFFCA"))).isFalse();
        assertThat(Htu21Sensor.isWhole(hex.parseHex("15FFB4FFFFCB"))).isFalse();
    }

    @Test
    void saysWhichOfTheTwoItIs() throws Exception {
        assertRefused(new Htu21Driver(), Model.SI7021, "is a Si7021, not an HTU21D; set driver");
        assertRefused(new Si7021Driver(), Model.HTU21D, "set driver = \"htu21\"");
    }

    private static void assertRefused(Driver driver, Model there, String message)
            throws SensorException {
        ManualClock clock = new ManualClock();
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            i2c.bus("simulated").attach(0x40, new SimulatedHtu21(there, clock, new StillWorld()));
            SensorSettings settings =
                    SensorSettings.of("air", driver.descriptor(), Map.of("bus", "simulated"));
            Hardware hardware = new Hardware(Path.of("/"), Path.of("/"), clock, List.of(i2c));
            assertThatExceptionOfType(SensorException.class)
                    .isThrownBy(() -> driver.open(settings, hardware))
                    .satisfies(e -> assertThat(e.category()).isEqualTo(Category.WRONG_CHIP))
                    .withMessageContaining(message);
        }
    }
}
