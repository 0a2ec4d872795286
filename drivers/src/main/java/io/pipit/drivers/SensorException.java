package io.pipit.drivers;

import org.jspecify.annotations.Nullable;

/**
 * A sensor could not be opened or read. The message is for the person who looks after the board: it
 * says in one line what is wrong, where, and what to do.
 */
public final class SensorException extends Exception {

    private static final long serialVersionUID = 1;

    /** What kind of trouble it is: what a counter or a decision needs to know. */
    public enum Category {
        /** Nothing is there: no answer from the bus, no such file. */
        ABSENT,
        /** Something answers, but it is not what the configuration says. */
        WRONG_CHIP,
        /** It answered wrongly, or the transfer failed; may pass. */
        IO,
        /** A value outside of what the datasheet allows: a fault, not a reading. */
        OUT_OF_RANGE,
        /** This user may not. */
        DENIED,
        /** The configuration asks for what cannot be; trying again will not help. */
        CONFIGURATION,
        /** It took longer than it may. */
        TIMEOUT,
        /** Something holds the bus itself, so that none of its sensors can be reached. */
        BUS_HELD
    }

    private final Category category;

    public SensorException(Category category, String message) {
        this(category, message, null);
    }

    public SensorException(Category category, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.category = category;
    }

    public Category category() {
        return category;
    }
}
