package io.pipit.port.rules;

import java.util.Locale;

/**
 * Whether something is so, where that may not be known: Kleene's strong logic of three values. What
 * is unknown stays so unless the rest decides it: {@code false and unknown} is false.
 */
public enum Truth {
    FALSE,
    UNKNOWN,
    TRUE;

    /** True or false. */
    public static Truth of(boolean so) {
        return so ? TRUE : FALSE;
    }

    /** As true as the less true one. */
    public Truth and(Truth other) {
        return compareTo(other) < 0 ? this : other;
    }

    /** As true as the truer one. */
    public Truth or(Truth other) {
        return compareTo(other) > 0 ? this : other;
    }

    /** The opposite; of what is unknown that is unknown, too. */
    public Truth not() {
        return switch (this) {
            case FALSE -> TRUE;
            case UNKNOWN -> UNKNOWN;
            case TRUE -> FALSE;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
