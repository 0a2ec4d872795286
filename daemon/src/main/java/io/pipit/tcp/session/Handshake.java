package io.pipit.tcp.session;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.pipit.model.NodeId;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Waits for a handshake to end, and makes way for the session. */
public final class Handshake extends ChannelInboundHandlerAdapter {
    private final Function<SslHandler, @Nullable NodeId> who;
    private final @Nullable NodeId expected;
    private final Runnable ended;
    private final Consumer<NodeId> succeeded;
    private final Consumer<String> failed;
    private boolean over;

    /**
     * @param who tells who is at the other end after it; null where nobody of ours
     * @param expected who has to be there; null where any peer may
     * @param ended runs first, whatever came of it
     */
    public Handshake(
            Function<SslHandler, @Nullable NodeId> who,
            @Nullable NodeId expected,
            Runnable ended,
            Consumer<NodeId> succeeded,
            Consumer<String> failed) {
        this.who = who;
        this.expected = expected;
        this.ended = ended;
        this.succeeded = succeeded;
        this.failed = failed;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent done)) {
            context.fireUserEventTriggered(event);
            return;
        }
        NodeId peer = done.isSuccess() ? who.apply(context.pipeline().get(SslHandler.class)) : null;
        if (!done.isSuccess()) {
            fail(context, done.cause().getMessage());
        } else if (peer == null) {
            fail(context, "it speaks another protocol");
        } else if (expected != null && !expected.equals(peer)) {
            fail(context, "another node answers there: " + peer);
        } else if (!over) {
            over = true;
            ended.run();
            succeeded.accept(peer);
            context.pipeline().remove(this);
        }
    }

    private void fail(ChannelHandlerContext context, @Nullable String reason) {
        if (!over) {
            over = true;
            ended.run();
            failed.accept("TLS: " + reason);
            var _ = context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(context, "the connection was closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause.getMessage());
    }
}
