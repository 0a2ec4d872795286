package io.pipit.config;

import io.pipit.config.text.Malformed;
import io.pipit.config.text.Spelling;
import io.pipit.config.toml.Entry;
import io.pipit.config.toml.Place;
import io.pipit.config.toml.Scope;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import io.pipit.config.toml.Value;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The drivers that may stand in a section, by their names. Safe for use by several threads. */
final class Drivers {
    /** Where the defaults of their options are tried. */
    private static final Scope NOWHERE =
            new Environment(Map.of(), "")
                    .scope(
                            Path.of("/"),
                            problem -> {
                                throw new IllegalArgumentException(problem.toString());
                            });

    private final Map<String, DriverDescriptor> drivers = new LinkedHashMap<>();

    /**
     * Those that are handed in.
     *
     * @throws IllegalArgumentException where two have one name, or an option has the name of a key
     *     that the section has, or a default that it would refuse itself
     */
    Drivers(Section section, List<DriverDescriptor> known) {
        for (DriverDescriptor driver : known) {
            if (drivers.putIfAbsent(driver.name(), driver) != null) {
                throw new IllegalArgumentException("two drivers are called " + driver.name());
            }
            driver.options().forEach(option -> check(driver, section, option.key()));
        }
    }

    private static void check(DriverDescriptor driver, Section section, Setting<?> key) {
        String name = driver.name() + "." + key.name();
        if (section.has(key.name())) {
            throw new IllegalArgumentException(
                    name + " has the name of a key of every " + section.name());
        }
        Object fallback = key.fallback();
        if (fallback != null) {
            var nowhere = new Place(Path.of(driver.name()), 1, 1);
            key.kind().reader().read(new Value(name, fallback, nowhere, NOWHERE));
        }
    }

    Optional<DriverDescriptor> named(String name) {
        return Optional.ofNullable(drivers.get(name));
    }

    /** The driver that the key names; empty where there is none, which has then been reported. */
    Optional<DriverDescriptor> of(Entry in, Setting<String> key) {
        Optional<String> name = in.find(key);
        Optional<DriverDescriptor> driver = name.flatMap(this::named);
        if (name.isPresent() && driver.isEmpty()) {
            in.refuse(
                    key,
                    "unknown driver "
                            + Malformed.quote(name.get())
                            + ": "
                            + Spelling.hint(name.get(), drivers.keySet()));
        }
        return driver;
    }

    /** The driver's own keys, with its defaults. */
    static Map<String, Object> options(Entry in, DriverDescriptor driver) {
        List<? extends Setting<?>> keys =
                driver.options().stream().map(DriverDescriptor.Option::key).toList();
        in.readAlso(keys);
        Map<String, Object> options = new LinkedHashMap<>();
        for (Setting<?> key : keys) {
            judge(in, driver, key);
            in.find(key).ifPresent(value -> options.put(key.name(), value));
        }
        return options;
    }

    /** Lets the driver say what is wrong with a key that is set. */
    static void judge(Entry in, DriverDescriptor driver, Setting<?> key) {
        in.find(key)
                .filter(_ -> in.has(key))
                .flatMap(value -> driver.judge().problemWith(key.name(), value))
                .ifPresent(problem -> in.refuse(key, problem));
    }
}
