package io.pipit.resource.exchange;

/**
 * A request's way back. Thread-safe; calls never block.
 *
 * <p>Exactly one {@link #respond} ends an ordinary request. For one with Observe, a successful
 * response starts the observation and each later one is a notification, until {@link #onClosed}
 * runs, or until an error is sent, which ends it (RFC 7641, section 3.2).
 */
public interface Exchange {
    /** What fits one message of this transport without splitting, bytes. */
    int payloadBytesMax();

    /**
     * The largest block of a body that this transport carries, bytes, a multiple of 1,024; 0 where
     * it doesn't carry bodies in parts.
     */
    default int blockBytesMax() {
        return 0;
    }

    /** Answers, or notifies. After the end it does nothing. */
    void respond(Response response);

    /**
     * Answers, also a request with Observe, with no notification to follow: what was asked for
     * can't be observed, and the answer must not say so (RFC 7641, section 4.1).
     */
    default void respondOnce(Response response) {
        respond(response);
    }

    /** Runs once when the observer is gone: it said so, or the transport knows. */
    void onClosed(Runnable action);
}
