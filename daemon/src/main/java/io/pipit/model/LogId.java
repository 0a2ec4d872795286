package io.pipit.model;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which log of a node: 64 random bits drawn when the store was created, so that a new SD card never
 * continues an old one's numbers. Written as 16 hexadecimal digits.
 */
public record LogId(long bits) implements Comparable<LogId> {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{16}");

    /** Reads 16 lower-case hexadecimal digits; nothing where it isn't that. */
    public static Optional<LogId> parse(String text) {
        return FORM.matcher(text).matches()
                ? Optional.of(new LogId(Long.parseUnsignedLong(text, 16)))
                : Optional.empty();
    }

    @Override
    public int compareTo(LogId other) {
        return Long.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(bits);
    }
}
