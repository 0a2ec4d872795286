package io.pipit.drivers.mcp9808;

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

/** The driver {@code mcp9808}: temperature, over I2C. */
public final class Mcp9808Driver implements Driver, Simulatable, Identified {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "mcp9808",
                "Microchip MCP9808: temperature, over I2C.",
                Bus.I2C,
                List.of(new Quantity("temperature", "Cel", "-40 to 125")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress("0x18 to 0x1f, by the pins A0 to A2.", 0x18, 0x1F)));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        return I2cSensor.open(
                settings, hardware, device -> new Mcp9808Sensor(device, hardware.clock()));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedMcp9808(clock, world);
    }

    @Override
    public ChipId chipId() {
        return new ChipId(Mcp9808Sensor.DEVICE, 0xFF00, Set.of(Mcp9808Sensor.MCP9808 << 8));
    }
}
