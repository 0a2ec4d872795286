package io.pipit.identity.pairing;

import java.security.PublicKey;
import java.util.concurrent.CompletionStage;

/**
 * A connection to somebody whose key isn't known beforehand, for pairing alone: nothing that comes
 * from there gets anything. Thread-safe.
 */
public interface Meeting extends AutoCloseable {
    /** How long an answer may take, seconds: a small board calculates for one or two. */
    int PATIENCE_S = 15;

    /**
     * What came back.
     *
     * @param from the key that the connection proved
     */
    record Answer(PublicKey from, byte[] message) {}

    /**
     * Asks, with a connection made first where there is none; one question at a time.
     *
     * @return fails with {@link MeetingFailed}
     */
    CompletionStage<Answer> ask(byte[] message);

    /** Ends it; waits for a goodbye to be sent, some milliseconds. */
    @Override
    void close();
}
