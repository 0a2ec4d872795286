package io.pipit.drivers.aht20;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.World;
import java.util.List;

/** The driver {@code aht20}: temperature and humidity of the air, over I2C. */
public final class Aht20Driver implements Driver, Simulatable {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "aht20",
                "Aosong AHT20, AHT21: temperature and humidity of the air, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity("temperature", "Cel", "air temperature, -40 to 85"),
                        new Quantity("humidity", "%RH", "relative humidity, 0 to 100")),
                List.of(Option.i2cBus(), Option.i2cAddress("It has no other.", 0x38, 0x38)));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return I2cSensor.open(
                settings, hardware, device -> new Aht20Sensor(device, hardware.clock()));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedAht20(clock, world);
    }
}
