package io.pipit.drivers.linux.gpio;

import com.pi4j.io.exception.IOException;

/** A line that cannot be had, read or set, as our Pi4J providers throw it. */
final class LineException extends IOException {

    private static final long serialVersionUID = 1;

    LineException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
