package io.pipit.config.text;

import java.util.regex.Pattern;

/**
 * Patterns over paths such as {@code air/temperature}: {@code *} is one segment, {@code **} any
 * number. What this checks is that a pattern can match anything at all; matching is the node's.
 */
public final class Patterns {
    /** The form of a pattern as a regular expression, for schemas. */
    public static final String FORM = "[^/]+(/[^/]+)*";

    private static final int SEGMENTS_MAX = 8;
    private static final Pattern NAME = Pattern.compile(Names.FORM);
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    private Patterns() {}

    /** A pattern over a node's series, {@code sensor/quantity}. */
    public static String series(String text) throws Malformed {
        return parse(
                text, NAME, 2, 2, "a series of a node is sensor/quantity, as in \"*/temperature\"");
    }

    /**
     * A pattern over the series of a node and its peers, {@code node/sensor/quantity}, or over its
     * own, {@code sensor/quantity}.
     */
    public static String fleet(String text) throws Malformed {
        return parse(
                text,
                NAME,
                2,
                3,
                "a series is node/sensor/quantity, or sensor/quantity of this node");
    }

    /** A pattern over actuators, {@code node/actuator}, or this node's own, {@code actuator}. */
    public static String fleetActuator(String text) throws Malformed {
        return parse(text, NAME, 1, 2, "an actuator is one name, or node/name of a peer's");
    }

    /** A pattern over what a node lets others read: its series and, one segment, its actuators. */
    public static String readable(String text) throws Malformed {
        return parse(
                text,
                NAME,
                1,
                2,
                "it is sensor/quantity or an actuator, as in \"air/*\" or \"fan\"");
    }

    /** A pattern over a node's actuators. */
    public static String actuator(String text) throws Malformed {
        return parse(text, NAME, 1, 1, "an actuator is one name, as in \"fan\"");
    }

    /** A pattern over the names of files, with their folders. */
    public static String file(String text) throws Malformed {
        return parse(
                text,
                FILE_NAME,
                1,
                SEGMENTS_MAX,
                "a file is a name, with its folders, as in \"map.png\" or \"photos/*\"");
    }

    private static String parse(String text, Pattern word, int wordsMin, int wordsMax, String form)
            throws Malformed {
        String[] segments = text.split("/", -1);
        int words = 0;
        boolean open = false;
        for (String segment : segments) {
            if (segment.equals("**")) {
                open = true;
            } else if (segment.equals("*") || word.matcher(segment).matches()) {
                words++;
            } else {
                throw new Malformed(
                        Malformed.quote(text)
                                + " is not a pattern: "
                                + Malformed.quote(segment)
                                + " is neither a name nor \"*\" nor \"**\"");
            }
        }
        if (segments.length > SEGMENTS_MAX || words > wordsMax || (!open && words < wordsMin)) {
            throw new Malformed(Malformed.quote(text) + " can match nothing: " + form);
        }
        return text;
    }
}
