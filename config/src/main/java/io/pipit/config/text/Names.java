package io.pipit.config.text;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names of nodes, sensors, quantities and the like: {@code [a-z0-9][a-z0-9-]{0,31}}. */
public final class Names {
    /** The form of a name as a regular expression. */
    public static final String FORM = "[a-z0-9][a-z0-9-]{0,31}";

    private static final Pattern PATTERN = Pattern.compile(FORM);

    private Names() {}

    /**
     * The name itself, where it is one; what looks like a node ID isn't, so that the two stay
     * apart.
     */
    public static String parse(String text) throws Malformed {
        if (!isName(text)) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a name: use a to z, 0 to 9 and \"-\", at most 32 characters,"
                            + " not beginning with \"-\"");
        }
        if (NodeIds.looksLikeOne(text)) {
            throw new Malformed(Malformed.quote(text) + " looks like a node ID: take another name");
        }
        return text;
    }

    /** Whether the text has the form of a name. */
    public static boolean isName(String text) {
        return PATTERN.matcher(text).matches();
    }

    /**
     * The nearest name to a text such as a host name ({@code Pi_4.local} is {@code pi-4}), or
     * empty.
     */
    public static String from(String text) {
        int dot = text.indexOf('.');
        String name =
                (dot < 0 ? text : text.substring(0, dot))
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", "-")
                        .replaceAll("^-", "");
        name = name.substring(0, Math.min(name.length(), 32)).replaceAll("-$", "");
        return NodeIds.looksLikeOne(name) ? "" : name;
    }
}
