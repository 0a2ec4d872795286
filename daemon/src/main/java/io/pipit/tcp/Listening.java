package io.pipit.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Opens sockets that listen. */
final class Listening {
    private static final int BACKLOG = 64;

    private Listening() {}

    /**
     * Listens there.
     *
     * @throws IOException where the address can't be had; says which and what to do
     */
    static Channel on(InetSocketAddress address, ServerBootstrap bootstrap) throws IOException {
        ChannelFuture bound =
                bootstrap
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        // Connections of the run before linger for minutes.
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .bind(address)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "can't listen on TCP %s (%s): see with 'ss -ltnp' who has the port, or choose another in [coap]"
                            .formatted(address, bound.cause().getMessage()),
                    bound.cause());
        }
        return bound.channel();
    }
}
