package io.pipit.tcp.session;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Resources;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The {@link Session}s of one endpoint. Lives on the event loop. */
public final class Sessions {
    private final Resources resources;
    private final SessionLimits limits;
    private final SessionCounters counters;
    private final Set<Session> open = new HashSet<>();

    public Sessions(Resources resources, SessionLimits limits, SessionCounters counters) {
        this.resources = resources;
        this.limits = limits;
        this.counters = counters;
    }

    /** What they count. */
    public SessionCounters counters() {
        return counters;
    }

    /**
     * Makes one of a connection; what has to stand before it in the pipeline (TLS) is there.
     *
     * @param caller as for {@link Session}
     */
    public Session add(Channel channel, Supplier<@Nullable Caller> caller, Session.Watch watch) {
        Session session = new Session(resources, caller, limits, counters, watch);
        if (open.size() >= limits.connectionsMax()) {
            session.refuse("more than " + limits.connectionsMax() + " connections: close one");
        } else {
            open.add(session);
            channel.closeFuture().addListener(_ -> open.remove(session));
        }
        if (channel.pipeline().get(SslHandler.class) != null) {
            channel.pipeline().addLast(new ChunkedWriteHandler());
        }
        channel.pipeline().addLast(new FrameDecoder(limits.messageBytesMax()), session);
        return session;
    }

    /** Whether one more would be refused. */
    public boolean isFull() {
        return open.size() >= limits.connectionsMax();
    }

    /** Tells all that the endpoint goes down. */
    public void release() {
        List.copyOf(open).forEach(Session::release);
    }
}
