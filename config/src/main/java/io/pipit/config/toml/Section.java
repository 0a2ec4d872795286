package io.pipit.config.toml;

import java.util.List;
import java.util.stream.Stream;
import org.tomlj.TomlTable;

/**
 * A table of the configuration, {@code [name]}, or {@code [[name]]} where there may be several.
 *
 * @param entriesMax how many there may be; 1 is {@code [name]}
 * @param open whether there are keys besides, which something else describes
 */
public record Section(
        String name, int entriesMax, boolean open, List<Setting<?>> keys, String description) {
    public Section {
        keys = List.copyOf(keys);
    }

    /** {@code [name]}. */
    public static Section single(String name, String description, Setting<?>... keys) {
        return new Section(name, 1, false, List.of(keys), description);
    }

    /** {@code [[name]]}. */
    public static Section repeated(
            String name, int entriesMax, String description, Setting<?>... keys) {
        return new Section(name, entriesMax, false, List.of(keys), description);
    }

    /** The same, with keys besides. */
    public Section andOthers() {
        return new Section(name, entriesMax, true, keys, description);
    }

    /** The same keys under another name. */
    public Section named(String other) {
        return new Section(other, entriesMax, open, keys, description);
    }

    /** Whether there may be several. */
    public boolean repeated() {
        return entriesMax > 1;
    }

    /** As it is written. */
    public String header() {
        return repeated() ? "[[" + name + "]]" : "[" + name + "]";
    }

    /** Whether it has a key of this name. */
    public boolean has(String key) {
        return keys.stream().anyMatch(known -> known.name().equals(key));
    }

    /** Those whose tables are values of its keys. */
    Stream<Section> inner() {
        return keys.stream().flatMap(key -> key.kind().each().stream());
    }

    /**
     * One such table in one file.
     *
     * @param whole false where the file has syntax errors, so that keys may be missing by those
     *     alone
     */
    public record Part(TomlTable table, boolean whole, Place header) {
        Place place(String key) {
            return header.orAt(table.inputPositionOf(List.of(key)));
        }
    }
}
