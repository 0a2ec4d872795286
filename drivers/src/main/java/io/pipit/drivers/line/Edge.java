package io.pipit.drivers.line;

/**
 * A change of an input line.
 *
 * @param nanos when, on the kernel's monotonic clock
 * @param active whether the line is active from then on
 * @param lost how many edges before this one, and since the last, came too fast to be kept
 */
public record Edge(long nanos, boolean active, long lost) {}
