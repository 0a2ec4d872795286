package io.pipit.node.doctor;

import io.pipit.coap.CoapPeerLinks;
import io.pipit.coap.NetworkEndpoint;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.resource.doctor.Doctor.Finding;
import io.pipit.tcp.TcpPeerLinks;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The ways of a running node to others. Thread-safe. */
public record Ways(TrustStore trust, NetworkEndpoint network, CoapPeerLinks udp, TcpPeerLinks tcp)
        implements NodeDoctor.Patient {
    @Override
    public List<Peer> peers() {
        return trust.list();
    }

    @Override
    public List<InetSocketAddress> listening() {
        return network.addresses();
    }

    @Override
    public List<Finding> discovery() {
        return List.of();
    }

    @Override
    public CompletionStage<Long> pingOverUdp(NodeId peer) {
        return udp.ping(peer);
    }

    @Override
    public CompletionStage<Long> pingOverTcp(NodeId peer) {
        return tcp.ping(peer);
    }
}
