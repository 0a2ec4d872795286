package io.pipit.drivers.bmx280;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.i2c.BoschIds;
import io.pipit.drivers.i2c.ChipId;
import io.pipit.drivers.i2c.Identified;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.World;

/** The driver {@code bmp280}: temperature and pressure of the air, over I2C. */
public final class Bmp280Driver implements Driver, Simulatable, Identified {

    @Override
    public DriverDescriptor descriptor() {
        return Bmx280Family.descriptor(
                Chip.BMP280, "Bosch BMP280: temperature and pressure of the air, over I2C.");
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return Bmx280Family.open(Chip.BMP280, settings, hardware);
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedBmp280(clock, world::air, seed);
    }

    @Override
    public ChipId chipId() {
        return BoschIds.of("BMP280");
    }
}
