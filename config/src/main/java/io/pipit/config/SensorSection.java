package io.pipit.config;

import io.pipit.config.Configuration.Quantity;
import io.pipit.config.Configuration.Range;
import io.pipit.config.Configuration.Sensor;
import io.pipit.config.rule.KnownSeries.Traits;
import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.Units;
import io.pipit.config.toml.Document;
import io.pipit.config.toml.Entry;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import io.pipit.config.toml.Value;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code [[sensor]]} of one configuration, with the drivers' own keys and the tables of quantities.
 * One thread.
 */
final class SensorSection {
    /** The most sensors of a node. */
    private static final int SENSORS_MAX = 256;

    /** The most quantities of a sensor for which something is set. */
    private static final int QUANTITIES_MAX = 64;

    private static final Duration EVERY_MIN = Duration.ofMillis(10);
    private static final Duration EVERY_MAX = Duration.ofDays(1);

    /** What a scale, an offset or the end of a range may be, and minus that. */
    private static final double NUMBER_MAX = 1e15;

    private static final int I2C_ADDRESS_MIN = 0x03;
    private static final int I2C_ADDRESS_MAX = 0x77;

    /** A value is stale after as long as so many readings take. */
    private static final int STALE_READINGS = 3;

    private static final Duration STALE_AFTER_MIN = Duration.ofSeconds(30);

    private static final Setting<String> NAME =
            Setting.required(
                    "name", Kind.name("air"), "What it is called; its series are name/quantity.");
    private static final Setting<String> DRIVER =
            Setting.required(
                    "driver",
                    Kind.text("a driver such as \"bme280\"", Names.FORM, driver -> driver),
                    "What reads it; `pipit sensors --drivers` lists them.");
    private static final Setting<String> BUS =
            Setting.optional(
                    "bus",
                    Kind.text(
                            "a bus such as \"i2c-1\"",
                            "[a-z0-9][a-z0-9.-]{0,31}",
                            "is not a bus: write \"i2c-1\" for /dev/i2c-1, or \"simulated\""),
                    "Where a chip is connected: \"i2c-1\" for /dev/i2c-1, or \"simulated\".");
    private static final Setting<Long> ADDRESS =
            Setting.optional(
                    "address",
                    Kind.integer(I2C_ADDRESS_MIN, I2C_ADDRESS_MAX),
                    "The chip's address on its bus, as `i2cdetect` shows it.");
    private static final Setting<Duration> EVERY =
            Setting.withDefault(
                    "every", Kind.duration(EVERY_MIN, EVERY_MAX), "10s", "How often it is read.");
    private static final Setting<Boolean> ON_CHANGE =
            Setting.withDefault(
                    "on-change",
                    Kind.flag(),
                    false,
                    "Whether a reading goes out only where it differs from the last one that did.");
    private static final Setting<Duration> AVERAGE_OVER =
            Setting.optional(
                    "average-over",
                    Kind.duration(EVERY_MIN, EVERY_MAX),
                    "Over how long readings are averaged: one goes out for each such time.");
    private static final Setting<Duration> AT_LEAST_EVERY =
            Setting.withDefault(
                    "at-least-every",
                    Kind.duration(EVERY_MIN, EVERY_MAX),
                    "10m",
                    "With on-change or a deadband: how often a reading goes out though nothing changes.");

    private static final Setting<String> UNIT =
            Setting.optional(
                    "unit",
                    Kind.text("a unit such as \"hPa\"", Units.FORM, Units::parse),
                    "What it is converted to, as SenML writes it (RFC 8428, RFC 8798); for a count, a"
                            + " voltage or the like what scale makes of it. All else here is in it.");
    private static final Setting<Double> SCALE =
            Setting.withDefault(
                    "scale",
                    Kind.number(-NUMBER_MAX, NUMBER_MAX).then(SensorSection::notZero),
                    1.0,
                    "What a value is multiplied by.");
    private static final Setting<Double> OFFSET =
            Setting.withDefault(
                    "offset",
                    Kind.number(-NUMBER_MAX, NUMBER_MAX),
                    0.0,
                    "What is added to it after that.");
    private static final Setting<Range> RANGE =
            Setting.optional(
                    "range",
                    Kind.range(NUMBER_MAX, Range::new),
                    "What is possible, the lowest and the highest; what is outside is a fault, not a"
                            + " reading.");
    private static final Setting<Boolean> QUANTITY_ON_CHANGE =
            Setting.optional(
                    "on-change", Kind.flag(), "As of the sensor, for this quantity alone.");
    private static final Setting<Double> DEADBAND =
            Setting.optional(
                    "deadband",
                    Kind.number(0, NUMBER_MAX),
                    "A reading goes out only where it differs by more than this from the last one"
                            + " that did.");
    private static final Setting<Duration> QUANTITY_AVERAGE_OVER =
            Setting.optional(
                    "average-over",
                    AVERAGE_OVER.kind(),
                    "As of the sensor, for this quantity alone.");
    private static final Setting<Duration> QUANTITY_AT_LEAST_EVERY =
            Setting.optional(
                    "at-least-every",
                    AT_LEAST_EVERY.kind(),
                    "As of the sensor, for this quantity alone.");
    private static final Setting<Duration> QUANTITY_EVERY =
            Setting.optional(
                    "every",
                    EVERY.kind(),
                    "How often one of its readings goes out, where that is to be more rarely than the"
                            + " sensor is read; in place of average-over.");

    /** A quantity of a sensor; its name stands in place of the last word. */
    static final Section QUANTITY =
            Section.single(
                    "sensor.quantity.NAME",
                    "How a quantity of the sensor is calibrated, checked and sent.",
                    UNIT,
                    SCALE,
                    OFFSET,
                    RANGE,
                    QUANTITY_ON_CHANGE,
                    DEADBAND,
                    QUANTITY_AVERAGE_OVER,
                    QUANTITY_AT_LEAST_EVERY,
                    QUANTITY_EVERY);

    private static final Setting<Map<String, Section.Part>> QUANTITIES =
            Setting.optional(
                    "quantity",
                    Kind.tables(QUANTITY, QUANTITIES_MAX),
                    "How its quantities are calibrated, checked and sent.");
    static final Section SENSOR =
            Section.repeated(
                            "sensor",
                            SENSORS_MAX,
                            "Something to measure. A driver may have keys of its own besides these.",
                            NAME,
                            DRIVER,
                            BUS,
                            ADDRESS,
                            EVERY,
                            ON_CHANGE,
                            AVERAGE_OVER,
                            AT_LEAST_EVERY,
                            QUANTITIES)
                    .andOthers();

    private final Drivers drivers;
    private final List<Sensor> sensors;

    /** Also of those that were refused. */
    private final Set<String> names = new TreeSet<>();

    SensorSection(Document document, Drivers drivers) {
        this.drivers = drivers;
        this.sensors = document.each(SENSOR, this::sensor);
    }

    List<Sensor> sensors() {
        return sensors;
    }

    Set<String> names() {
        return names;
    }

    /** What rules may go by of a sensor among {@link #names}. */
    Traits traits(String name, String quantity) throws Malformed {
        Optional<Sensor> sensor =
                sensors.stream().filter(one -> one.name().equals(name)).findFirst();
        if (sensor.isEmpty()) {
            return new Traits(STALE_AFTER_MIN, Optional.empty());
        }
        Optional<DriverDescriptor> driver = drivers.named(sensor.get().driver());
        if (driver.isPresent() && !driver.get().mayHave(quantity)) {
            throw new Malformed(
                    "the sensor " + name + " measures no " + driver.get().hint(quantity));
        }
        Optional<Quantity> set = Optional.ofNullable(sensor.get().quantity().get(quantity));
        Duration derived = silenceMax(sensor.get(), set).multipliedBy(STALE_READINGS);
        return new Traits(
                derived.compareTo(STALE_AFTER_MIN) < 0 ? STALE_AFTER_MIN : derived,
                set.flatMap(Quantity::unit)
                        .or(() ->
                                driver.flatMap(it -> it.quantity(quantity))
                                        .map(DriverDescriptor.Quantity::unit))
                        .filter(unit -> !unit.isEmpty()));
    }

    private Optional<Sensor> sensor(Entry in) {
        Optional<String> name = in.find(NAME);
        Optional<String> bus = in.find(BUS);
        Optional<Long> address = in.find(ADDRESS);
        name.ifPresent(names::add);
        name.ifPresent(it -> in.once(NAME, "the sensor " + Malformed.quote(it), "sensor", it));
        if (bus.isPresent() && address.isPresent()) {
            String chip = "address 0x%02x on %s".formatted(address.get(), bus.get());
            in.once(ADDRESS, chip, bus.get(), address.get());
        }
        Optional<Duration> averageOver = in.find(AVERAGE_OVER);
        in.find(EVERY)
                .ifPresent(every -> {
                    refuseShorter(in, AVERAGE_OVER, every);
                    refuseShorter(in, AT_LEAST_EVERY, longer(every, averageOver));
                });
        Map<String, Object> options = new LinkedHashMap<>();
        Map<String, Quantity> quantities = new LinkedHashMap<>();
        drivers.of(in, DRIVER)
                .ifPresent(driver -> {
                    options.putAll(Drivers.options(in, driver));
                    needs(in, driver, BUS, driver.needsBus());
                    needs(in, driver, ADDRESS, driver.needsAddress());
                    Drivers.judge(in, driver, BUS);
                    Drivers.judge(in, driver, ADDRESS);
                    in.find(QUANTITIES)
                            .orElse(Map.of())
                            .forEach((quantity, part) ->
                                    quantity(in, driver, quantity, part)
                                            .ifPresent(read -> quantities.put(quantity, read)));
                });
        return in.made(() ->
                new Sensor(
                        in.get(NAME),
                        in.get(DRIVER),
                        bus,
                        address.isPresent()
                                ? OptionalInt.of(Math.toIntExact(address.get()))
                                : OptionalInt.empty(),
                        in.get(EVERY),
                        in.get(ON_CHANGE),
                        averageOver,
                        in.get(AT_LEAST_EVERY),
                        quantities,
                        options));
    }

    private static void needs(Entry in, DriverDescriptor driver, Setting<?> key, boolean needed) {
        if (needed && !in.has(key)) {
            in.refuseMissing(key, "the driver " + driver.name());
        } else if (!needed && in.has(key)) {
            in.refuse(
                    key, "the driver " + driver.name() + " has no " + key.name() + ": take it out");
        }
    }

    private static Optional<Quantity> quantity(
            Entry sensor, DriverDescriptor driver, String name, Section.Part part) {
        Entry in = sensor.inner(QUANTITY.named("sensor.quantity." + name), part);
        Optional<Duration> averageOver = in.find(QUANTITY_AVERAGE_OVER);
        Optional<Duration> rarely = in.find(QUANTITY_EVERY);
        Optional<Boolean> onChange = in.find(QUANTITY_ON_CHANGE);
        Optional<Double> deadband = in.find(DEADBAND);
        if (!Names.isName(name) || !driver.mayHave(name)) {
            in.refuse("the driver " + driver.name() + " measures no " + driver.hint(name));
        } else {
            String measured = driver.quantity(name).map(DriverDescriptor.Quantity::unit).orElse("");
            in.find(UNIT)
                    .flatMap(unit -> unitProblem(name, measured, unit, in.has(SCALE)))
                    .ifPresent(problem -> in.refuse(UNIT, "unit: " + problem));
        }
        if (deadband.isPresent() && onChange.isPresent() && !onChange.get()) {
            in.refuse(
                    QUANTITY_ON_CHANGE,
                    "on-change: is false, and deadband says the opposite: take one out");
        }
        if (rarely.isPresent() && averageOver.isPresent()) {
            in.refuse(
                    QUANTITY_EVERY,
                    "every: average-over says already how often a mean goes out: take one out");
        }
        sensor.find(EVERY)
                .ifPresent(every -> {
                    Optional<Duration> sent =
                            rarely.or(() -> averageOver).or(() -> sensor.find(AVERAGE_OVER));
                    refuseShorter(in, QUANTITY_AVERAGE_OVER, every);
                    refuseShorter(in, QUANTITY_EVERY, every);
                    refuseShorter(in, QUANTITY_AT_LEAST_EVERY, longer(every, sent));
                });
        if (!in.sound()) {
            sensor.spoil();
        }
        return in.made(() ->
                new Quantity(
                        in.find(UNIT),
                        in.get(SCALE),
                        in.get(OFFSET),
                        in.find(RANGE),
                        onChange,
                        deadband.map(OptionalDouble::of).orElseGet(OptionalDouble::empty),
                        averageOver,
                        in.find(QUANTITY_AT_LEAST_EVERY),
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
    private static void refuseShorter(Entry in, Setting<Duration> key, Duration least) {
        in.find(key)
                .filter(value -> in.has(key) && value.compareTo(least) < 0)
                .ifPresent(value ->
                        in.refuse(
                                key,
                                key.name()
                                        + ": "
                                        + Durations.format(value)
                                        + " is shorter than the "
                                        + Durations.format(least)
                                        + " from reading to reading"));
    }

    private static Optional<Double> notZero(Value value, Double scale) {
        return scale == 0 ? value.refuse("must not be 0") : Optional.of(scale);
    }
}
