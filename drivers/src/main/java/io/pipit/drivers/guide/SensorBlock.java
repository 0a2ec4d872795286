package io.pipit.drivers.guide;

import io.pipit.drivers.DriverDescriptor;
import io.pipit.drivers.Option;
import java.util.Map;
import java.util.Set;

/** A {@code [[sensor]]} that can be copied into a configuration. Static functions alone. */
public final class SensorBlock {

    /** These stand in every sensor of a driver that knows them, even where there is a default. */
    private static final Set<String> ALWAYS = Set.of("bus", "address");

    private static final String EVERY = "10s";

    private SensorBlock() {}

    /**
     * An example of a driver: what must be given stands there, the other options as comments with
     * their defaults.
     */
    public static String example(DriverDescriptor driver) {
        return withComments(driver, block(driver, driver.name(), Map.of()));
    }

    /** The same of an output's driver: an {@code [[actuator]]}. */
    public static String actuator(DriverDescriptor driver) {
        StringBuilder block = new StringBuilder("[[actuator]]\n");
        line(block, "name", quoted("fan"));
        line(block, "driver", quoted(driver.name()));
        for (Option option : driver.options()) {
            if (stands(option)) {
                line(block, option.name(), option.example());
            }
        }
        return withComments(driver, block.toString());
    }

    private static String withComments(DriverDescriptor driver, String before) {
        StringBuilder block = new StringBuilder(before);
        for (Option option : driver.options()) {
            if (!stands(option)) {
                Object fallback = option.fallback();
                line(
                        block.append("# "),
                        option.name(),
                        fallback == null ? option.example() : option.literal(fallback));
            }
        }
        return block.toString();
    }

    /**
     * A sensor with nothing but what must be given.
     *
     * @param values options that are known, as they stand in TOML; the rest is from the examples
     */
    public static String block(DriverDescriptor driver, String name, Map<String, String> values) {
        StringBuilder block = new StringBuilder("[[sensor]]\n");
        line(block, "name", quoted(name));
        line(block, "driver", quoted(driver.name()));
        for (Option option : driver.options()) {
            String value = values.get(option.name());
            if (value != null || stands(option)) {
                line(block, option.name(), value == null ? option.example() : value);
            }
        }
        line(block, "every", quoted(EVERY));
        return block.toString();
    }

    /** A text as TOML has it (basic strings). */
    public static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        out.append('\\').appendCodePoint(c);
                    } else if (Character.isISOControl(c)) {
                        out.append("\\u%04X".formatted(c));
                    } else {
                        out.appendCodePoint(c);
                    }
                });
        return out.append('"').toString();
    }

    private static boolean stands(Option option) {
        return option.required() || ALWAYS.contains(option.name());
    }

    private static void line(StringBuilder block, String key, String value) {
        block.append(key).append(" = ").append(value).append('\n');
    }
}
