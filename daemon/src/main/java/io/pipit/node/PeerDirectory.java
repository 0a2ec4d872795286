package io.pipit.node;

import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where peers were said to be. Looking a host's name up may take seconds, so that is done on a
 * timer's thread and again now and then, since names move; who asks gets what is known.
 * Thread-safe.
 */
final class PeerDirectory {
    private static final long LOOK_UP_EVERY_S = 60;
    private static final Logger LOG = LoggerFactory.getLogger(PeerDirectory.class);

    private final ScheduledExecutorService timer;
    private final Map<NodeId, List<InetSocketAddress>> addresses = new ConcurrentHashMap<>();
    private volatile List<Peer> peers = List.of();

    PeerDirectory(ScheduledExecutorService timer) {
        this.timer = timer;
        var _ =
                timer.scheduleWithFixedDelay(
                        this::lookUpNames, LOOK_UP_EVERY_S, LOOK_UP_EVERY_S, TimeUnit.SECONDS);
    }

    /** Takes these peers in place of those before. */
    void know(List<Peer> known) {
        peers = List.copyOf(known);
        addresses.keySet().retainAll(known.stream().map(Peer::id).toList());
        for (Peer peer : known) {
            InetSocketAddress address = peer.address();
            if (address == null) {
                addresses.remove(peer.id());
            } else if (!address.isUnresolved()) {
                addresses.put(peer.id(), List.of(address));
            }
        }
        timer.execute(this::lookUpNames);
    }

    /** Where this one may be, best first; nothing where nobody knows. */
    List<InetSocketAddress> of(NodeId peer) {
        return addresses.getOrDefault(peer, List.of());
    }

    private void lookUpNames() {
        for (Peer peer : peers) {
            InetSocketAddress address = peer.address();
            if (address != null && address.isUnresolved()) {
                lookUp(peer, address);
            }
        }
    }

    private void lookUp(Peer peer, InetSocketAddress named) {
        try {
            List<InetSocketAddress> found = new ArrayList<>();
            for (InetAddress address : InetAddress.getAllByName(named.getHostString())) {
                found.add(new InetSocketAddress(address, named.getPort()));
            }
            addresses.put(peer.id(), List.copyOf(found));
        } catch (UnknownHostException e) {
            // What was found before may still be right.
            LOG.warn(
                    "peer {}: the name {} isn't known now; tried again in {} s",
                    peer.name(),
                    named.getHostString(),
                    LOOK_UP_EVERY_S);
        }
    }
}
