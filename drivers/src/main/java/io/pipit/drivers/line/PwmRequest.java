package io.pipit.drivers.line;

/**
 * What is asked of a channel for pulse-width modulation.
 *
 * @param chip the name of its device, {@code fe20c000.pwm}; empty where there is only one
 * @param channel its number on the chip
 * @param hertz how many pulses a second
 * @param inverted whether the pulses are low
 */
public record PwmRequest(String chip, int channel, int hertz, boolean inverted) {}
