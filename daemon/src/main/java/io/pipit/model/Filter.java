package io.pipit.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which series somebody wants: a set of patterns, of which one must fit. In a pattern {@code *} is
 * one segment and {@code **} any number of them. Two filters with the same patterns are equal in
 * whatever order these were given. Immutable.
 *
 * @param patterns sorted, each once, at least one and at most {@link #PATTERNS_MAX}
 */
public record Filter(List<String> patterns) {
    /** More patterns than anybody writes by hand; what it bounds is the work per reading. */
    public static final int PATTERNS_MAX = 64;

    // Above ALL, which is checked against it while this class is initialised.
    private static final Pattern SEGMENT = Pattern.compile("\\*|\\*\\*|[a-z0-9][a-z0-9-]{0,31}");

    /** What else may stand in a filter of files: more than a series' name has. */
    private static final Pattern FILE_SEGMENT =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    private static final int SEGMENTS_MAX = 8;
    private static final int SERIES_SEGMENTS = 2;

    /** Lets everything through. */
    public static final Filter ALL = new Filter(List.of("**"));

    public Filter {
        if (patterns.isEmpty() || patterns.size() > PATTERNS_MAX) {
            throw new IllegalArgumentException(
                    "a filter has 1 to " + PATTERNS_MAX + " patterns, not " + patterns.size());
        }
        for (String pattern : patterns) {
            if (!isFilePattern(pattern)) {
                throw noPattern(pattern);
            }
        }
        patterns = List.copyOf(new TreeSet<>(patterns));
    }

    /** A filter of series with these patterns. */
    public static Filter of(String... patterns) {
        return of(Arrays.asList(patterns));
    }

    /** A filter of series with these patterns. */
    public static Filter of(List<String> patterns) {
        for (String pattern : patterns) {
            if (!isPattern(pattern)) {
                throw noPattern(pattern);
            }
        }
        return new Filter(patterns);
    }

    private static IllegalArgumentException noPattern(String pattern) {
        return new IllegalArgumentException(
                "not a pattern: '" + pattern + "'; use names, * and ** with / between them");
    }

    /** Reads what {@link #toString} wrote; nothing where it isn't a filter. */
    public static Optional<Filter> parse(String text) {
        List<String> patterns = Arrays.asList(text.split(",", -1));
        return patterns.size() <= PATTERNS_MAX && patterns.stream().allMatch(Filter::isPattern)
                ? Optional.of(new Filter(patterns))
                : Optional.empty();
    }

    /** Whether it is names, {@code *} and {@code **} with a slash between them. */
    public static boolean isPattern(String text) {
        String[] segments = text.split("/", -1);
        return segments.length <= SEGMENTS_MAX
                && Arrays.stream(segments).allMatch(s -> SEGMENT.matcher(s).matches());
    }

    /** The same over the names of files, which may have more than a series': {@code map.png}. */
    public static boolean isFilePattern(String text) {
        String[] segments = text.split("/", -1);
        return segments.length <= SEGMENTS_MAX
                && Arrays.stream(segments)
                        .allMatch(s ->
                                SEGMENT.matcher(s).matches() || FILE_SEGMENT.matcher(s).matches());
    }

    /** Whether one of the patterns fits a file's name with its folders. */
    public boolean matches(List<String> segments) {
        return matches(segments.toArray(String[]::new));
    }

    /** Whether one of the patterns fits {@code sensor/quantity}. */
    public boolean matches(Series series) {
        return matches(new String[] {series.sensor(), series.quantity()});
    }

    /** Whether one of the patterns fits {@code node/sensor/quantity}. */
    public boolean matches(String node, Series series) {
        return matches(new String[] {node, series.sensor(), series.quantity()});
    }

    private boolean matches(String[] name) {
        for (String pattern : patterns) {
            if (fits(pattern, 0, name, 0)) {
                return true;
            }
        }
        return false;
    }

    // Without splitting the pattern: this is asked for every reading and every feed.
    private static boolean fits(String pattern, int from, String[] name, int at) {
        if (from > pattern.length()) {
            return at == name.length;
        }
        int slash = pattern.indexOf('/', from);
        int end = slash < 0 ? pattern.length() : slash;
        if (pattern.startsWith("**", from)) {
            return fits(pattern, end + 1, name, at)
                    || (at < name.length && fits(pattern, from, name, at + 1));
        }
        if (at == name.length) {
            return false;
        }
        String segment = name[at];
        boolean fits =
                pattern.charAt(from) == '*'
                        || (end - from == segment.length() && pattern.startsWith(segment, from));
        return fits && fits(pattern, end + 1, name, at + 1);
    }

    /**
     * Whether all that the other filter lets through of one node's series, {@code sensor/quantity},
     * this one lets through too.
     */
    public boolean covers(Filter other) {
        return other.plain().stream()
                .allMatch(wanted -> plain().stream().anyMatch(pattern -> covers(pattern, wanted)));
    }

    private static boolean covers(TwoSegments pattern, TwoSegments wanted) {
        return (pattern.sensor.equals("*") || pattern.sensor.equals(wanted.sensor))
                && (pattern.quantity.equals("*") || pattern.quantity.equals(wanted.quantity));
    }

    /** A pattern of two segments, without {@code **}. */
    private record TwoSegments(String sensor, String quantity) {}

    // In two segments a ** is nothing, one * or two: so each pattern is some without any.
    private Set<TwoSegments> plain() {
        Set<TwoSegments> plain = new HashSet<>();
        for (String pattern : patterns) {
            plain(List.of(pattern.split("/", -1)), List.of(), plain);
        }
        return plain;
    }

    private static void plain(List<String> rest, List<String> name, Set<TwoSegments> found) {
        if (name.size() > SERIES_SEGMENTS) {
            return;
        }
        if (rest.isEmpty()) {
            if (name.size() == SERIES_SEGMENTS) {
                found.add(new TwoSegments(name.get(0), name.get(1)));
            }
            return;
        }
        List<String> after = rest.subList(1, rest.size());
        boolean any = rest.getFirst().equals("**");
        if (any) {
            plain(after, name, found);
        }
        List<String> longer = new ArrayList<>(name);
        longer.add(any ? "*" : rest.getFirst());
        plain(any ? rest : after, longer, found);
    }

    /** The patterns with commas between them; what {@link #parse} reads. */
    @Override
    public String toString() {
        return String.join(",", patterns);
    }
}
