package io.pipit.node;

import io.pipit.coap.CoapPeerLinks;
import io.pipit.identity.IdentityException;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.PeerLinks.Path;
import io.pipit.resource.Peers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The peers as the resource tree shows them: whom the node trusts, and its ways to them. */
final class NodePeers implements Peers {
    /** How often the ways are looked at for those who observe them, seconds. */
    private static final long LOOK_EVERY_S = 1;

    private final TrustStore trust;
    private final ScheduledExecutorService timer;
    private final Set<Runnable> listeners = new CopyOnWriteArraySet<>();
    private volatile @Nullable CoapPeerLinks udp;

    /** Runs only while somebody observes; guarded by the set of those. */
    private @Nullable ScheduledFuture<?> looking;

    NodePeers(TrustStore trust, ScheduledExecutorService timer) {
        this.trust = trust;
        this.timer = timer;
        trust.onChange(peers -> changed());
    }

    /** The ways over UDP, which are made after the tree that they serve. */
    void reachedBy(CoapPeerLinks links) {
        udp = links;
    }

    @Override
    public List<Peer> list() {
        return trust.list();
    }

    @Override
    public Map<NodeId, Link> links(Path path) {
        CoapPeerLinks links = path == Path.UDP ? udp : null;
        Map<NodeId, Link> found = new HashMap<>();
        if (links != null) {
            for (Peer peer : trust.list()) {
                CoapPeerLinks.LinkStatus way = links.statusOf(peer.id());
                found.put(
                        peer.id(),
                        new Link(
                                way.reachable(),
                                way.address(),
                                way.rttP50Micros(),
                                way.rttP99Micros(),
                                way.lossRatio(),
                                way.lastError()));
            }
        }
        return found;
    }

    @Override
    public void change(Peer.Change change) throws IdentityException {
        trust.change(change);
    }

    @Override
    public void reload() {
        trust.reload();
    }

    @Override
    public boolean remove(NodeId id) throws IdentityException {
        return trust.remove(id);
    }

    @Override
    public void onChange(Runnable listener) {
        synchronized (listeners) {
            listeners.add(listener);
            if (looking == null) {
                looking =
                        timer.scheduleWithFixedDelay(
                                this::changed, LOOK_EVERY_S, LOOK_EVERY_S, TimeUnit.SECONDS);
            }
        }
    }

    @Override
    public void forget(Runnable listener) {
        synchronized (listeners) {
            listeners.remove(listener);
            if (looking != null && listeners.isEmpty()) {
                looking.cancel(false);
                looking = null;
            }
        }
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }
}
