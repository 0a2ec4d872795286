package io.pipit.config.toml;

import org.jspecify.annotations.Nullable;

/**
 * One key of a section: the one place that says what it is called, what it may be and what it is
 * where nobody sets it.
 *
 * @param fallback the default as TOML has it (String, Long, Double, Boolean, List), or null
 * @param required whether it must be set
 * @param description for the schema: one or two sentences
 */
public record Setting<T>(
        String name,
        Kind<T> kind,
        @Nullable Object fallback,
        boolean required,
        String description) {
    /** A key that may be left out, and then is nothing. */
    public static <T> Setting<T> optional(String name, Kind<T> kind, String description) {
        return new Setting<>(name, kind, null, false, description);
    }

    /** A key without which its section makes no sense. */
    public static <T> Setting<T> required(String name, Kind<T> kind, String description) {
        return new Setting<>(name, kind, null, true, description);
    }

    /** A key with a default. */
    public static <T> Setting<T> withDefault(
            String name, Kind<T> kind, Object fallback, String description) {
        return new Setting<>(name, kind, fallback, false, description);
    }
}
