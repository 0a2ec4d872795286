package io.pipit.config.toml;

import java.nio.file.Path;

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
}
