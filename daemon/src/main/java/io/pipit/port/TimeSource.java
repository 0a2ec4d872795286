package io.pipit.port;

/** The clocks. Any thread may ask; a test hands in one that it moves by hand. */
public interface TimeSource {
    /** Since the machine's boot, CLOCK_MONOTONIC, nanoseconds; never goes back, never jumps. */
    long monotonicNanos();

    /** Since 1970, UTC, microseconds; may jump either way. */
    long wallMicros();

    /** Whether the wall clock was set by something that knows the time (NTP, GPS, an RTC kept). */
    boolean synchronised();

    /** {@link #monotonicNanos} in microseconds, as stamps have it. */
    default long monotonicMicros() {
        return monotonicNanos() / 1_000;
    }
}
