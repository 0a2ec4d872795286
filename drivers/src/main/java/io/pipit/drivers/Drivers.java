package io.pipit.drivers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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

    /**
     * A jar that others brought along.
     *
     * @param origin where it is, for people
     * @param loader finds its drivers, and no others
     */
    public record Outside(String origin, ClassLoader loader) {}

    /** Says what is wrong with a driver's description for those who have to use it. */
    @FunctionalInterface
    public interface Judge {
        /** A line; empty where nothing is. */
        Optional<String> problemWith(DriverDescriptor driver);
    }

    /** So many of a jar are looked at: what fails once may fail for ever. */
    private static final int TRIES_MAX = 1024;

    private final SortedMap<String, Driver> byName = new TreeMap<>();
    private final Map<String, String> origins = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<ClassLoader> loaders = new ArrayList<>();

    private Drivers() {}

    /** All that {@link ServiceLoader} finds with this class loader. */
    public static Drivers load(ClassLoader loader) {
        return load(loader, List.of(), List.of(), driver -> Optional.empty());
    }

    /**
     * The same, and what is in jars of others. Where one has a name that is there already it is
     * left out, and so is one that does not load or is not as it should be: that is among the
     * problems.
     *
     * @param before what was wrong with the jars themselves
     */
    public static Drivers load(
            ClassLoader loader, List<Outside> outside, List<String> before, Judge judge) {
        Drivers drivers = new Drivers();
        drivers.problems.addAll(before);
        drivers.add("", loader, judge);
        outside.forEach(jar -> drivers.add(jar.origin(), jar.loader(), judge));
        return drivers;
    }

    private void add(String origin, ClassLoader loader, Judge judge) {
        loaders.add(loader);
        Iterator<Driver> found = ServiceLoader.load(Driver.class, loader).iterator();
        String where = origin.isEmpty() ? "" : origin + ": ";
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            try {
                add(where, origin, found.next(), judge);
            } catch (NoSuchElementException atEnd) {
                return;
            } catch (UnsupportedClassVersionError tooNew) {
                problems.add(
                        where
                                + "a driver was made for a newer Java than "
                                + Runtime.version().feature()
                                + ": "
                                + tooNew.getMessage());
            } catch (ServiceConfigurationError | LinkageError | RuntimeException broken) {
                // A jar of someone else's that does not load must not cost the node its sensors.
                problems.add(where + "a driver could not be loaded: " + reason(broken));
            }
        }
    }

    private static String reason(Throwable broken) {
        Throwable cause = broken.getCause();
        return cause == null ? broken.toString() : broken.getMessage() + " (" + cause + ")";
    }

    /** Just these. */
    public static Drivers of(Driver... some) {
        Drivers drivers = new Drivers();
        for (Driver driver : some) {
            drivers.add("", "", driver, descriptor -> Optional.empty());
        }
        return drivers;
    }

    private void add(String where, String origin, Driver driver, Judge judge) {
        DriverDescriptor descriptor = driver.descriptor();
        String name = descriptor.name();
        Optional<String> wrong = judge.problemWith(descriptor);
        if (wrong.isPresent()) {
            problems.add(where + "the driver " + name + " is left out: " + wrong.get());
            return;
        }
        Driver first = byName.putIfAbsent(name, driver);
        if (first == null) {
            origins.put(name, origin);
        } else {
            problems.add(
                    where
                            + "two drivers are called %s: %s is used and %s is not"
                                    .formatted(
                                            name,
                                            first.getClass().getName(),
                                            driver.getClass().getName()));
        }
    }

    /** The jar that a driver came in; empty for those that are built in. */
    public String origin(String name) {
        return origins.getOrDefault(name, "");
    }

    public Optional<Driver> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** In the order of their names. */
    public Collection<Driver> all() {
        return List.copyOf(byName.values());
    }

    /** Where they were looked for: what else is there, as plugins of Pi4J, is found with these. */
    public List<ClassLoader> loaders() {
        return List.copyOf(loaders);
    }

    /** What went wrong while they were looked for, a line each. */
    public List<String> problems() {
        return List.copyOf(problems);
    }
}
