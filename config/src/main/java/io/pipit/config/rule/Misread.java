package io.pipit.config.rule;

import java.io.Serial;

/** A condition that isn't one, and where. The message is for the person who wrote it. */
public final class Misread extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final int offset;

    Misread(int offset, String message) {
        super(message, null, false, false);
        this.offset = offset;
    }

    /** Characters before what is wrong; those of all where something is missing at the end. */
    public int offset() {
        return offset;
    }
}
