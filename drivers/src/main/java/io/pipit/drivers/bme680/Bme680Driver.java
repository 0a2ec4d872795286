package io.pipit.drivers.bme680;

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

/** The driver {@code bme680}: temperature, humidity, pressure and gas in the air, over I2C. */
public final class Bme680Driver implements Driver, Simulatable, Identified {

    @Override
    public DriverDescriptor descriptor() {
        return new DriverDescriptor(
                "bme680",
                "Bosch BME680, BME688: temperature, humidity, pressure and gas in the air, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity("temperature", "Cel", "air temperature, -40 to 85"),
                        new Quantity("humidity", "%RH", "relative humidity, 0 to 100"),
                        new Quantity("pressure", "Pa", "air pressure, 30000 to 110000"),
                        new Quantity(
                                "gas-resistance",
                                "Ohm",
                                "of the heated gas sensor: less where more vapours are in the air")),
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress(
                                "0x76 where the pin SDO is low, 0x77 where it is high.",
                                0x76,
                                0x77),
                        Option.integer(
                                        "heater-temperature",
                                        "How hot the gas sensor is made, in degrees Celsius.")
                                .between(200, 400)
                                .byDefault(320)
                                .example("320"),
                        Option.integer(
                                        "heater-time",
                                        "How long the gas sensor is heated for a reading, in"
                                                + " milliseconds; 0 leaves gas out.")
                                .between(0, 1000)
                                .byDefault(150)
                                .example("150")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        int celsius = settings.integer("heater-temperature");
        int ms = settings.integer("heater-time");
        return I2cSensor.open(
                settings,
                hardware,
                device -> new Bme680Sensor(device, hardware.clock(), celsius, ms));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedBme680(clock, world, seed, false);
    }

    @Override
    public ChipId chipId() {
        return BoschIds.of("BME680");
    }
}
