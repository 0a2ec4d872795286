package io.pipit.drivers.line;

/**
 * What is asked of an output line.
 *
 * @param chip the label of the chip that the line is of; empty for that of the 40-pin header
 * @param line its number on the chip, which on a Raspberry Pi is the number after "GPIO"
 * @param activeLow whether low is active, as with most relay boards
 * @param safe whether it is active from the start, and again when it is closed
 */
public record OutputRequest(String chip, int line, boolean activeLow, boolean safe) {}
