package io.pipit.drivers.ads1115;

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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The driver {@code ads1115}: four voltages, or differences of them, over I2C. */
public final class Ads1115Driver implements Driver, Simulatable {

    private static final String OFF = "off";

    @Override
    public DriverDescriptor descriptor() {
        List<String> choices = new ArrayList<>(List.of(OFF));
        choices.addAll(Range.names());
        List<Option> options = new ArrayList<>();
        options.add(Option.i2cBus());
        options.add(Option.i2cAddress("0x48 to 0x4b, by the pin ADDR.", 0x48, 0x4B));
        for (Input input : Input.values()) {
            options.add(
                    Option.text(
                                    input.option(),
                                    "How many volts there may be, plus or minus, at %s; off where it is not to be measured."
                                            .formatted(input.description()))
                            .oneOf(choices.toArray())
                            .byDefault(input.isAgainstGround() ? "4.096" : OFF)
                            .example("\"4.096\""));
        }
        options.add(
                Option.integer(
                                "samples-per-second",
                                "How fast it converts: slower is less noise, and one value takes longer.")
                        .oneOf(8, 16, 32, 64, 128, 250, 475, 860)
                        .byDefault(128)
                        .example("128"));
        return new DriverDescriptor(
                "ads1115",
                "TI ADS1115: four voltages, or differences of them, over I2C.",
                Bus.I2C,
                List.of(
                        new Quantity(
                                "voltage-*",
                                "V",
                                "an input, or the difference of two, by its range")),
                options);
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        Map<Input, Range> ranges = new EnumMap<>(Input.class);
        for (Input input : Input.values()) {
            String range = settings.text(input.option());
            if (!range.equals(OFF)) {
                ranges.put(input, Range.named(range));
            }
        }
        if (ranges.isEmpty()) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "sensor %s: all inputs are off; give one of them a range, as in range-0 = \"4.096\""
                            .formatted(settings.sensor()));
        }
        int rate = settings.integer("samples-per-second");
        return I2cSensor.open(
                settings,
                hardware,
                device -> new Ads1115Sensor(device, hardware.clock(), ranges, rate));
    }

    @Override
    public SimulatedChip simulated(BusClock clock, World world, long seed) {
        return new SimulatedAds1115(clock, world);
    }
}
