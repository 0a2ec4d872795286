package io.pipit.drivers.veml7700;

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

/** The driver {@code veml7700}: brightness, over I2C. */
public final class Veml7700Driver implements Driver, Simulatable, Identified {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "veml7700",
                "Vishay VEML7700: brightness, over I2C.",
                Bus.I2C,
                List.of(new Quantity("illuminance", "lx", "brightness, 0 to 120000")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress("It has no other.", 0x10, 0x10),
                        Option.integer(
                                        "integration-time",
                                        "How long it looks, in milliseconds: longer for faint light.")
                                .oneOf(25, 50, 100, 200, 400, 800)
                                .byDefault(100)
                                .example("100"),
                        Option.text("gain", "How sensitive it is: higher for faint light.")
                                .oneOf(Exposure.GAINS.toArray())
                                .byDefault("1/8")
                                .example("\"1/8\"")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        Exposure exposure =
                new Exposure(settings.integer("integration-time"), settings.text("gain"));
        return I2cSensor.open(
                settings,
                hardware,
                device -> new Veml7700Sensor(device, hardware.clock(), exposure));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedVeml7700(clock, world);
    }

    @Override
    public ChipId chipId() {
        return // Its lower byte comes first.
        new ChipId(Veml7700Sensor.ID, 0xFF00, Set.of(Veml7700Sensor.ID_OF_VEML7700 << 8));
    }
}
