package io.pipit.tcp;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The one thread on which all connections live. */
public final class EventLoop implements AutoCloseable {
    private static final int CLOSE_MILLIS_MAX = 1_000;

    private final EventLoopGroup group;

    /**
     * @param threads makes its thread
     */
    public EventLoop(ThreadFactory threads) {
        group = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
        // Without any timer Netty's loop wakes up each second to look for one.
        var _ = group.next().scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.DAYS);
    }

    EventLoopGroup group() {
        return group;
    }

    /** Runs it on the loop; where that has ended, not at all. */
    void execute(Runnable task) {
        try {
            group.execute(task);
        } catch (RejectedExecutionException e) {
            // The node is closing: nobody waits for the outcome any more.
        }
    }

    /** Runs it on the loop after so many nanoseconds; where that has ended, not at all. */
    void later(Runnable task, long nanos) {
        try {
            var _ = group.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // As above.
        }
    }

    /** Runs it on the loop, and waits for that. */
    void await(Runnable task) {
        group.next().submit(task).syncUninterruptibly();
    }

    /** Ends it; what is left is cut off. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }
}
