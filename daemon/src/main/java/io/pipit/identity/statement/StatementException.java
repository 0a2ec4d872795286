package io.pipit.identity.statement;

/** Bytes that are no statement, or one whose signature is wrong. */
public final class StatementException extends Exception {
    private static final long serialVersionUID = 1;

    StatementException(String message) {
        super(message, null, false, false);
    }
}
