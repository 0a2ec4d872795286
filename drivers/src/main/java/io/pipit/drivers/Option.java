package io.pipit.drivers;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be configured of a driver. Made from a kind, then narrowed down: {@code
 * Option.integer("address", "…").between(0x76, 0x77).byDefault(0x76).example("0x76")}.
 *
 * @param name the key in the configuration
 * @param kind the type of its value
 * @param required whether it has to be given
 * @param fallback what holds where it is not given; null for none
 * @param least the smallest number allowed
 * @param most the largest number allowed
 * @param choices what is allowed at all; empty for anything
 * @param description what it is for, one sentence
 * @param example a value as it would stand in the configuration
 */
public record Option(
        String name,
        Kind kind,
        boolean required,
        @Nullable Object fallback,
        double least,
        double most,
        List<?> choices,
        String description,
        String example) {

    /** The types of values, with the Java type that carries each. */
    public enum Kind {
        TEXT(String.class),
        INTEGER(Long.class),
        NUMBER(Double.class),
        FLAG(Boolean.class);

        private final Class<?> carrier;

        Kind(Class<?> carrier) {
            this.carrier = carrier;
        }
    }

    public Option {
        choices = List.copyOf(choices);
    }

    public static Option text(String name, String description) {
        return of(name, Kind.TEXT, description);
    }

    public static Option integer(String name, String description) {
        return of(name, Kind.INTEGER, description);
    }

    public static Option number(String name, String description) {
        return of(name, Kind.NUMBER, description);
    }

    public static Option flag(String name, String description) {
        return of(name, Kind.FLAG, description);
    }

    /** The bus of an I2C chip. */
    public static Option i2cBus() {
        return text("bus", "The I2C bus that the chip is on; \"simulated\" needs no hardware.")
                .mustBeGiven()
                .example("\"i2c-1\"");
    }

    /** The address of an I2C chip, where all from the first to the last are possible. */
    public static Option i2cAddress(String description, int first, int last) {
        return integer("address", description)
                .between(first, last)
                .byDefault(first)
                .example("0x%02x".formatted(first));
    }

    /** The bus of an SPI chip. */
    public static Option spiBus() {
        return text("bus", "The SPI bus that the chip is on.").mustBeGiven().example("\"spi-0\"");
    }

    /** Which of an SPI bus' select lines the chip is on. */
    public static Option chipSelect() {
        return integer("chip-select", "The select line that the chip is on: 0 is CE0, 1 is CE1.")
                .between(0, 10)
                .byDefault(0)
                .example("0");
    }

    private static Option of(String name, Kind kind, String description) {
        return new Option(
                name,
                kind,
                false,
                null,
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                List.of(),
                description,
                "");
    }

    public Option mustBeGiven() {
        return new Option(name, kind, true, fallback, least, most, choices, description, example);
    }

    public Option byDefault(Object value) {
        return new Option(
                name,
                kind,
                required,
                normalized(value),
                least,
                most,
                choices,
                description,
                example);
    }

    public Option between(double smallest, double largest) {
        return new Option(
                name, kind, required, fallback, smallest, largest, choices, description, example);
    }

    public Option oneOf(Object... values) {
        List<?> allowed = List.of(values).stream().map(this::normalized).toList();
        return new Option(
                name, kind, required, fallback, least, most, allowed, description, example);
    }

    public Option example(String text) {
        return new Option(name, kind, required, fallback, least, most, choices, description, text);
    }

    /** What it may be, in words. */
    public String allowed() {
        if (!choices.isEmpty()) {
            return "one of "
                    + choices.stream().map(this::literal).collect(Collectors.joining(", "));
        }
        boolean below = !Double.isInfinite(least);
        boolean above = !Double.isInfinite(most);
        if (below && above) {
            return bound(least) + " to " + bound(most);
        }
        return article()
                + (below ? ", " + bound(least) + " or more" : "")
                + (above ? ", " + bound(most) + " at the most" : "");
    }

    /** A value of it as it would stand in the configuration. */
    public String literal(Object value) {
        return shown(value);
    }

    /** What is wrong with a value for this option, or empty where nothing is. */
    public Optional<String> problemWith(Object value) {
        Object plain = normalized(value);
        if (!kind.carrier.isInstance(plain)) {
            return Optional.of(name + " must be " + article() + ", not " + shown(value));
        }
        if (!choices.isEmpty() && !choices.contains(plain)) {
            String allowed = choices.stream().map(this::shown).collect(Collectors.joining(", "));
            return Optional.of(name + " must be one of " + allowed + ", not " + shown(value));
        }
        if (plain instanceof Number number
                && !(number.doubleValue() >= least && number.doubleValue() <= most)) {
            return Optional.of(
                    "%s must be from %s to %s, not %s"
                            .formatted(name, bound(least), bound(most), shown(value)));
        }
        return Optional.empty();
    }

    /** The value in the type that its kind is carried by, where it can be. */
    Object normalized(Object value) {
        if (kind == Kind.NUMBER && value instanceof Number number) {
            return number.doubleValue();
        }
        if (kind == Kind.INTEGER && (value instanceof Integer || value instanceof Short)) {
            return ((Number) value).longValue();
        }
        return value;
    }

    private String article() {
        return switch (kind) {
            case TEXT -> "a text in quotes";
            case INTEGER -> "a whole number";
            case NUMBER -> "a number";
            case FLAG -> "true or false";
        };
    }

    private String bound(double limit) {
        if (kind != Kind.INTEGER || Double.isInfinite(limit)) {
            return Double.toString(limit);
        }
        return shown((long) limit);
    }

    private String shown(Object value) {
        // What stands in hex in the example is spoken of in hex, as an address is.
        if (example.startsWith("0x") && normalized(value) instanceof Long number) {
            return "0x%02x".formatted(number);
        }
        return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    }
}
