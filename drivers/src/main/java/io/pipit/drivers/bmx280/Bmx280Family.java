package io.pipit.drivers.bmx280;

import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.DriverDescriptor.Bus;
import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.Option;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.i2c.I2cSensor;
import java.util.ArrayList;
import java.util.List;

/** What the two drivers have in common: their descriptors and how a sensor is opened. */
final class Bmx280Family {

    private Bmx280Family() {}

    static DriverDescriptor descriptor(Chip chip, String summary) {
        List<Quantity> quantities = new ArrayList<>();
        quantities.add(new Quantity("temperature", "Cel", "air temperature, -40 to 85"));
        List<Option> options = new ArrayList<>();
        options.add(Option.i2cBus());
        options.add(
                Option.integer("address", "0x76 where the pin SDO is low, 0x77 where it is high.")
                        .between(0x76, 0x77)
                        .byDefault(0x76)
                        .example("0x76"));
        options.add(oversampling("temperature", 1));
        options.add(oversampling("pressure", 4));
        if (chip.measuresHumidity) {
            quantities.add(new Quantity("humidity", "%RH", "relative humidity, 0 to 100"));
            options.add(oversampling("humidity", 1));
        }
        quantities.add(new Quantity("pressure", "Pa", "air pressure, 30000 to 110000"));
        return new DriverDescriptor(chip.driver, summary, Bus.I2C, quantities, options);
    }

    private static Option oversampling(String quantity, int times) {
        return Option.integer(
                        "oversampling-" + quantity,
                        "How often %s is measured for one value: less noise, more time and power."
                                .formatted(quantity))
                .oneOf(1, 2, 4, 8, 16)
                .byDefault(times)
                .example(Integer.toString(times));
    }

    static Sensor open(Chip chip, SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        Oversampling oversampling =
                new Oversampling(
                        settings.integer("oversampling-temperature"),
                        settings.integer("oversampling-pressure"),
                        chip.measuresHumidity ? settings.integer("oversampling-humidity") : 0);
        return I2cSensor.open(
                settings,
                hardware,
                device -> new Bmx280Sensor(chip, device, hardware.clock(), oversampling));
    }
}
