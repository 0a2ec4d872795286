package io.pipit.config.text;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as the configuration writes them: a whole number and a unit, {@code 500ms} to {@code
 * 90d}.
 */
public final class Durations {
    /** What {@link #parse} accepts, as a regular expression for schemas. */
    public static final String FORM = "[0-9]{1,9}(ms|s|m|h|d)";

    private static final Duration LONG = Duration.ofDays(365_000_000);
    private static final Pattern PATTERN = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private Durations() {}

    /** The duration that the text says. */
    public static Duration parse(String text) throws Malformed {
        Matcher matcher = PATTERN.matcher(text);
        if (!matcher.matches()) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a duration: write a whole number and ms, s, m, h or d, such as"
                            + " \"500ms\" or \"10s\"");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    /**
     * The text of a duration in the largest unit that leaves no remainder; what is below a
     * millisecond is cut off, and beyond a million years what is below a day.
     */
    public static String format(Duration duration) {
        if (duration.compareTo(LONG) > 0) {
            return duration.toDays() + "d";
        }
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
