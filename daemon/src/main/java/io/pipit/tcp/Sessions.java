package io.pipit.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Resources;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Makes a {@link Session} of each connection of one endpoint, and knows them all. Whatever has to
 * stand before it in the pipeline (TLS) is there already, and tells {@code callers} who it is.
 * Lives on the event loop.
 */
final class Sessions extends ChannelInitializer<Channel> {
    private final Resources resources;
    private final Function<Channel, Caller> callers;
    private final SessionLimits limits;
    private final SessionCounters counters;
    private final Set<Session> open = new HashSet<>();

    Sessions(
            Resources resources,
            Function<Channel, Caller> callers,
            SessionLimits limits,
            SessionCounters counters) {
        this.resources = resources;
        this.callers = callers;
        this.limits = limits;
        this.counters = counters;
    }

    @Override
    protected void initChannel(Channel channel) {
        Session session = new Session(resources, callers.apply(channel), limits, counters);
        channel.pipeline().addLast(new FrameDecoder(limits.messageBytesMax()), session);
        if (open.size() >= limits.connectionsMax()) {
            session.refuse("more than " + limits.connectionsMax() + " connections: close one");
            return;
        }
        open.add(session);
        channel.closeFuture().addListener(_ -> open.remove(session));
    }

    /** Tells all that the endpoint goes down. */
    void release() {
        List.copyOf(open).forEach(Session::release);
    }
}
