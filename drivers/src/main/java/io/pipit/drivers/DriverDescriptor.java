package io.pipit.drivers;

import java.util.List;
import java.util.Optional;

/**
 * What a driver says of itself, for the configuration's check, the list of drivers and their
 * documentation.
 *
 * @param name what {@code driver = "…"} selects
 * @param summary one sentence
 * @param bus what it is connected to
 * @param quantities what it measures
 * @param options what can be configured; where it needs a bus that can be chosen, {@code bus} is
 *     one of them
 */
public record DriverDescriptor(
        String name, String summary, Bus bus, List<Quantity> quantities, List<Option> options) {

    /** What a driver needs to be connected to. */
    public enum Bus {
        /** Files of the kernel; each sensor is on its own. */
        NONE,
        /** An I2C bus, named by the option {@code bus}. */
        I2C,
        /** An SPI bus, named by the option {@code bus}. */
        SPI,
        /** A digital line; all of them take turns, since none makes another wait. */
        GPIO,
        /** Digital lines that it waits for, so that each sensor is on its own. */
        OWN_LINES,
        /** A serial port, named by the option {@code port}; there is one device on each. */
        SERIAL,
        /** The 1-wire bus, which the kernel masters; all sensors take turns. */
        ONE_WIRE
    }

    /**
     * Something that a driver measures.
     *
     * @param name the quantity's name; a {@code *} stands for what the device itself names
     * @param unit a symbol of the SenML units registry; empty where the name is {@code *} alone and
     *     the device decides
     * @param description a few words
     */
    public record Quantity(String name, String unit, String description) {}

    public DriverDescriptor {
        quantities = List.copyOf(quantities);
        options = List.copyOf(options);
    }

    /** The option of this name. */
    public Optional<Option> option(String wanted) {
        return options.stream().filter(option -> option.name().equals(wanted)).findFirst();
    }
}
