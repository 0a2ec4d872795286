package io.pipit.drivers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The drivers that there are, by name. The built-in ones are found in the same way as those that
 * others bring along. Immutable.
 */
public final class Drivers {

    private final SortedMap<String, Driver> byName = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private Drivers() {}

    /** All that {@link ServiceLoader} finds with this class loader. */
    public static Drivers load(ClassLoader loader) {
        Drivers drivers = new Drivers();
        Iterator<Driver> found = ServiceLoader.load(Driver.class, loader).iterator();
        while (true) {
            try {
                drivers.add(found.next());
            } catch (NoSuchElementException atEnd) {
                return drivers;
            } catch (ServiceConfigurationError | LinkageError broken) {
                // A jar of someone else's that does not load must not cost the node its sensors.
                drivers.problems.add("a driver could not be loaded: " + broken.getMessage());
            }
        }
    }

    /** Just these. */
    public static Drivers of(Driver... some) {
        Drivers drivers = new Drivers();
        for (Driver driver : some) {
            drivers.add(driver);
        }
        return drivers;
    }

    private void add(Driver driver) {
        String name = driver.descriptor().name();
        Driver first = byName.putIfAbsent(name, driver);
        if (first != null) {
            problems.add(
                    "two drivers are called %s: %s is used and %s is not"
                            .formatted(
                                    name, first.getClass().getName(), driver.getClass().getName()));
        }
    }

    public Optional<Driver> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** In the order of their names. */
    public Collection<Driver> all() {
        return List.copyOf(byName.values());
    }

    /** What went wrong while they were looked for, a line each. */
    public List<String> problems() {
        return List.copyOf(problems);
    }
}
