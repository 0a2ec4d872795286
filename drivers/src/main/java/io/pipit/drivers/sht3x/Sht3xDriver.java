package io.pipit.drivers.sht3x;

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

/** The driver {@code sht3x}: temperature and humidity of the air, over I2C. */
public final class Sht3xDriver implements Driver, Simulatable {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "sht3x",
                "Sensirion SHT30, SHT31, SHT35: temperature and humidity of the air, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity("temperature", "Cel", "air temperature, -40 to 125"),
                        new Quantity("humidity", "%RH", "relative humidity, 0 to 100")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress(
                                "0x44 where the pin ADDR is low, 0x45 where it is high.",
                                0x44,
                                0x45)));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return I2cSensor.open(
                settings, hardware, device -> new Sht3xSensor(device, hardware.clock()));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedSht3x(clock, world);
    }
}
