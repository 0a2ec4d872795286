package io.pipit.drivers.tmp102;

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

/** The driver {@code tmp102}: temperature, over I2C. */
public final class Tmp102Driver implements Driver, Simulatable {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "tmp102",
                "TI TMP102: temperature, over I2C.",
                Bus.I2C,
                List.of(new Quantity("temperature", "Cel", "-40 to 125")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress("0x48 to 0x4b, by the pin ADD0.", 0x48, 0x4B)));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return I2cSensor.open(
                settings, hardware, device -> new Tmp102Sensor(device, hardware.clock()));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedTmp102(clock, world);
    }
}
