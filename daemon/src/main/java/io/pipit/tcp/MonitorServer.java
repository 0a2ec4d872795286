package io.pipit.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.pipit.model.Grant;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Resources;
import io.pipit.tcp.session.Session;
import io.pipit.tcp.session.SessionCounters;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.tcp.session.Sessions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The monitoring endpoint over TCP: plain {@code coap+tcp}, for programs on this machine. Started
 * and closed by one thread.
 */
public final class MonitorServer implements AutoCloseable {
    private final Caller caller;
    private final Sessions sessions;
    private final EventLoop loop;
    private @Nullable Channel channel;

    /**
     * Doesn't do anything yet.
     *
     * @param grants what its callers may do
     */
    public MonitorServer(Resources resources, Set<Grant> grants, Metrics metrics, EventLoop loop) {
        this.caller = new Caller(Caller.Via.MONITOR, null, grants);
        this.sessions =
                new Sessions(
                        resources, SessionLimits.MONITOR, SessionCounters.of(metrics, "monitor"));
        this.loop = loop;
    }

    /**
     * Takes connections from now on.
     *
     * @param address of the loopback interface; port 0 for any
     * @return where it listens
     * @throws IOException where the address can't be had; says which and what to do
     */
    public InetSocketAddress start(InetSocketAddress address) throws IOException {
        channel =
                Listening.on(
                        address,
                        new ServerBootstrap()
                                .group(loop.group())
                                .channel(NioServerSocketChannel.class)
                                .childOption(ChannelOption.TCP_NODELAY, true)
                                .childHandler(
                                        new ChannelInitializer<Channel>() {
                                            @Override
                                            protected void initChannel(Channel made) {
                                                sessions.add(
                                                        made, () -> caller, new Session.Watch() {});
                                            }
                                        }));
        return (InetSocketAddress) channel.localAddress();
    }

    /** Says goodbye to all connections. */
    @Override
    public void close() {
        if (channel != null) {
            channel.close().syncUninterruptibly();
            loop.await(sessions::release);
            channel = null;
        }
    }
}
