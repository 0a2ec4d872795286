package io.pipit.drivers.tty;

import java.io.IOException;

/** An open serial port failed: it was unplugged, most often. The message says what to do. */
public final class SerialException extends IOException {

    private static final long serialVersionUID = 1;

    private final boolean gone;

    /**
     * @param gone whether nothing is behind it any more
     */
    public SerialException(String message, boolean gone, Throwable cause) {
        super(message, cause);
        this.gone = gone;
    }

    /** Whether nothing is behind the port any more, so that it has to be opened anew. */
    public boolean isGone() {
        return gone;
    }
}
