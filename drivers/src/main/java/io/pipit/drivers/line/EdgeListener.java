package io.pipit.drivers.line;

/** Hears of edges, on a thread that serves all lines: it must be quick and must not wait. */
public interface EdgeListener {

    void edge(Edge edge);

    /** There will be no more edges of this line, since it is gone. */
    void failed(String reason);
}
