package io.pipit.port.bulk;

import java.util.Locale;

/**
 * How a file on its way to a peer is.
 *
 * @param bytes that the peer is known to hold
 * @param bytesPerSecond of late; 0 where nothing moves
 * @param secondsLeft at that rate; negative where that isn't known
 * @param reason why it waits or was refused; may be empty
 */
public record TransferStatus(
        Outgoing file,
        State state,
        long bytes,
        long bytesPerSecond,
        double secondsLeft,
        String reason) {
    /** What becomes of it. */
    public enum State {
        /** In the queue: for its turn, or for the peer. */
        WAITING,
        SENDING,
        /** By the peer; tried again from time to time. */
        REFUSED,
        DELIVERED,
        CANCELLED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
