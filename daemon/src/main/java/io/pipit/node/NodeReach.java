package io.pipit.node;

import io.pipit.coap.CoapPeerLinks;
import io.pipit.discovery.Reach;
import io.pipit.model.NodeId;
import io.pipit.tcp.TcpPeerLinks;
import io.pipit.wire.Format;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The ways to the peers as discovery sees them. Thread-safe. */
final class NodeReach implements Reach {
    private final CoapPeerLinks udp;
    private final TcpPeerLinks tcp;

    NodeReach(CoapPeerLinks udp, TcpPeerLinks tcp) {
        this.udp = udp;
        this.tcp = tcp;
    }

    @Override
    public boolean isReachable(NodeId peer) {
        return udp.statusOf(peer).reachable() || tcp.isReachable(peer);
    }

    @Override
    public @Nullable InetSocketAddress addressOf(NodeId peer) {
        CoapPeerLinks.LinkStatus way = udp.statusOf(peer);
        return way.reachable() ? way.address() : tcp.addressOf(peer);
    }

    @Override
    public void tryAt(NodeId peer, InetSocketAddress address, Runnable over) {
        udp.greetAt(peer, address, over);
    }

    @Override
    public void greet(NodeId peer) {
        udp.greet(peer);
    }

    @Override
    public void ask(NodeId peer, List<NodeId> missing, Consumer<byte @Nullable []> answer) {
        udp.ask(
                peer,
                List.of("peers"),
                missing.stream().map(id -> "where=" + id).toList(),
                Format.CBOR.document(),
                answer);
    }
}
