package io.pipit.config.toml;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlPosition;

/**
 * Where something stands.
 *
 * @param line from 1
 * @param column from 1, in code points, as the TOML parser counts
 */
public record Place(Path file, int line, int column) {
    /** What stands for a whole file. */
    static Place beginning(Path file) {
        return new Place(file, 1, 1);
    }

    /** What the parser says of where in the same file; this where it says nothing. */
    public Place orAt(@Nullable TomlPosition at) {
        return at == null ? this : new Place(file, at.line(), at.column());
    }

    /** Something that is wrong here. */
    public Problem problem(String message) {
        return new Problem(file, line, column, message);
    }

    /** As a message names it: from elsewhere in the same file by its line alone. */
    String seenFrom(Place other) {
        return file.equals(other.file) ? "line " + line : file + ":" + line;
    }
}
