package io.pipit.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlPosition;

/**
 * One thing that is wrong with a configuration, and where.
 *
 * @param file the file as it was named, or one of its {@code conf.d}
 * @param line from 1; 1 where the whole file is meant
 * @param column from 1; that of the key, or of the value within a list
 * @param message what is wrong and what to do, in one line
 */
public record Problem(Path file, int line, int column, String message) {
    /** {@code file:line:column: message}. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + message;
    }

    /** Where something stands. */
    record Place(Path file, int line, int column) {
        /** What the parser says of where, or, where it says nothing, the other place. */
        static Place of(Path file, @Nullable TomlPosition at, Place otherwise) {
            return at == null ? otherwise : new Place(file, at.line(), at.column());
        }

        Problem problem(String message) {
            return new Problem(file, line, column, message);
        }

        /** As a message names it: from elsewhere in the same file by its line alone. */
        String seenFrom(Place other) {
            return file.equals(other.file) ? "line " + line : file + ":" + line;
        }
    }
}
