package io.pipit.drivers.line;

/** An input that knows when its edges happened; Pi4J's own listeners are not told. */
public interface EdgeSource {

    /** Tells of each edge from now on, until the input is closed. At most one listener. */
    void listen(EdgeListener listener);
}
