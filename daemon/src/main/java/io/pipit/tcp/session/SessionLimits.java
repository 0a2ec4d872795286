package io.pipit.tcp.session;

import java.time.Duration;

/**
 * What one endpoint grants the other side of its connections.
 *
 * @param connectionsMax at once; one more is told so and closed
 * @param requestsMax of a connection that wait for an answer; one more gets 5.03
 * @param observationsMax of a connection; one more is answered once, without an observation
 * @param messageBytesMax the largest message taken, as the CSM announces it; a larger one ends the
 *     connection
 * @param inboundBytesMax of a connection that arrived and wait to be taken to where they belong; it
 *     isn't read meanwhile
 * @param outboundBytesMax of a connection that wait to be sent, stretches of files not counted; who
 *     reads slower is dropped
 * @param handshake until the first message has to be there
 * @param silence how long nothing may come of a connection on which something is under way, before
 *     it is asked with a Ping; after as long again it is given up: the other side may have gone
 *     without a word, or have another address
 * @param idle how long a connection may do nothing, from one to two times this
 */
public record SessionLimits(
        int connectionsMax,
        int requestsMax,
        int observationsMax,
        int messageBytesMax,
        long inboundBytesMax,
        long outboundBytesMax,
        Duration handshake,
        Duration silence,
        Duration idle) {
    private static final int MESSAGE_BYTES_MAX = 1 << 20;

    /** For the verbs of this program, on this machine. */
    public static final SessionLimits LOCAL =
            new SessionLimits(
                    64,
                    64,
                    64,
                    MESSAGE_BYTES_MAX,
                    2 << 20,
                    8 << 20,
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(5));

    /** For any program on this machine, which only reads. */
    public static final SessionLimits MONITOR =
            new SessionLimits(
                    32,
                    16,
                    64,
                    16 * 1024,
                    64 * 1024,
                    1 << 20,
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(5));

    /** For peers: each may have a connection for what is live and one for bulk, and lose some. */
    public static final SessionLimits NETWORK =
            new SessionLimits(
                    512,
                    64,
                    64,
                    MESSAGE_BYTES_MAX,
                    2 << 20,
                    4 << 20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1));
}
