package io.pipit.drivers.line;

import java.time.Duration;

/**
 * What is asked of an input line.
 *
 * @param chip the label of the chip that the line is of; empty for that of the 40-pin header
 * @param line its number on the chip, which on a Raspberry Pi is the number after "GPIO"
 * @param activeLow whether low is active, as with a button to ground
 * @param debounce how long the line has to be still before a change counts; zero for at once
 */
public record InputRequest(
        String chip, int line, boolean activeLow, Bias bias, Duration debounce, Trigger trigger) {

    /** What holds the line where nothing drives it. */
    public enum Bias {
        /** Whatever it was set to. */
        AS_IS,
        NONE,
        PULL_UP,
        PULL_DOWN
    }

    /** Which edges are told of. */
    public enum Trigger {
        /** When it becomes active. */
        ACTIVE,
        BOTH
    }
}
