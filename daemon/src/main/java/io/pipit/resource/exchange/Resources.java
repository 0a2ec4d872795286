package io.pipit.resource.exchange;

import org.jspecify.annotations.Nullable;

/** The tree, as a transport sees it. Thread-safe. */
public interface Resources {
    /**
     * Takes a request. Never blocks and never throws: every outcome is a response, now or later,
     * from any thread.
     */
    void handle(Request request, Exchange exchange);

    /**
     * Takes a request whose payload is too large to be held in memory; {@link Request#payload} is
     * empty. Never blocks and never throws.
     *
     * @param bytes how many will come
     * @return what takes them; null where nothing here takes so much at a time, which the transport
     *     then says with 4.13
     */
    default @Nullable Intake intake(Request request, long bytes, Exchange exchange) {
        return null;
    }
}
