package io.pipit.drivers.ina219;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.Driver;
import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.i2c.I2cSensor;
import io.pipit.drivers.simulated.Simulatable;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.World;
import java.util.List;

/** The driver {@code ina219}: voltage, current and power of a supply, over I2C. */
public final class Ina219Driver implements Driver, Simulatable {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "ina219",
                "TI INA219: voltage, current and power of a supply, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity("voltage", "V", "of the supply, 0 to 26"),
                        new Quantity("current", "A", "through the shunt, in both directions"),
                        new Quantity("power", "W", "negative where the current is")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress("0x40 to 0x4f, by the pins A0 and A1.", 0x40, 0x4F),
                        Option.number("shunt-ohm", "The resistance of the shunt, in ohm.")
                                .between(0.0001, 100)
                                .byDefault(0.1)
                                .example("0.1"),
                        Option.number(
                                        "max-current",
                                        "The largest current there may be, in ampere; with the shunt at most 0.32 V.")
                                .between(0.001, 3200)
                                .byDefault(3.2)
                                .example("3.2"),
                        Option.integer(
                                        "samples",
                                        "How many measurements are averaged for one value: less"
                                                + " noise, more time.")
                                .oneOf(1, 2, 4, 8, 16, 32, 64, 128)
                                .byDefault(1)
                                .example("1")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        double shuntOhms = settings.number("shunt-ohm");
        double maxAmperes = settings.number("max-current");
        if (shuntOhms * maxAmperes > Scale.SHUNT_VOLTS_MAX * (1 + 1e-9)) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "sensor %s: %s A through %s ohm are more than the %s V that an INA219 measures; set max-current to %s, or take a smaller shunt"
                            .formatted(
                                    settings.sensor(),
                                    maxAmperes,
                                    shuntOhms,
                                    Scale.SHUNT_VOLTS_MAX,
                                    Scale.SHUNT_VOLTS_MAX / shuntOhms));
        }
        Scale scale = Scale.of(shuntOhms, maxAmperes);
        int samples = settings.integer("samples");
        return I2cSensor.open(
                settings,
                hardware,
                device -> new Ina219Sensor(device, hardware.clock(), scale, samples));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedIna219(clock, world);
    }
}
