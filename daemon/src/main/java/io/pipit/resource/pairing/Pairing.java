package io.pipit.resource.pairing;

import io.pipit.identity.pairing.PairingCode;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.resource.exchange.Caller;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the tree needs to pair. Thread-safe; nothing here waits. */
public interface Pairing {
    /**
     * A window that has just been opened.
     *
     * @param expiresMicros when it closes at the latest, since 1970, microseconds
     * @param id this node's
     * @param name this node's
     * @param addresses where this node is reached, best first
     */
    record Opened(
            PairingCode code,
            long expiresMicros,
            NodeId id,
            String name,
            List<InetSocketAddress> addresses) {}

    /**
     * How it stands with the window.
     *
     * @param expiresMicros as above; 0 where none is open
     * @param triesLeft wrong codes that it still takes
     * @param last how the one before ended; empty where there was none
     */
    record State(boolean open, long expiresMicros, int triesLeft, String last) {}

    /** What came of joining. */
    sealed interface Outcome {
        /**
         * It is done, on both sides.
         *
         * @param name what the other node is called here
         * @param address where it is; null where that isn't worth keeping
         * @param way {@code udp} or {@code tcp}
         * @param updated whether it was a peer before
         * @param grants what this node may do there
         * @param notes what else a person should know
         */
        record Joined(
                NodeId id,
                String name,
                @Nullable InetSocketAddress address,
                String way,
                boolean updated,
                Set<Grant> grants,
                List<String> notes)
                implements Outcome {}

        /** It isn't, and why. */
        record Refused(String reason) implements Outcome {}
    }

    /** Takes a message of another node, and answers in any case. */
    CompletionStage<byte[]> take(Caller.Proof from, byte[] message);

    /**
     * Opens a window, in place of one that is open.
     *
     * @param grants what the other node is to be allowed here
     */
    Opened open(Set<Grant> grants);

    /** How it stands. */
    State state();

    /** Closes the window. */
    void close();

    /**
     * Goes to another node's window.
     *
     * @param where an address, a name or an ID
     * @param grants what the other node is to be allowed here
     */
    CompletionStage<Outcome> join(String where, PairingCode code, Set<Grant> grants);
}
