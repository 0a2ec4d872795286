package io.pipit.config.text;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The written form of a node ID: 16 bytes in base32 (RFC 4648 section 6, no padding), which is 26
 * characters, and two check characters, in four groups of seven.
 *
 * <p>The check characters are the 26 read as a number in base 32, the first one most significant,
 * modulo 1021, in base 32 itself.
 */
public final class NodeIds {
    /** The form of a node ID as a regular expression, as {@link #parse} accepts it. */
    public static final String FORM = "([A-Za-z2-7]{7}-?){3}[A-Za-z2-7]{7}";

    private static final Pattern PATTERN = Pattern.compile(FORM);
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int DATA_CHARS = 26;
    private static final int MODULUS = 1021;
    private static final int UNUSED_BITS = 0b11;

    private NodeIds() {}

    /** The ID as it is printed, from one in upper or lower case, with or without its dashes. */
    public static String parse(String text) throws Malformed {
        if (!looksLikeOne(text)) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a node ID: it has four groups of seven letters A to Z and"
                            + " digits 2 to 7; `pipit id` prints a node's own");
        }
        String id = text.replace("-", "").toUpperCase(Locale.ROOT);
        int remainder = 0;
        for (int i = 0; i < DATA_CHARS; i++) {
            remainder = (remainder * 32 + ALPHABET.indexOf(id.charAt(i))) % MODULUS;
        }
        boolean canonical = (ALPHABET.indexOf(id.charAt(DATA_CHARS - 1)) & UNUSED_BITS) == 0;
        boolean right =
                id.charAt(DATA_CHARS) == ALPHABET.charAt(remainder / 32)
                        && id.charAt(DATA_CHARS + 1) == ALPHABET.charAt(remainder % 32);
        if (!canonical || !right) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " has a wrong character somewhere: its check characters do not fit;"
                            + " copy it again from `pipit id` on that node");
        }
        return String.join(
                "-",
                id.substring(0, 7),
                id.substring(7, 14),
                id.substring(14, 21),
                id.substring(21));
    }

    /** Whether the text has the shape of an ID, whatever its check characters say. */
    public static boolean looksLikeOne(String text) {
        return PATTERN.matcher(text).matches();
    }
}
