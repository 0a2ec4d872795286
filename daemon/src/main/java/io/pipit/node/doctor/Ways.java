package io.pipit.node.doctor;

import io.pipit.coap.CoapPeerLinks;
import io.pipit.coap.NetworkEndpoint;
import io.pipit.discovery.Discovery;
import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungState;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.node.mqtt.NodeMqtt;
import io.pipit.resource.doctor.Doctor.Finding;
import io.pipit.resource.doctor.Doctor.State;
import io.pipit.tcp.TcpPeerLinks;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The ways of a running node to others. Thread-safe. */
public record Ways(
        TrustStore trust,
        NetworkEndpoint network,
        Discovery ways,
        CoapPeerLinks udp,
        TcpPeerLinks tcp,
        NodeMqtt mqtt)
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
        return ways.rungs().stream().map(Ways::finding).toList();
    }

    private static Finding finding(RungState rung) {
        State state =
                switch (rung.status()) {
                    case OFF -> State.OFF;
                    case OK -> State.OK;
                    case DEGRADED -> State.DOUBTFUL;
                    case FAILED -> State.FAILED;
                };
        String found = rung.found() + (rung.found() == 1 ? " peer" : " peers") + " found";
        return new Finding(
                "discovery",
                "finding by " + rung.rung(),
                state,
                rung.reason().isEmpty() ? found : found + "; " + rung.reason(),
                state == State.DOUBTFUL || state == State.FAILED ? remedy(rung.rung()) : "");
    }

    /** What helps where a way doesn't work; the others go on meanwhile. */
    private static String remedy(Rung rung) {
        return switch (rung) {
            case CONFIGURATION ->
                    "see that the name is known here ('getent hosts NAME'), or write a number for it in [[peer]]";
            case MULTICAST ->
                    "an access point or firewall has to let multicast to 224.0.1.187 and ff02::fd through, UDP port 5683; without, give one peer an address";
            case DNS_SD ->
                    "'systemctl start avahi-daemon', and let UDP port 5353 through; or dns-sd = false in [discovery]";
            case PEERS -> "a peer that both know has to be reachable from here";
            case REMEMBERED ->
                    "the file is made anew by itself; see 'dmesg' for errors of the card where that goes on";
        };
    }

    @Override
    public CompletionStage<Long> pingOverUdp(NodeId peer) {
        return udp.ping(peer);
    }

    @Override
    public CompletionStage<Long> pingOverTcp(NodeId peer) {
        return tcp.ping(peer);
    }

    @Override
    public CompletionStage<List<Finding>> bridge() {
        return mqtt.examine();
    }
}
