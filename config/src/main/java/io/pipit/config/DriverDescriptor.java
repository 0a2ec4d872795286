package io.pipit.config;

import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.Spelling;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Setting;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a driver wants to be told in its {@code [[sensor]]}. The composition root hands these to the
 * {@link ConfigurationLoader}, so that a driver's own options are checked like every other key.
 *
 * @param name what {@code driver =} calls it
 * @param needsBus whether {@code bus} must be set; where not, it must not be
 * @param needsAddress whether {@code address} must be set; where not, it must not be
 * @param options its own keys
 * @param judge says what the kinds of the keys can't
 * @param quantities what it measures; none where that isn't known, so that any name will do
 */
public record DriverDescriptor(
        String name,
        boolean needsBus,
        boolean needsAddress,
        List<Option> options,
        Judge judge,
        List<Quantity> quantities) {
    /**
     * Something that a driver measures.
     *
     * @param name what it is called; a {@code *} at the end stands for what the device adds
     * @param unit as SenML writes it; empty where the device decides
     */
    public record Quantity(String name, String unit) {
        private boolean covers(String wanted) {
            return name.endsWith("*")
                    ? wanted.startsWith(name.substring(0, name.length() - 1))
                    : wanted.equals(name);
        }
    }

    /** Asks the driver itself about a value whose kind is right. */
    @FunctionalInterface
    public interface Judge {
        /**
         * What is wrong with it, naming the key; empty where nothing is.
         *
         * @param key {@code bus}, {@code address} or one of the options
         * @param value as its kind has it
         */
        Optional<String> problemWith(String key, Object value);
    }

    /** A driver that takes all that its options' kinds let through. */
    public DriverDescriptor(
            String name, boolean needsBus, boolean needsAddress, List<Option> options) {
        this(name, needsBus, needsAddress, options, (key, value) -> Optional.empty(), List.of());
    }

    public DriverDescriptor {
        if (!Names.isName(name)) {
            throw new IllegalArgumentException("not a driver's name: " + name);
        }
        options = List.copyOf(options);
        quantities = List.copyOf(quantities);
        if (options.stream().map(Option::name).distinct().count() < options.size()) {
            throw new IllegalArgumentException(name + " has two options of one name");
        }
    }

    /** What it says of a quantity of this name, by the longest name that covers it. */
    public Optional<Quantity> quantity(String wanted) {
        return quantities.stream()
                .filter(quantity -> quantity.covers(wanted))
                .max(Comparator.comparingInt(quantity -> quantity.name().length()));
    }

    /** Whether there may be a quantity of this name. */
    boolean mayHave(String wanted) {
        return quantities.isEmpty() || quantity(wanted).isPresent();
    }

    /** Names a quantity that there can't be, and those that there are. */
    String hint(String wanted) {
        List<String> known = quantities.stream().map(Quantity::name).toList();
        return Malformed.quote(wanted) + ": " + Spelling.hint(wanted, known);
    }

    /**
     * A key of a driver's own. Make one with the factory that is called as its kind; it may be left
     * out unless {@link #mandatory} or {@link #orElse} says more.
     */
    public static final class Option {
        private final Setting<?> key;

        private Option(Setting<?> key) {
            this.key = key;
            if (!Names.isName(key.name())) {
                throw new IllegalArgumentException("not a key: " + key.name());
            }
        }

        /** A text of one line; a {@code String}. */
        public static Option text(String name, String description) {
            return new Option(Setting.optional(name, Kind.line(), description));
        }

        /** One of some words; a {@code String}. */
        public static Option choice(String name, String description, List<String> words) {
            Map<String, String> each = new LinkedHashMap<>();
            words.forEach(word -> each.put(word, word));
            return new Option(Setting.optional(name, Kind.choice(each), description));
        }

        /** A whole number from min to max; a {@code Long}. */
        public static Option integer(String name, String description, long min, long max) {
            return new Option(Setting.optional(name, Kind.integer(min, max), description));
        }

        /** A number from min to max; a {@code Double}. */
        public static Option number(String name, String description, double min, double max) {
            return new Option(Setting.optional(name, Kind.number(min, max), description));
        }

        /** True or false; a {@code Boolean}. */
        public static Option flag(String name, String description) {
            return new Option(Setting.optional(name, Kind.flag(), description));
        }

        /** A time span from min to max; a {@code Duration}. */
        public static Option duration(String name, String description, Duration min, Duration max) {
            return new Option(Setting.optional(name, Kind.duration(min, max), description));
        }

        /** The same, to be set in every sensor of the driver. */
        public Option mandatory() {
            return new Option(Setting.required(name(), key.kind(), key.description()));
        }

        /**
         * The same with a default: a {@code String}, {@code Long}, {@code Double}, {@code Boolean}
         * or {@code Duration}, as the kind is. The loader refuses one that doesn't suit.
         */
        public Option orElse(Object fallback) {
            Object raw =
                    fallback instanceof Duration duration ? Durations.format(duration) : fallback;
            return new Option(Setting.withDefault(name(), key.kind(), raw, key.description()));
        }

        /** As in the file. */
        public String name() {
            return key.name();
        }

        /** What it does, for people. */
        public String description() {
            return key.description();
        }

        Setting<?> key() {
            return key;
        }
    }
}
