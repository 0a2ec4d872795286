package io.pipit.drivers.line;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalState;
import java.util.function.LongSupplier;

/** An input that knows when its edges happened. */
@FunctionalInterface
public interface EdgeSource {

    /** Tells of each edge from now on, until the input is closed. At most one listener. */
    void listen(EdgeListener listener);

    /**
     * The edges of any input. One that does not know their time has the time at which they are
     * heard of, and cannot tell what was lost.
     *
     * @param activeLow whether low is active
     * @param nanos the clock for those that have none
     */
    static EdgeSource of(DigitalInput input, boolean activeLow, LongSupplier nanos) {
        if (input instanceof EdgeSource source) {
            return source;
        }
        DigitalState active = activeLow ? DigitalState.LOW : DigitalState.HIGH;
        return listener ->
                input.addListener(event ->
                        listener.edge(new Edge(nanos.getAsLong(), event.state() == active, 0)));
    }
}
