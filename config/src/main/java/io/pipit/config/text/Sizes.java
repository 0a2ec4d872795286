package io.pipit.config.text;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes as the configuration writes them: {@code 64MiB}, {@code 500kB}. */
public final class Sizes {
    /** What {@link #parse} accepts, as a regular expression for schemas. */
    public static final String FORM = "[0-9]{1,18}(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)";

    private static final Pattern PATTERN = Pattern.compile("([0-9]{1,18})([A-Za-z]{1,3})");

    /** Bytes of each unit, the largest first, binary before decimal. */
    private static final Map<String, Long> UNITS = units();

    private Sizes() {}

    /** The number of bytes that the text says. */
    public static long parse(String text) throws Malformed {
        Matcher matcher = PATTERN.matcher(text);
        Long unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a size: write a whole number and "
                            + String.join(", ", UNITS.keySet())
                            + ", such as \"64MiB\"");
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException e) {
            throw new Malformed(Malformed.quote(text) + " is more bytes than can be counted");
        }
    }

    /** The text of a number of bytes, in the unit that gives the smallest whole number. */
    public static String format(long bytes) {
        return UNITS.entrySet().stream()
                .filter(unit -> bytes % unit.getValue() == 0)
                .max(Map.Entry.comparingByValue())
                .filter(_ -> bytes != 0)
                .map(unit -> bytes / unit.getValue() + unit.getKey())
                .orElse("0B");
    }

    private static Map<String, Long> units() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("TiB", 1L << 40);
        units.put("GiB", 1L << 30);
        units.put("MiB", 1L << 20);
        units.put("KiB", 1L << 10);
        units.put("TB", 1_000_000_000_000L);
        units.put("GB", 1_000_000_000L);
        units.put("MB", 1_000_000L);
        units.put("kB", 1_000L);
        units.put("B", 1L);
        return units;
    }
}
