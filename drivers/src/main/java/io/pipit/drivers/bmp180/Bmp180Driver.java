package io.pipit.drivers.bmp180;

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
import io.pipit.drivers.i2c.BoschIds;
import io.pipit.drivers.i2c.ChipId;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.i2c.Identified;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.World;
import java.util.List;

/** The driver {@code bmp180}: temperature and pressure of the air, over I2C. */
public final class Bmp180Driver implements Driver, Simulatable, Identified {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "bmp180",
                "Bosch BMP180, BMP085: temperature and pressure of the air, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity("temperature", "Cel", "air temperature, -40 to 85"),
                        new Quantity("pressure", "Pa", "air pressure, 30000 to 110000")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress("It has no other.", 0x77, 0x77),
                        Option.integer(
                                        "oversampling-pressure",
                                        "How often pressure is measured for one value: less noise,"
                                                + " more time and power.")
                                .oneOf(1, 2, 4, 8)
                                .byDefault(4)
                                .example("4")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        int oversampling = Integer.numberOfTrailingZeros(settings.integer("oversampling-pressure"));
        return I2cSensor.open(
                settings,
                hardware,
                device -> new Bmp180Sensor(device, hardware.clock(), oversampling));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedBmp180(clock, world, seed);
    }

    @Override
    public ChipId chipId() {
        return BoschIds.of("BMP180");
    }
}
