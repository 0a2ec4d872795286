package io.pipit.drivers.htu21;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.World;

/** The driver {@code si7021}: temperature and humidity of the air, over I2C. */
public final class Si7021Driver implements Driver, Simulatable {

    @Override
    public DriverDescriptor descriptor() {
        return Model.SI7021.descriptor();
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return Model.SI7021.open(settings, hardware);
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedHtu21(Model.SI7021, clock, world);
    }
}
