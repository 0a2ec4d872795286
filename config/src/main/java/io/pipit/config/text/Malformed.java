package io.pipit.config.text;

import java.io.Serial;

/**
 * A text that isn't what it should be. The message says what is wrong with it and how to write it,
 * so that it can be shown to the person who wrote it.
 */
public final class Malformed extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private static final int QUOTED_CHARS_MAX = 60;

    /** Makes one whose message is shown to people as it is. */
    public Malformed(String message) {
        super(message, null, false, false);
    }

    /** The text in quotes for a message: one line, no control characters, cut where it is long. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints()
                .limit(QUOTED_CHARS_MAX)
                .map(c -> Character.isISOControl(c) || !Character.isDefined(c) ? '?' : c)
                .forEach(quoted::appendCodePoint);
        return quoted.append(text.length() > QUOTED_CHARS_MAX ? "…\"" : "\"").toString();
    }
}
