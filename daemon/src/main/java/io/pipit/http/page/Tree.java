package io.pipit.http.page;

import io.pipit.model.Grant;
import io.pipit.model.Grant.Role;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The node's resources as the page sees them: to be read, and nothing else. Thread-safe. */
final class Tree {
    /** What a browser gets in one answer, bytes. */
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    /** What comes at once of what is watched, bytes. */
    private static final int PACK_BYTES_MAX = 64 << 10;

    private static final Caller CALLER =
            new Caller(Caller.Via.PAGE, null, Set.of(Grant.of(Role.MONITOR), Grant.of(Role.READ)));

    private static final byte[] NOTHING = {};

    private final Resources resources;

    Tree(Resources resources) {
        this.resources = resources;
    }

    /** Asks for a resource; the stage completes on any thread, and never fails. */
    CompletableFuture<Response> get(String path, List<String> query, int accept) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        resources.handle(request(path, query, accept, false), new Once(answer));
        return answer;
    }

    private static Request request(String path, List<String> query, int accept, boolean observe) {
        return new Request(
                Request.Method.GET,
                List.of(path),
                query,
                accept,
                Request.NONE,
                NOTHING,
                observe,
                CALLER);
    }

    /**
     * Observes a resource.
     *
     * @param told of each answer, on any thread, which must not be held up
     */
    Watch watch(String path, int accept, Consumer<Response> told) {
        Watch watch = new Watch(told);
        resources.handle(request(path, List.of(), accept, true), watch);
        return watch;
    }

    private record Once(CompletableFuture<Response> answer) implements Exchange {
        @Override
        public int payloadBytesMax() {
            return ANSWER_BYTES_MAX;
        }

        @Override
        public void respond(Response response) {
            answer.complete(response);
        }

        @Override
        public void onClosed(Runnable action) {
            // It ends with its one answer.
        }
    }

    /** An observation. */
    static final class Watch implements Exchange, AutoCloseable {
        private final Consumer<Response> told;
        private @Nullable Runnable end;
        private boolean closed;
        private volatile boolean over;

        private Watch(Consumer<Response> told) {
            this.told = told;
        }

        @Override
        public int payloadBytesMax() {
            return PACK_BYTES_MAX;
        }

        @Override
        public void respond(Response response) {
            if (!response.isSuccess()) {
                over = true;
            } else if (!over) {
                told.accept(response);
            }
        }

        @Override
        public void onClosed(Runnable action) {
            synchronized (this) {
                if (!closed) {
                    end = action;
                    return;
                }
            }
            action.run();
        }

        /** Whether the tree ended it, or refused to begin. */
        boolean isOver() {
            return over;
        }

        @Override
        public void close() {
            over = true;
            Runnable action;
            synchronized (this) {
                closed = true;
                action = end;
                end = null;
            }
            if (action != null) {
                action.run();
            }
        }
    }
}
