package io.pipit.drivers.vl53l0x;

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
import io.pipit.drivers.i2c.ChipId;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.i2c.Identified;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.World;
import java.util.List;
import java.util.Set;

/** The driver {@code vl53l0x}: distance by laser, over I2C. */
public final class Vl53l0xDriver implements Driver, Simulatable, Identified {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "vl53l0x",
                "ST VL53L0X: distance by laser, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity(
                                "distance",
                                "m",
                                "to what is in front of it, 0.03 to 2; in sunlight or before what"
                                        + " is dark less far")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress("The one that it wakes up with.", 0x29, 0x29)));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return I2cSensor.open(
                settings, hardware, device -> new Vl53l0xSensor(device, hardware.clock()));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedVl53l0x(clock, world);
    }

    @Override
    public ChipId chipId() {
        return new ChipId(Vl53l0xSensor.MODEL_ID, 0xFFFF, Set.of(Vl53l0xSensor.ID_OF_VL53L0X));
    }
}
