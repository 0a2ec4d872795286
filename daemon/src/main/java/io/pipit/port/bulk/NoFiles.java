package io.pipit.port.bulk;

import io.pipit.port.bulk.FileRefused.Reason;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Shares nothing and takes nothing.
 *
 * @param why and what would change that
 */
record NoFiles(String why) implements SharedFiles, Incoming {
    @Override
    public CompletionStage<List<Listed>> list() {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<Opened> open(FileName name) {
        return refused();
    }

    @Override
    public CompletionStage<Digest> digest(FileName name) {
        return refused();
    }

    @Override
    public Sink receive(Coming file, long from, boolean last) {
        return new Sink() {
            @Override
            public void take(ByteBuffer bytes, Runnable taken) {
                taken.run();
            }

            @Override
            public void end() {}

            @Override
            public void broken() {}

            @Override
            public CompletionStage<Held> outcome() {
                return refused();
            }
        };
    }

    @Override
    public CompletionStage<Held> held(Coming file) {
        return refused();
    }

    @Override
    public List<Receiving> receiving() {
        return List.of();
    }

    private <T> CompletionStage<T> refused() {
        return CompletableFuture.failedFuture(new FileRefused(Reason.NOT_FOUND, why));
    }
}
