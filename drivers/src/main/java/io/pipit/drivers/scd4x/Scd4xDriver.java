package io.pipit.drivers.scd4x;

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
import java.time.Duration;
import java.util.List;

/** The driver {@code scd4x}: carbon dioxide, temperature and humidity of the air, over I2C. */
public final class Scd4xDriver implements Driver, Simulatable {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "scd4x",
                "Sensirion SCD40, SCD41, SCD43: carbon dioxide, temperature and humidity, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity("carbon-dioxide", "ppm", "in the air, up to 40000"),
                        new Quantity("temperature", "Cel", "air temperature, -10 to 60"),
                        new Quantity("humidity", "%RH", "relative humidity, 0 to 100")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress("It has no other.", 0x62, 0x62),
                        Option.integer(
                                        "altitude",
                                        "How far above the sea it is, in metres: carbon dioxide is"
                                                + " corrected for the pressure there.")
                                .between(0, 3000)
                                .byDefault(0)
                                .example("450"),
                        Option.number(
                                        "temperature-offset",
                                        "How much warmer than the air it gets where it is mounted,"
                                                + " in degrees.")
                                .between(0, 20)
                                .byDefault(4.0)
                                .example("4.0"),
                        Option.flag(
                                        "self-calibration",
                                        "Whether it takes the freshest air of each week for 400"
                                                + " ppm; only where it gets fresh air.")
                                .byDefault(true)
                                .example("true")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        Scd4xSensor.Settings wanted =
                new Scd4xSensor.Settings(
                        settings.integer("altitude"),
                        settings.number("temperature-offset"),
                        settings.flag("self-calibration"));
        return I2cSensor.open(
                settings, hardware, device -> new Scd4xSensor(device, hardware.clock(), wanted));
    }

    /** The first measurement comes 5 s after it was started. */
    @Override
    public Duration readingMax() {
        return Duration.ofSeconds(10);
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedScd4x(clock, world, seed);
    }
}
