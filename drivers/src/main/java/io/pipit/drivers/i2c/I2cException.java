package io.pipit.drivers.i2c;

import com.pi4j.io.exception.IOException;

/**
 * A transfer on an I2C bus that failed, as our Pi4J providers throw it: Pi4J's own exceptions do
 * not say why.
 */
public final class I2cException extends IOException {

    private static final long serialVersionUID = 1;

    /** Why, with the errno that Linux has for it. */
    public enum Reason {
        /** Nobody acknowledged: ENXIO, EREMOTEIO. */
        NAK,
        /** The bus is held, or the chip stretches the clock for too long: ETIMEDOUT. */
        TIMEOUT,
        /** Anything else on the wire: EIO, EAGAIN. */
        IO,
        /** EACCES, EPERM. */
        DENIED
    }

    private final Reason reason;

    public I2cException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
