package io.pipit.port.bulk;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What happens to files on their way; part of the events that reach the core. */
public sealed interface BulkEvent {
    /** How a push ended. */
    enum Outcome {
        /** The peer has it, checked and durable. */
        DELIVERED,
        /** The peer won't have it as things are there; somebody has to do something. */
        REFUSED,
        /** It didn't get through, or the peer can't take it now. */
        BROKEN
    }

    /** A file is in the queue, new or since an earlier run. */
    record Spooled(Outgoing file) implements BulkEvent {}

    /**
     * How far a push is.
     *
     * @param bytes that the peer holds, from the start of the file on
     */
    record Progress(long number, long bytes) implements BulkEvent {}

    /** A push is over. */
    record PushEnded(long number, Outcome outcome, String reason) implements BulkEvent {}

    /**
     * Somebody doesn't want this one sent any more.
     *
     * @param answer whether there was one
     */
    record Cancelled(long number, CompletableFuture<Boolean> answer) implements BulkEvent {}

    /** Asks how all of them are. */
    record Asked(CompletableFuture<List<TransferStatus>> answer) implements BulkEvent {}
}
