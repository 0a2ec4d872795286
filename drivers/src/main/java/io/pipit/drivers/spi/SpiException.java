package io.pipit.drivers.spi;

import com.pi4j.io.exception.IOException;

/**
 * An exchange on an SPI bus that failed, as our Pi4J providers throw it. That nobody is there
 * cannot be seen: then all bits come as ones or as zeros.
 */
public final class SpiException extends IOException {

    private static final long serialVersionUID = 1;

    public SpiException(String message, Throwable cause) {
        super(message, cause);
    }
}
