package io.pipit.drivers.output;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The drivers of outputs that there are, by name. Immutable. */
public final class OutputDrivers {

    private final SortedMap<String, OutputDriver> byName = new TreeMap<>();

    private OutputDrivers(List<OutputDriver> drivers) {
        drivers.forEach(driver -> byName.put(driver.descriptor().name(), driver));
    }

    /** Those that are part of the program. */
    public static OutputDrivers builtIn() {
        return of(
                new GpioOutputDriver(),
                new PwmOutputDriver(),
                new ServoDriver(),
                new SimulatedOutputDriver());
    }

    /** Just these. */
    public static OutputDrivers of(OutputDriver... some) {
        return new OutputDrivers(List.of(some));
    }

    public Optional<OutputDriver> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** In the order of their names. */
    public Collection<OutputDriver> all() {
        return List.copyOf(byName.values());
    }
}
