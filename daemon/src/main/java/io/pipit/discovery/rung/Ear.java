package io.pipit.discovery.rung;

import java.util.List;

/** A rung that listens on this machine's links. Any thread. */
public interface Ear extends AutoCloseable {
    /** Somebody trusted is missed: whoever can ask does so now. */
    void seek();

    /**
     * Who is there, as it says, the same node once for each place; who left isn't among them any
     * more. Doesn't wait.
     */
    List<Sighting> heard();

    /** Ends it; takes a second at the most. */
    @Override
    void close();
}
