package io.pipit.model;

/**
 * When something happened, by the clock that never jumps: the log's own number for the boot of the
 * machine, and the time since that boot. {@link Timeline} knows what that is on the wall.
 *
 * @param boot counts the machine's boots within this log, from 1
 * @param monotonicMicros since that boot, CLOCK_MONOTONIC, microseconds
 */
public record Stamp(int boot, long monotonicMicros) {}
