package io.pipit.drivers.sht4x;

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

/** The driver {@code sht4x}: temperature and humidity of the air, over I2C. */
public final class Sht4xDriver implements Driver, Simulatable {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "sht4x",
                "Sensirion SHT40, SHT41, SHT45: temperature and humidity of the air, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity("temperature", "Cel", "air temperature, -40 to 125"),
                        new Quantity("humidity", "%RH", "relative humidity, 0 to 100")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress(
                                "0x44, 0x45 or 0x46, by the letter A, B or C in the name of the part.",
                                0x44,
                                0x46)));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return I2cSensor.open(
                settings, hardware, device -> new Sht4xSensor(device, hardware.clock()));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedSht4x(clock, world, seed);
    }
}
