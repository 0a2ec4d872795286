package io.pipit.node.trust;

import io.pipit.identity.Identity;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Resources;
import io.pipit.tcp.EventLoop;
import io.pipit.tcp.TcpNetwork;
import io.pipit.tcp.TcpPeerLinks;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * The way to peers that know this node only by the key it had before: a connection over TCP that
 * shows that one, for the statement which key follows it. Nobody is let in by it. Thread-safe.
 */
public final class FormerKey implements Handing.Way, AutoCloseable {
    private final TcpNetwork network;
    private final TcpPeerLinks links;

    /** Connects when something is to be handed on. */
    public FormerKey(
            Identity before,
            TrustStore trust,
            Function<NodeId, List<InetSocketAddress>> addresses,
            Resources resources,
            Executor handshakes,
            EventLoop loop,
            TimeSource time) {
        // What it counts is nobody's: the same names stand for the present key.
        Metrics metrics = new Metrics();
        network =
                new TcpNetwork(
                        before.id(),
                        before.privateKey(),
                        before::certificate,
                        id -> trust.find(id).orElse(null),
                        () -> false,
                        resources,
                        handshakes,
                        metrics,
                        loop);
        links = new TcpPeerLinks(loop, network, addresses, event -> true, time, metrics);
    }

    @Override
    public void tell(NodeId peer, String query, byte[] payload, IntConsumer outcome) {
        if (payload.length == 0) {
            // Only what was said of keys is worth it.
            outcome.accept(0);
        } else {
            links.tell(peer, query, payload, outcome);
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
