package io.pipit.model;

/**
 * What the wall clock was, compared to the monotonic one: itself an entry of the log, so that a
 * node that learns the right time later puts right what its peers already hold.
 *
 * @param sequence its place in the log
 * @param at when it was noticed, and the boot that it speaks of
 * @param offsetMicros wall clock (microseconds since 1970, UTC) minus monotonic time
 * @param synchronised whether the wall clock was set by something that knows the time
 */
public record BootClock(long sequence, Stamp at, long offsetMicros, boolean synchronised)
        implements LogEntry {}
