package io.pipit.drivers.output;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.pwm.Pwm;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.line.PulseWidth;

/** A channel, in nanoseconds, whatever Pi4J's provider is. */
record Pulses(Pwm channel, String name, long periodNanos) implements AutoCloseable {

    private static final double PERCENT_MAX = 100;

    static Pulses of(Pwm channel, String name, int hertz) {
        return new Pulses(
                channel,
                name,
                channel instanceof PulseWidth fine ? fine.periodNanos() : 1_000_000_000L / hertz);
    }

    /** Whether pulses can be set finer than in whole percents. */
    boolean isFine() {
        return channel instanceof PulseWidth;
    }

    void send(long nanos) throws SensorException {
        try {
            if (channel instanceof PulseWidth fine) {
                fine.pulse(nanos);
            } else {
                channel.on((int) Math.round(PERCENT_MAX * nanos / periodNanos));
            }
        } catch (Pi4JException e) {
            throw new SensorException(Category.IO, name + " cannot be set: " + e.getMessage(), e);
        }
    }

    /** When it is closed the pulses go on as they are, where the provider can do that. */
    void goOn() {
        if (channel instanceof PulseWidth fine) {
            fine.goOnWhenClosed();
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
