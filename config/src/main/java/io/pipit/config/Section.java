package io.pipit.config;

import io.pipit.config.text.Malformed;
import io.pipit.config.text.Spelling;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;

/**
 * A table of the configuration, {@code [name]}, or {@code [[name]]} where there may be several.
 *
 * @param entriesMax how many there may be; 1 is {@code [name]}
 * @param open whether there are keys besides, which something else describes
 */
record Section(
        String name, int entriesMax, boolean open, List<Setting<?>> keys, String description) {
    boolean repeated() {
        return entriesMax > 1;
    }

    /** As it is written. */
    String header() {
        return repeated() ? "[[" + name + "]]" : "[" + name + "]";
    }

    boolean has(String key) {
        return keys.stream().anyMatch(known -> known.name().equals(key));
    }

    /**
     * One key of a section: the one place that says what it is called, what it may be and what it
     * is where nobody sets it.
     *
     * @param fallback the default as TOML has it (String, Long, Double, Boolean, List), or null
     * @param required whether it must be set
     * @param description for the schema: one or two sentences
     */
    record Setting<T>(
            String name,
            Kind<T> kind,
            @Nullable Object fallback,
            boolean required,
            String description) {
        /** A key that may be left out, and then is nothing. */
        static <T> Setting<T> optional(String name, Kind<T> kind, String description) {
            return new Setting<>(name, kind, null, false, description);
        }

        /** A key without which its section makes no sense. */
        static <T> Setting<T> required(String name, Kind<T> kind, String description) {
            return new Setting<>(name, kind, null, true, description);
        }

        /** A key with a default. */
        static <T> Setting<T> withDefault(
                String name, Kind<T> kind, Object fallback, String description) {
            return new Setting<>(name, kind, fallback, false, description);
        }
    }

    /**
     * One such table in one file.
     *
     * @param whole false where the file has syntax errors, so that keys may be missing by those
     *     alone
     */
    record Part(Path file, TomlTable table, boolean whole, Problem.Place header) {
        Problem.Place place(String key) {
            return Problem.Place.of(file, table.inputPositionOf(List.of(key)), header);
        }
    }

    /**
     * One such table being read. A {@code [name]} may have parts in several files; a key that is in
     * more than one is checked in each, and the last one counts.
     */
    static final class Entry {
        private final Section section;
        private final List<Part> parts;
        private final Problem.Place nowhere;
        private final Kind.Scope scope;
        private boolean sound = true;

        Entry(Section section, List<Part> parts, Problem.Place nowhere, Kind.Scope scope) {
            this.section = section;
            this.parts = List.copyOf(parts);
            this.nowhere = nowhere;
            this.scope = scope;
        }

        /**
         * Whether nothing that was read from here was refused, so that all required keys are there.
         */
        boolean sound() {
            return sound;
        }

        /** The value, or the default, or empty: where it was left out, or refused and reported. */
        <T> Optional<T> get(Setting<T> key) {
            Optional<T> value = Optional.empty();
            boolean set = false;
            for (Part part : parts) {
                Object raw = part.table().get(List.of(key.name()));
                if (raw != null) {
                    set = true;
                    value = read(key, raw, part.place(key.name()));
                }
            }
            if (set) {
                return value;
            }
            if (key.required()) {
                refuseMissing(key, section.header());
            }
            Object fallback = key.fallback();
            return fallback == null ? Optional.empty() : read(key, fallback, place());
        }

        /** Reports each key that is neither the section's nor among the others. */
        void refuseUnknown(List<? extends Setting<?>> others) {
            Set<String> known = new LinkedHashSet<>();
            section.keys().forEach(key -> known.add(key.name()));
            others.forEach(key -> known.add(key.name()));
            for (Part part : parts) {
                for (String key : part.table().keySet()) {
                    if (!known.contains(key)) {
                        refuse(
                                part.place(key),
                                "unknown key "
                                        + Malformed.quote(key)
                                        + " in "
                                        + section.header()
                                        + ": "
                                        + hint(key, part.table().get(List.of(key)), known));
                    }
                }
            }
        }

        /** Reports that the key should be here, unless a syntax error may have swallowed it. */
        void refuseMissing(Setting<?> key, String who) {
            sound = false;
            if (parts.stream().allMatch(Part::whole)) {
                refuse(place(), who + " needs " + key.name() + ": " + key.description());
            }
        }

        /** Whether the key is set. */
        boolean has(Setting<?> key) {
            return parts.stream().anyMatch(part -> part.table().contains(List.of(key.name())));
        }

        /** Reports something about the entry that is more than one key's affair. */
        void refuse(Problem.Place place, String message) {
            sound = false;
            scope.report(place.problem(message));
        }

        /** Something within it was refused and reported. */
        void spoil() {
            sound = false;
        }

        /** Where the key is set, the last time; where it isn't, the entry itself. */
        Problem.Place place(Setting<?> key) {
            for (Part part : parts.reversed()) {
                if (part.table().contains(List.of(key.name()))) {
                    return part.place(key.name());
                }
            }
            return place();
        }

        Problem.Place place() {
            return parts.isEmpty() ? nowhere : parts.getLast().header();
        }

        private <T> Optional<T> read(Setting<T> key, Object raw, Problem.Place place) {
            Optional<T> value =
                    key.kind().reader().read(new Kind.Value(key.name(), raw, place, scope));
            sound &= value.isPresent();
            return value;
        }

        private String hint(String key, @Nullable Object value, Set<String> known) {
            if (value instanceof TomlTable && section.has(Keys.QUANTITIES.name())) {
                return "what is set for a quantity stands in [sensor.quantity." + key + "]";
            }
            Optional<String> owner =
                    Stream.concat(Keys.SECTIONS.stream(), Stream.of(Keys.QUANTITY))
                            .filter(other -> other.has(key))
                            .map(Section::header)
                            .findFirst();
            return Spelling.nearest(key, known).isEmpty() && owner.isPresent()
                    ? "it belongs in " + owner.get()
                    : Spelling.hint(key, known);
        }
    }
}
