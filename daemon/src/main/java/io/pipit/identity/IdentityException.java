package io.pipit.identity;

import org.jspecify.annotations.Nullable;

/**
 * The key or the list of peers can't be used or changed. The message is one line for a person: what
 * is wrong, where, and what to do.
 */
public final class IdentityException extends Exception {
    private static final long serialVersionUID = 1;

    IdentityException(String message) {
        this(message, null);
    }

    IdentityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
