package io.pipit.wire;

import java.io.Serial;

/** Bytes that are not what they claim to be. The message is short and fit for a log. */
public final class WireException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private static final int MESSAGE_CHARS_MAX = 300;

    /** Says what is wrong, and where where that helps. */
    public WireException(String message) {
        super(fitForLog(message));
    }

    /** Likewise, when a parser noticed. */
    public WireException(String message, Throwable cause) {
        super(fitForLog(message), cause);
    }

    // What is quoted may come from a stranger: no line breaks, no terminal codes, no page of it.
    private static String fitForLog(String message) {
        StringBuilder out = new StringBuilder();
        message.chars()
                .limit(MESSAGE_CHARS_MAX)
                .forEach(c -> out.append(Character.isISOControl(c) ? '?' : (char) c));
        return out.toString();
    }
}
