package io.pipit.drivers.bh1750;

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

/** The driver {@code bh1750}: brightness, over I2C. */
public final class Bh1750Driver implements Driver, Simulatable {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "bh1750",
                "ROHM BH1750FVI: brightness, over I2C.",
                Bus.I2C,
                List.of(new Quantity("illuminance", "lx", "brightness, 0 to 54612 and more")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress(
                                        "0x23 where the pin ADDR is low, 0x5c where it is high.",
                                        0x23,
                                        0x5C)
                                .oneOf(0x23, 0x5C),
                        Option.integer(
                                        "measurement-time",
                                        "How long it looks, in units of the chip: 31 for bright"
                                                + " sun, 69 as it comes, 254 for faint light.")
                                .between(Bh1750Sensor.TIME_MIN, Bh1750Sensor.TIME_MAX)
                                .byDefault(Bh1750Sensor.TIME_AS_IT_COMES)
                                .example("69")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        int time = settings.integer("measurement-time");
        return I2cSensor.open(
                settings, hardware, device -> new Bh1750Sensor(device, hardware.clock(), time));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedBh1750(clock, world);
    }
}
