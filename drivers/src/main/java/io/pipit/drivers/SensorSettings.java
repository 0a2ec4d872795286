package io.pipit.drivers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The configuration of one sensor, checked against its driver's options and with their defaults
 * filled in. Immutable.
 */
public final class SensorSettings {

    private final String sensor;
    private final DriverDescriptor driver;
    private final Map<String, Object> values;

    private SensorSettings(String sensor, DriverDescriptor driver, Map<String, Object> values) {
        this.sensor = sensor;
        this.driver = driver;
        this.values = values;
    }

    /**
     * Settings from what the configuration holds for a sensor besides its name, its driver and its
     * schedule.
     *
     * @throws SensorException of category {@code CONFIGURATION}, naming everything that is wrong
     */
    public static SensorSettings of(String sensor, DriverDescriptor driver, Map<String, ?> given)
            throws SensorException {
        List<String> problems = new ArrayList<>();
        Map<String, Object> values = new HashMap<>();
        for (Map.Entry<String, ?> entry : given.entrySet()) {
            Optional<Option> option = driver.option(entry.getKey());
            if (option.isEmpty()) {
                problems.add("driver " + driver.name() + " has no option " + entry.getKey());
                continue;
            }
            option.get().problemWith(entry.getValue()).ifPresent(problems::add);
            values.put(entry.getKey(), option.get().normalized(entry.getValue()));
        }
        for (Option option : driver.options()) {
            Object fallback = option.fallback();
            if (option.required() && !given.containsKey(option.name())) {
                problems.add(
                        "%s is missing, as in %s = %s"
                                .formatted(option.name(), option.name(), option.example()));
            } else if (fallback != null) {
                values.putIfAbsent(option.name(), fallback);
            }
        }
        if (!problems.isEmpty()) {
            throw new SensorException(
                    SensorException.Category.CONFIGURATION,
                    "sensor " + sensor + ": " + String.join("; ", problems));
        }
        return new SensorSettings(sensor, driver, Map.copyOf(values));
    }

    /** The sensor's name. */
    public String sensor() {
        return sensor;
    }

    /**
     * The bus whose thread the sensor belongs to: two sensors with the same one take turns, others
     * do not wait for each other. Sources that are on no bus are each on their own, so that one
     * that hangs costs the others nothing.
     */
    public String bus() {
        return switch (driver.bus()) {
            case I2C, SPI -> text("bus");
            case SERIAL -> text("port");
            case GPIO -> "gpio";
            case ONE_WIRE -> "w1";
            case NONE, OWN_LINES -> driver.name() + ":" + sensor;
        };
    }

    /** The value of a text option that is required or has a default. */
    public String text(String option) {
        return (String) value(option);
    }

    /** The value of an integer option that is required or has a default. */
    public int integer(String option) {
        return Math.toIntExact((Long) value(option));
    }

    /** The value of a number option that is required or has a default. */
    public double number(String option) {
        return (Double) value(option);
    }

    /** The value of a flag that is required or has a default. */
    public boolean flag(String option) {
        return (Boolean) value(option);
    }

    /** The value of a text option that may be left out. */
    public Optional<String> optionalText(String option) {
        return Optional.ofNullable((String) values.get(option));
    }

    /** The value of an integer option that may be left out. */
    public Optional<Integer> optionalInteger(String option) {
        return Optional.ofNullable((Long) values.get(option)).map(Math::toIntExact);
    }

    /** The value of a number option that may be left out. */
    public OptionalDouble optionalNumber(String option) {
        Double value = (Double) values.get(option);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private Object value(String option) {
        Object value = values.get(option);
        if (value == null) {
            throw new IllegalArgumentException(
                    driver.name() + " declares no option with a value " + option);
        }
        return value;
    }
}
