package io.pipit.config.toml;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A string as it stands in a TOML file, behind its key: finds where a character of its value was
 * written, past quotes and escapes. One thread.
 */
final class WrittenString {
    private static final int SHORT_ESCAPE_DIGITS = 4;
    private static final int LONG_ESCAPE_DIGITS = 8;
    private static final int QUOTES_OF_SEVERAL_LINES = 3;

    private final String source;
    private int at;

    private WrittenString(String source, int at) {
        this.source = source;
        this.at = at;
    }

    /**
     * Where a character of a value stands.
     *
     * @param source the whole file
     * @param key where the value's key stands
     * @param offset characters of the value before the one that is looked for
     * @return empty where no string begins behind the key
     */
    static Optional<Place> find(String source, Place key, int offset) {
        int start = 0;
        for (int line = 1; line < key.line(); line++) {
            start = source.indexOf('\n', start) + 1;
            if (start == 0) {
                return Optional.empty();
            }
        }
        if (source.codePointCount(start, source.length()) < key.column()) {
            return Optional.empty();
        }
        WrittenString string =
                new WrittenString(source, source.offsetByCodePoints(start, key.column() - 1));
        return string.skipKey() && string.skipValue(offset)
                ? Optional.of(string.place(key.file()))
                : Optional.empty();
    }

    private boolean skipKey() {
        char first = look();
        if (first == '"' || first == '\'') {
            at = source.indexOf(first, at + 1) + 1;
            if (at == 0) {
                return false;
            }
        } else {
            while (Character.isLetterOrDigit(look()) || look() == '-' || look() == '_') {
                at++;
            }
        }
        skipSpaces();
        if (look() != '=') {
            return false;
        }
        at++;
        skipSpaces();
        return look() == '"' || look() == '\'';
    }

    /** To the character after so many of the value, or to its end. */
    private boolean skipValue(int offset) {
        char quote = look();
        String several = String.valueOf(quote).repeat(QUOTES_OF_SEVERAL_LINES);
        boolean lines = source.startsWith(several, at);
        at += lines ? several.length() : 1;
        if (lines) {
            if (look() == '\r') {
                at++;
            }
            if (look() == '\n') {
                at++;
            }
        }
        int left = offset;
        while (left > 0 && at < source.length()) {
            if (lines ? source.startsWith(several, at) : look() == quote) {
                return true;
            }
            left -= quote == '"' && look() == '\\' ? skipEscape() : skipCharacter();
        }
        return at < source.length();
    }

    private int skipCharacter() {
        at++;
        return 1;
    }

    /** Says how many characters it stands for. */
    private int skipEscape() {
        at++;
        char kind = look();
        if (Character.isWhitespace(kind)) {
            while (Character.isWhitespace(look())) {
                at++;
            }
            return 0;
        }
        int digits = kind == 'u' ? SHORT_ESCAPE_DIGITS : kind == 'U' ? LONG_ESCAPE_DIGITS : 0;
        at = Math.min(source.length(), at + 1 + digits);
        return 1;
    }

    private void skipSpaces() {
        while (look() == ' ' || look() == '\t') {
            at++;
        }
    }

    /** The present character; zero at the end. */
    private char look() {
        return at < source.length() ? source.charAt(at) : 0;
    }

    private Place place(Path file) {
        int line = 1 + (int) source.substring(0, at).chars().filter(c -> c == '\n').count();
        int start = source.lastIndexOf('\n', at - 1) + 1;
        return new Place(file, line, 1 + source.codePointCount(start, at));
    }
}
