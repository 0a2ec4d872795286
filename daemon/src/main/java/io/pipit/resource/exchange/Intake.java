package io.pipit.resource.exchange;

import java.nio.ByteBuffer;

/**
 * Takes one message's large payload as it arrives. Called by one thread at a time, in order; calls
 * never block. The answer goes the request's usual way, at the earliest after {@link #end}, or
 * before it where the request is refused: what still comes is then thrown away.
 */
public interface Intake {
    /**
     * The next bytes.
     *
     * @param bytes to be read until {@code taken} runs, and not after
     * @param taken run once, on any thread; as long as much isn't taken the connection isn't read
     */
    void take(ByteBuffer bytes, Runnable taken);

    /** That was the whole payload. */
    void end();

    /** The connection broke before that; no answer is wanted. */
    void broken();
}
