package io.pipit.drivers.tsl2561;

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

/** The driver {@code tsl2561}: brightness, over I2C. */
public final class Tsl2561Driver implements Driver, Simulatable, Identified {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "tsl2561",
                "TAOS TSL2561: brightness, over I2C.",
                Bus.I2C,
                List.of(new Quantity("illuminance", "lx", "brightness, 0 to 40000")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress(
                                        "0x29, 0x39 or 0x49, where the pin ADDR SEL is low, free or high.",
                                        0x29,
                                        0x49)
                                .oneOf(0x29, 0x39, 0x49)
                                .byDefault(0x39)
                                .example("0x39"),
                        Option.integer(
                                        "integration-time",
                                        "How long it looks, in milliseconds: longer for faint light.")
                                .oneOf(14, 101, 402)
                                .byDefault(101)
                                .example("101"),
                        Option.integer("gain", "How sensitive it is: 16 for faint light.")
                                .oneOf(1, 16)
                                .byDefault(1)
                                .example("1")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        Exposure exposure =
                new Exposure(settings.integer("integration-time"), settings.integer("gain"));
        return I2cSensor.open(
                settings,
                hardware,
                device -> new Tsl2561Sensor(device, hardware.clock(), exposure));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedTsl2561(clock, world);
    }

    @Override
    public ChipId chipId() {
        return new ChipId(
                Tsl2561Sensor.ID,
                0xF0,
                Set.of(Tsl2561Sensor.TSL2561CS << 4, Tsl2561Sensor.TSL2561T << 4));
    }
}
