package io.pipit.sampling;

import io.pipit.port.Event;
import java.util.List;

/** An open sensor. All calls come on its bus's thread, one at a time. */
public interface Probe extends AutoCloseable {
    /**
     * Measures now.
     *
     * @return at least one value
     * @throws Exception where nothing could be measured; the message is for people
     */
    List<Event.Value> read() throws Exception;

    /** Gives back what it holds. */
    @Override
    void close();

    /** Opens a sensor, as often as it takes. */
    @FunctionalInterface
    interface Opener {
        /**
         * Opens it and checks that it is what was configured.
         *
         * @throws Exception where it isn't there; nothing is left open
         */
        Probe open() throws Exception;
    }
}
