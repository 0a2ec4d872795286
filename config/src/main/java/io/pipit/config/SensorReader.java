package io.pipit.config;

import io.pipit.config.Configuration.Actuator;
import io.pipit.config.Configuration.Quantity;
import io.pipit.config.Configuration.Sensor;
import io.pipit.config.Section.Entry;
import io.pipit.config.Section.Part;
import io.pipit.config.Section.Setting;
import io.pipit.config.rule.KnownSeries;
import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.Spelling;
import io.pipit.config.text.Units;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code [[sensor]]} with its driver's own keys and the tables of its quantities, or an
 * {@code [[actuator]]} with its driver's; and knows what rules may say of a sensor.
 */
record SensorReader(Map<String, DriverDescriptor> drivers, Kind.Scope scope) {
    /** A value is stale after as long as so many readings take. */
    private static final int STALE_READINGS = 3;

    private static final Duration STALE_AFTER_MIN = Duration.ofSeconds(30);

    /** How often a peer measures isn't known here. */
    private static final Duration PEERS_STALE_AFTER = Duration.ofMinutes(5);

    /** The sensor; empty where something of it was refused, which has then been reported. */
    Optional<Sensor> read(
            Entry in, Optional<String> name, Optional<String> bus, Optional<Long> address) {
        var driver = in.get(Keys.DRIVER);
        var every = in.get(Keys.EVERY);
        var onChange = in.get(Keys.ON_CHANGE);
        var averageOver = in.get(Keys.AVERAGE_OVER);
        var atLeastEvery = in.get(Keys.AT_LEAST_EVERY);
        var parts = in.get(Keys.QUANTITIES).orElse(Map.of());
        every.ifPresent(interval -> {
            refuseShorter(in, Keys.AVERAGE_OVER, averageOver, interval);
            refuseShorter(in, Keys.AT_LEAST_EVERY, atLeastEvery, longer(interval, averageOver));
        });
        Map<String, Object> options = new LinkedHashMap<>();
        Map<String, Quantity> quantities = new LinkedHashMap<>();
        if (driver.isPresent()) {
            DriverDescriptor known = driver(in, Keys.DRIVER, driver.get(), drivers);
            if (known != null) {
                options = options(in, known);
                needs(in, known, Keys.BUS, known.needsBus());
                needs(in, known, Keys.ADDRESS, known.needsAddress());
                bus.ifPresent(value -> judge(in, known, Keys.BUS, value));
                address.ifPresent(value -> judge(in, known, Keys.ADDRESS, value));
                parts.forEach((quantity, part) ->
                        quantity(in, known, quantity, part, every, averageOver)
                                .ifPresent(read -> quantities.put(quantity, read)));
            }
        }
        return in.sound()
                ? Optional.of(
                        new Sensor(
                                name.orElseThrow(),
                                driver.orElseThrow(),
                                bus,
                                address.isPresent()
                                        ? OptionalInt.of(Math.toIntExact(address.get()))
                                        : OptionalInt.empty(),
                                every.orElseThrow(),
                                onChange.orElseThrow(),
                                averageOver,
                                atLeastEvery.orElseThrow(),
                                quantities,
                                options))
                : Optional.empty();
    }

    /** The actuator; empty where something of it was refused, which has then been reported. */
    Optional<Actuator> actuator(Entry in, Optional<String> name) {
        var driver = in.get(Keys.OUTPUT_DRIVER);
        var lease = in.get(Keys.LEASE);
        var longest = in.get(Keys.LEASE_LONGEST);
        var priority = in.get(Keys.PRIORITY);
        if (in.has(Keys.LEASE)
                && lease.isPresent()
                && longest.isPresent()
                && lease.get().compareTo(longest.get()) > 0) {
            in.refuse(
                    in.place(Keys.LEASE),
                    "lease: "
                            + Durations.format(lease.get())
                            + " is longer than the "
                            + Durations.format(longest.get())
                            + " of max-lease: shorten it, or raise that");
        }
        Map<String, Object> options = new LinkedHashMap<>();
        if (driver.isPresent()) {
            DriverDescriptor known = driver(in, Keys.OUTPUT_DRIVER, driver.get(), drivers);
            if (known != null) {
                options = options(in, known);
            }
        }
        return in.sound()
                ? Optional.of(
                        new Actuator(
                                name.orElseThrow(),
                                driver.orElseThrow(),
                                shorter(lease.orElseThrow(), longest.orElseThrow()),
                                longest.orElseThrow(),
                                priority.orElseThrow(),
                                options))
                : Optional.empty();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The driver of this name; null where there is none, which has then been reported. */
    static @Nullable DriverDescriptor driver(
            Entry in, Setting<String> key, String name, Map<String, DriverDescriptor> drivers) {
        DriverDescriptor known = drivers.get(name);
        if (known == null) {
            in.refuse(
                    in.place(key),
                    "unknown driver "
                            + Malformed.quote(name)
                            + ": "
                            + Spelling.hint(name, drivers.keySet()));
        }
        return known;
    }

    static Map<String, Object> options(Entry in, DriverDescriptor driver) {
        List<? extends Setting<?>> keys =
                driver.options().stream().map(DriverDescriptor.Option::key).toList();
        in.refuseUnknown(keys);
        Map<String, Object> options = new LinkedHashMap<>();
        for (Setting<?> key : keys) {
            in.get(key)
                    .ifPresent(value -> {
                        options.put(key.name(), value);
                        judge(in, driver, key, value);
                    });
        }
        return options;
    }

    private static void judge(Entry in, DriverDescriptor driver, Setting<?> key, Object value) {
        driver.judge()
                .problemWith(key.name(), value)
                .filter(_ -> in.has(key))
                .ifPresent(problem -> in.refuse(in.place(key), problem));
    }

    private static void needs(Entry in, DriverDescriptor driver, Setting<?> key, boolean needed) {
        if (needed && !in.has(key)) {
            in.refuseMissing(key, "the driver " + driver.name());
        } else if (!needed && in.has(key)) {
            in.refuse(
                    in.place(key),
                    "the driver " + driver.name() + " has no " + key.name() + ": take it out");
        }
    }

    private Optional<Quantity> quantity(
            Entry sensor,
            DriverDescriptor driver,
            String name,
            Part part,
            Optional<Duration> every,
            Optional<Duration> sensorsAverage) {
        Entry in = new Entry(Keys.quantity(name), List.of(part), part.header(), scope);
        in.refuseUnknown(List.of());
        var unit = in.get(Keys.UNIT);
        var scale = in.get(Keys.SCALE);
        var offset = in.get(Keys.OFFSET);
        var range = in.get(Keys.RANGE);
        var onChange = in.get(Keys.QUANTITY_ON_CHANGE);
        var deadband = in.get(Keys.DEADBAND);
        var averageOver = in.get(Keys.QUANTITY_AVERAGE_OVER);
        var atLeastEvery = in.get(Keys.QUANTITY_AT_LEAST_EVERY);
        var rarely = in.get(Keys.QUANTITY_EVERY);
        var said = driver.quantity(name);
        if (!Names.isName(name) || (said.isEmpty() && !driver.quantities().isEmpty())) {
            List<String> known =
                    driver.quantities().stream().map(DriverDescriptor.Quantity::name).toList();
            in.refuse(
                    part.header(),
                    "the driver "
                            + driver.name()
                            + " measures no "
                            + Malformed.quote(name)
                            + ": "
                            + Spelling.hint(name, known));
        } else if (unit.isPresent()) {
            String measured = said.map(DriverDescriptor.Quantity::unit).orElse("");
            unitProblem(name, measured, unit.get(), in.has(Keys.SCALE))
                    .ifPresent(problem -> in.refuse(in.place(Keys.UNIT), "unit: " + problem));
        }
        if (deadband.isPresent() && onChange.isPresent() && !onChange.get()) {
            in.refuse(
                    in.place(Keys.QUANTITY_ON_CHANGE),
                    "on-change: is false, and deadband says the opposite: take one out");
        }
        if (rarely.isPresent() && averageOver.isPresent()) {
            in.refuse(
                    in.place(Keys.QUANTITY_EVERY),
                    "every: average-over says already how often a mean goes out: take one out");
        }
        every.ifPresent(interval -> {
            refuseShorter(in, Keys.QUANTITY_AVERAGE_OVER, averageOver, interval);
            refuseShorter(in, Keys.QUANTITY_EVERY, rarely, interval);
            refuseShorter(
                    in,
                    Keys.QUANTITY_AT_LEAST_EVERY,
                    atLeastEvery,
                    longer(interval, rarely.or(() -> averageOver).or(() -> sensorsAverage)));
        });
        if (!in.sound()) {
            sensor.spoil();
            return Optional.empty();
        }
        return Optional.of(
                new Quantity(
                        unit,
                        scale.orElseThrow(),
                        offset.orElseThrow(),
                        range,
                        onChange,
                        deadband.map(OptionalDouble::of).orElseGet(OptionalDouble::empty),
                        averageOver,
                        atLeastEvery,
                        rarely));
    }

    /** What is wrong with a unit for what is measured in another; empty where nothing is. */
    private static Optional<String> unitProblem(
            String quantity, String measured, String unit, boolean scaled) {
        if (measured.isEmpty()) {
            return Optional.of(
                    "what "
                            + quantity
                            + " is measured in is known only when it is read, so it can't be"
                            + " converted: take unit out");
        }
        if (Units.conversion(measured, unit).isPresent() || (Units.isRaw(measured) && scaled)) {
            return Optional.empty();
        }
        String cannot =
                quantity + " is measured in " + measured + ", which can't be converted to " + unit;
        if (Units.isRaw(measured)) {
            return Optional.of(
                    cannot + ": set scale, too, to how many " + unit + " one " + measured + " is");
        }
        List<String> others = Units.others(measured);
        return Optional.of(
                cannot
                        + (others.isEmpty()
                                ? ": take unit out"
                                : ", but to " + String.join(", ", others)));
    }

    /**
     * What rules may go by.
     *
     * @param sensors those that were read
     * @param names of all, also of those that were refused, which has been reported
     * @param driven by actuators
     * @param staleAfter what the rule says of it
     */
    KnownSeries known(
            List<Sensor> sensors,
            Set<String> names,
            KnownSeries driven,
            Optional<Duration> staleAfter) {
        return series -> {
            if (series.node().isPresent()) {
                return new KnownSeries.Traits(
                        staleAfter.orElse(PEERS_STALE_AFTER), Optional.empty());
            }
            if (!names.contains(series.sensor())) {
                return driven.traits(series);
            }
            Optional<Sensor> sensor =
                    sensors.stream().filter(one -> one.name().equals(series.sensor())).findFirst();
            if (sensor.isEmpty()) {
                return new KnownSeries.Traits(STALE_AFTER_MIN, Optional.empty());
            }
            return traits(sensor.get(), series.quantity(), staleAfter);
        };
    }

    private KnownSeries.Traits traits(Sensor sensor, String quantity, Optional<Duration> staleAfter)
            throws Malformed {
        DriverDescriptor driver = drivers.get(sensor.driver());
        Optional<DriverDescriptor.Quantity> said =
                driver == null ? Optional.empty() : driver.quantity(quantity);
        if (driver != null && said.isEmpty() && !driver.quantities().isEmpty()) {
            throw new Malformed(
                    "the sensor "
                            + sensor.name()
                            + " measures no "
                            + Malformed.quote(quantity)
                            + ": "
                            + Spelling.hint(
                                    quantity,
                                    driver.quantities().stream()
                                            .map(DriverDescriptor.Quantity::name)
                                            .toList()));
        }
        Optional<Quantity> set = Optional.ofNullable(sensor.quantity().get(quantity));
        Duration derived = silenceMax(sensor, set).multipliedBy(STALE_READINGS);
        return new KnownSeries.Traits(
                staleAfter.orElse(
                        derived.compareTo(STALE_AFTER_MIN) < 0 ? STALE_AFTER_MIN : derived),
                set.flatMap(Quantity::unit)
                        .or(() -> said.map(DriverDescriptor.Quantity::unit))
                        .filter(unit -> !unit.isEmpty()));
    }

    /** From one reading to the next at the most, where nothing goes wrong. */
    private static Duration silenceMax(Sensor sensor, Optional<Quantity> set) {
        boolean changesOnly =
                set.flatMap(Quantity::onChange).orElse(sensor.onChange())
                        || set.filter(quantity -> quantity.deadband().isPresent()).isPresent();
        if (changesOnly) {
            return set.flatMap(Quantity::atLeastEvery).orElse(sensor.atLeastEvery());
        }
        return longer(
                sensor.every(),
                set.flatMap(Quantity::every)
                        .or(() -> set.flatMap(Quantity::averageOver))
                        .or(sensor::averageOver));
    }

    private static Duration longer(Duration every, Optional<Duration> averageOver) {
        return averageOver.filter(window -> window.compareTo(every) > 0).orElse(every);
    }

    /** A default that is shorter does no harm. */
    private static void refuseShorter(
            Entry in, Setting<Duration> key, Optional<Duration> value, Duration least) {
        if (in.has(key) && value.isPresent() && value.get().compareTo(least) < 0) {
            in.refuse(
                    in.place(key),
                    key.name()
                            + ": "
                            + Durations.format(value.get())
                            + " is shorter than the "
                            + Durations.format(least)
                            + " from reading to reading");
        }
    }
}
