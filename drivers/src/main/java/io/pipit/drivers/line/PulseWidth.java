package io.pipit.drivers.line;

/** A channel whose pulses can be set finer than in the whole percents that Pi4J has. */
public interface PulseWidth {

    /**
     * Sends pulses of this length from now on.
     *
     * @param nanos zero for none; at most the time from one pulse to the next
     */
    void pulse(long nanos);

    /** Pulses go on as they are when it is closed, until somebody takes the channel again. */
    void goOnWhenClosed();

    /** The time from one pulse to the next. */
    long periodNanos();
}
