package io.pipit.port.bulk;

/**
 * The way on which bulk goes to the peers. Called on the node loop, never blocks. For each {@link
 * #push} exactly one {@link BulkEvent.PushEnded} follows, and {@link BulkEvent.Progress} before it.
 */
public interface BulkLinks {
    /**
     * Sends a file into the peer's inbox: asks first how much of it is held there, and ends when
     * the peer said that it is complete.
     *
     * @param pace holds for all pushes together
     */
    record Push(Outgoing file, Pace pace) {}

    /** Begins, or goes on. */
    void push(Push push);

    /** Stops one; it ends all the same. */
    void stop(long number);
}
