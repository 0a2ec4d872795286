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
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where peers were said to be. Looking a host's name up may take seconds, so that is done on a
 * timer's thread and again now and then, since names move; who asks gets what is known. Where all
 * addresses are plain numbers the timer isn't used at all. Thread-safe.
 */
final class PeerDirectory {
    private static final long LOOK_UP_EVERY_S = 60;
    private static final Logger LOG = LoggerFactory.getLogger(PeerDirectory.class);

    private final ScheduledExecutorService timer;
    private final Map<NodeId, List<InetSocketAddress>> addresses = new ConcurrentHashMap<>();
    private volatile List<Peer> peers = List.of();
    private @Nullable ScheduledFuture<?> next;

    /**
     * @param timer for nothing else, since a task on it may take long
     */
    PeerDirectory(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** Takes these peers in place of those before. */
    synchronized void know(List<Peer> known) {
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
        if (next != null) {
            next.cancel(false);
            next = null;
        }
        if (known.stream().anyMatch(PeerDirectory::isNamed)) {
            next =
                    timer.scheduleWithFixedDelay(
                            this::lookUpNames, 0, LOOK_UP_EVERY_S, TimeUnit.SECONDS);
        }
    }

    /** Where this one may be, best first; nothing where nobody knows. */
    List<InetSocketAddress> of(NodeId peer) {
        return addresses.getOrDefault(peer, List.of());
    }

    private void lookUpNames() {
        for (Peer peer : peers) {
            InetSocketAddress address = peer.address();
            if (address != null && isNamed(peer)) {
                lookUp(peer, address);
            }
        }
    }

    private static boolean isNamed(Peer peer) {
        InetSocketAddress address = peer.address();
        return address != null && address.isUnresolved();
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
