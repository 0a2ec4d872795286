package io.pipit.wire;

/** What came over the wire isn't what it should be; the message is fit for the log. */
public final class WireException extends Exception {
    private static final long serialVersionUID = 1;

    public WireException(String message) {
        super(message);
    }
}
