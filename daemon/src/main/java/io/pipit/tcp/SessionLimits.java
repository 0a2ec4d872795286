package io.pipit.tcp;

import java.time.Duration;

/**
 * What one endpoint grants its clients.
 *
 * @param connectionsMax at once; one more is told so and closed
 * @param requestsMax of a connection that wait for an answer; one more gets 5.03
 * @param observationsMax of a connection; one more is answered once, without an observation
 * @param messageBytesMax the largest message taken, as the CSM announces it; a larger one ends the
 *     connection
 * @param outboundBytesMax of a connection that wait to be sent; who reads slower is dropped
 * @param handshake until the first message has to be there
 * @param idle how long a connection may do nothing, from one to two times this; one with
 *     observations is asked with a Ping first
 */
public record SessionLimits(
        int connectionsMax,
        int requestsMax,
        int observationsMax,
        int messageBytesMax,
        long outboundBytesMax,
        Duration handshake,
        Duration idle) {
    /** For programs on this machine. */
    public static final SessionLimits LOCAL =
            new SessionLimits(
                    64, 64, 64, 1 << 20, 8 << 20, Duration.ofSeconds(10), Duration.ofMinutes(5));
}
