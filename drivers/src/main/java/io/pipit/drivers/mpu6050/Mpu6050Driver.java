package io.pipit.drivers.mpu6050;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The driver {@code mpu6050}: acceleration and rotation, over I2C. */
public final class Mpu6050Driver implements Driver, Simulatable, Identified {

    @Override
    public DriverDescriptor descriptor() {
        List<Quantity> quantities = new ArrayList<>();
        for (String axis : Mpu6050Sensor.AXES) {
            quantities.add(
                    new Quantity(
                            "acceleration-" + axis, "m/s2", "along " + axis + ", gravity too"));
        }
        for (String axis : Mpu6050Sensor.AXES) {
            quantities.add(new Quantity("rotation-" + axis, "rad/s", "about " + axis));
        }
        quantities.add(new Quantity("temperature", "Cel", "of the chip, -40 to 85"));
        return new DriverDescriptor(
                "mpu6050",
                "InvenSense MPU-6050: acceleration and rotation, over I2C.",
                Bus.I2C,
                quantities,
                List.of(
                        Option.i2cBus(),
                        Option.i2cAddress(
                                "0x68 where the pin AD0 is low, 0x69 where it is high.",
                                0x68,
                                0x69),
                        Option.integer(
                                        "acceleration-range",
                                        "How much acceleration there may be, in times the gravity"
                                                + " of the earth.")
                                .oneOf(2, 4, 8, 16)
                                .byDefault(4)
                                .example("4"),
                        Option.integer(
                                        "rotation-range",
                                        "How fast it may turn, in degrees per second.")
                                .oneOf(250, 500, 1000, 2000)
                                .byDefault(500)
                                .example("500"),
                        Option.integer(
                                        "bandwidth",
                                        "Above this it is filtered out, in hertz: less is less"
                                                + " noise, and slower.")
                                .oneOf(5, 10, 20, 42, 98, 188)
                                .byDefault(42)
                                .example("42"),
                        Option.integer(
                                        "samples-per-second",
                                        "How many samples a second the chip takes by itself, each a"
                                                + " reading at its own time; every is then how"
                                                + " often its temperature is measured. Left out,"
                                                + " each reading is one sample of all. Above 500"
                                                + " with both it takes a bus of 400 kHz.")
                                .oneOf(10, 20, 25, 40, 50, 100, 125, 200, 250, 500, 1000)
                                .example("1000"),
                        Option.text("samples-of", "With samples-per-second: what is sampled.")
                                .oneOf("both", "acceleration", "rotation")
                                .byDefault("both")
                                .example("\"acceleration\"")));
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        Ranges ranges =
                Ranges.of(
                        settings.integer("acceleration-range"), settings.integer("rotation-range"));
        int bandwidth = settings.integer("bandwidth");
        Optional<Integer> rate = settings.optionalInteger("samples-per-second");
        String of = settings.text("samples-of");
        return I2cSensor.open(
                settings,
                hardware,
                device ->
                        rate.isEmpty()
                                ? new Mpu6050Sensor(device, hardware.clock(), ranges, bandwidth)
                                : new SampledMpu6050(
                                        device,
                                        hardware.clock(),
                                        ranges,
                                        bandwidth,
                                        rate.get(),
                                        !of.equals("rotation"),
                                        !of.equals("acceleration")));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedMpu6050(clock, world, seed);
    }

    @Override
    public ChipId chipId() {
        return ChipId.of(Mpu6050Sensor.WHO_AM_I, Mpu6050Sensor.MPU6050);
    }
}
