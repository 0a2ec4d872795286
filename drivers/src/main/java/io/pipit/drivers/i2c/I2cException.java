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
        DENIED,
        /** A driver of the kernel holds the address: EBUSY. */
        HELD
    }

    private final String message;
    private final Reason reason;
    private final String errno;
    private final String hint;

    public I2cException(Reason reason, String message) {
        this(reason, message, "", "");
    }

    /**
     * @param errno the kernel's name for it and what that means; may be empty
     * @param hint what else is known that may help, or what to do; may be empty
     */
    public I2cException(Reason reason, String message, String errno, String hint) {
        super(message);
        this.message = message;
        this.reason = reason;
        this.errno = errno;
        this.hint = hint;
    }

    public Reason reason() {
        return reason;
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** The kernel's name for it, {@code ENXIO} with a few words; empty where there is none. */
    public String errno() {
        return errno;
    }

    /** What else is known that may help, as a part of a sentence; may be empty. */
    public String hint() {
        return hint;
    }
}
