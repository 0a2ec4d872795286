package io.pipit.drivers.mcp3008;

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
import io.pipit.drivers.spi.SpiDevice;
import java.util.ArrayList;
import java.util.List;

/** The driver {@code mcp3008}: eight voltages, or differences of them, over SPI. */
public final class Mcp3008Driver implements Driver {

    /** 1.35 MHz at 2.7 V, and more above (DS21295 "Electrical Characteristics"). */
    private static final int HERTZ = 1_000_000;

    private static final int MODE = 0;

    @Override
    public DriverDescriptor descriptor() {
        List<Option> options = new ArrayList<>();
        options.add(Option.spiBus());
        options.add(Option.chipSelect());
        options.add(
                Option.number("reference", "The voltage at its pin VREF, in volts.")
                        .between(0.25, 5.5)
                        .byDefault(3.3)
                        .example("3.3"));
        for (int pair = 0; pair < Input.PAIRS; pair++) {
            options.add(
                    Option.text(
                                    Input.option(pair),
                                    "Inputs %d and %d: each against ground, how much the first is above the second, the reverse, or not at all."
                                            .formatted(2 * pair, 2 * pair + 1))
                            .oneOf(Input.SINGLE, Input.DIFFERENCE, Input.REVERSED, Input.OFF)
                            .byDefault(Input.SINGLE)
                            .example("\"difference\""));
        }
        return new DriverDescriptor(
                "mcp3008",
                "Microchip MCP3008: eight voltages, or differences of them, over SPI.",
                Bus.SPI,
                List.of(
                        new Quantity(
                                "voltage-*",
                                "V",
                                "an input, or how much one is above another; 0 to its reference")),
                options);
    }

    @Override
    public Sensor open(SensorSettings settings, Hardware hardware)
            throws SensorException, InterruptedException {
        List<Input> inputs = new ArrayList<>();
        for (int pair = 0; pair < Input.PAIRS; pair++) {
            inputs.addAll(Input.of(pair, settings.text(Input.option(pair))));
        }
        if (inputs.isEmpty()) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "sensor %s: all inputs are off; take some, as in inputs-0-1 = \"single\""
                            .formatted(settings.sensor()));
        }
        SpiDevice device =
                SpiDevice.open(
                        hardware,
                        settings.text("bus"),
                        settings.integer("chip-select"),
                        MODE,
                        HERTZ);
        boolean opened = false;
        try {
            Mcp3008Sensor sensor = new Mcp3008Sensor(device, inputs, settings.number("reference"));
            sensor.check();
            opened = true;
            return sensor;
        } finally {
            if (!opened) {
                device.close();
            }
        }
    }
}
