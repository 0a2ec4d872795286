package io.pipit.resource;

/** The tree, as a transport sees it. Thread-safe. */
@FunctionalInterface
public interface Resources {
    /**
     * Takes a request. Never blocks and never throws: every outcome is a response, now or later,
     * from any thread.
     */
    void handle(Request request, Exchange exchange);
}
