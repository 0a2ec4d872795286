package io.pipit.drivers.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.Driver;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.StillWorld;
import io.pipit.drivers.bmx280.Bme280Driver;
import io.pipit.drivers.bmx280.Bmp280Driver;
import io.pipit.drivers.kernel.HostDriver;
import org.junit.jupiter.api.Test;

class SimulatedChipsTest {

    @Test
    void fitsAChipForADriverWhereTheAddressIsFree() throws Exception {
        Driver bme280 = new Bme280Driver();
        Driver bmp280 = new Bmp280Driver();
        SimulatedChips chips = new SimulatedChips(new ManualClock(), new StillWorld(), 1);
        try (SimulatedI2c i2c = new SimulatedI2c()) {
            assertThat(chips.fit(i2c, "simulated", 0x76, bme280)).isTrue();
            assertThat(chips.fit(i2c, "simulated", 0x76, bmp280)).isTrue();
            assertThat(chips.fit(i2c, "simulated", 0x77, bmp280)).isTrue();
            assertThat(chips.fit(i2c, "simulated-1", 0x76, bmp280)).isTrue();
            assertThat(chips.fit(i2c, "simulated", 0x23, new HostDriver())).isFalse();
            assertThat(i2c.i2c("simulated", 0x76).readRegister(0xD0)).isEqualTo(0x60);
            assertThat(i2c.i2c("simulated", 0x77).readRegister(0xD0)).isEqualTo(0x58);
            assertThat(i2c.i2c("simulated-1", 0x76).readRegister(0xD0)).isEqualTo(0x58);
            assertThat(i2c.bus("simulated").isTaken(0x23)).isFalse();
        }
    }
}
