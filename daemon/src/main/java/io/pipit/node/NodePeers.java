package io.pipit.node;

import io.pipit.coap.CoapPeerLinks;
import io.pipit.discovery.Discovery;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.identity.Statements;
import io.pipit.identity.TrustStore;
import io.pipit.identity.statement.Statement;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Percentiles;
import io.pipit.node.trust.Clones;
import io.pipit.node.trust.Renewal;
import io.pipit.port.PeerLinks.Path;
import io.pipit.port.TimeSource;
import io.pipit.resource.Peers;
import io.pipit.tcp.TcpPeerLinks;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The peers as the resource tree shows them: whom the node trusts, and its ways to them. */
final class NodePeers implements Peers {
    /** How often the ways are looked at for those who observe them, seconds. */
    private static final long LOOK_EVERY_S = 1;

    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MICROS_PER_MILLI = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(NodePeers.class);

    private final TrustStore trust;
    private final Identity self;
    private final Clones clones;
    private final TimeSource time;
    private final ScheduledExecutorService timer;
    private final Set<Runnable> listeners = new CopyOnWriteArraySet<>();
    private volatile @Nullable CoapPeerLinks udp;
    private volatile @Nullable TcpPeerLinks tcp;
    private volatile @Nullable Discovery discovery;
    private volatile @Nullable Renewal renewal;
    private volatile Consumer<NodeId> used = peer -> {};

    /** Runs only while somebody observes; guarded by the set of those. */
    private @Nullable ScheduledFuture<?> looking;

    /**
     * @param self signs what this node says of others
     */
    NodePeers(
            TrustStore trust,
            Identity self,
            Clones clones,
            TimeSource time,
            ScheduledExecutorService timer) {
        this.trust = trust;
        this.self = self;
        this.clones = clones;
        this.time = time;
        this.timer = timer;
        trust.onChange(peers -> changed());
    }

    /** The ways, which are made after the tree that they serve. */
    void reachedBy(CoapPeerLinks overUdp, TcpPeerLinks overTcp, Discovery foundBy) {
        udp = overUdp;
        tcp = overTcp;
        discovery = foundBy;
    }

    @Override
    public String foundBy(NodeId id) {
        Discovery ways = discovery;
        return ways == null ? "" : ways.foundBy(id);
    }

    @Override
    public List<InetSocketAddress> provedAt(NodeId id) {
        Discovery ways = discovery;
        return ways == null ? List.of() : ways.provedAt(id);
    }

    @Override
    public List<Rung> rungs() {
        Discovery ways = discovery;
        return ways == null
                ? List.of()
                : ways.rungs().stream()
                        .map(rung ->
                                new Rung(
                                        rung.rung().toString(),
                                        rung.status().toString(),
                                        rung.reason(),
                                        rung.found()))
                        .toList();
    }

    /** What changes keys, likewise: this node's, and those of the peers that are used. */
    void renewedBy(Renewal by, Consumer<NodeId> use) {
        renewal = by;
        used = use;
    }

    @Override
    public NodeId rotate(boolean now) throws IdentityException {
        Renewal by = renewal;
        if (by == null) {
            throw new IllegalStateException("this node is just starting");
        }
        return by.begin(now);
    }

    @Override
    public List<Peer> list() {
        return trust.list();
    }

    @Override
    public Map<NodeId, Link> links(Path path) {
        Map<NodeId, Link> found = new HashMap<>();
        for (Peer peer : trust.list()) {
            Link link = path == Path.UDP ? overUdp(peer.id()) : overTcp(peer.id());
            if (link != null) {
                found.put(peer.id(), link);
            }
        }
        return found;
    }

    private @Nullable Link overUdp(NodeId peer) {
        CoapPeerLinks links = udp;
        if (links == null) {
            return null;
        }
        CoapPeerLinks.LinkStatus way = links.statusOf(peer);
        return new Link(
                way.reachable(),
                way.address(),
                way.rttP50Micros(),
                way.rttP99Micros(),
                way.lossRatio(),
                way.lastError());
    }

    /** TCP tells nobody what it had to send again. */
    private @Nullable Link overTcp(NodeId peer) {
        TcpPeerLinks links = tcp;
        if (links == null) {
            return null;
        }
        Percentiles roundTrips = links.roundTripsOf(peer);
        return new Link(
                links.isReachable(peer),
                links.addressOf(peer),
                roundTrips.p50Nanos() / NANOS_PER_MICRO,
                roundTrips.p99Nanos() / NANOS_PER_MICRO,
                0,
                links.lastErrorOf(peer));
    }

    @Override
    public void change(Peer.Change change, boolean again) throws IdentityException {
        trust.change(change, again);
    }

    @Override
    public void reload() {
        trust.reload();
    }

    @Override
    public void revoke(NodeId id) throws IdentityException {
        trust.revoke(id, self, time.wallMicros() / MICROS_PER_MILLI);
    }

    @Override
    public Statements statements() {
        return trust.statements();
    }

    @Override
    public TrustStore.Verdict take(Statement statement) throws IdentityException {
        TrustStore.Verdict verdict = trust.take(statement);
        if (verdict == TrustStore.Verdict.TAKEN) {
            LOG.warn("taken from a peer and handed on: {}", statement);
        }
        return verdict;
    }

    @Override
    public boolean met(NodeId peer, long instance) {
        Peer known = trust.find(peer).orElse(null);
        if (known == null) {
            return false;
        }
        used.accept(peer);
        return clones.met(peer, known.name(), instance, whereabouts(peer));
    }

    private String whereabouts(NodeId peer) {
        CoapPeerLinks overUdp = udp;
        TcpPeerLinks overTcp = tcp;
        InetSocketAddress at = overUdp == null ? null : overUdp.statusOf(peer).address();
        if (at == null && overTcp != null) {
            at = overTcp.addressOf(peer);
        }
        return at == null ? "an unknown address" : at.toString().replaceFirst("^.*/", "");
    }

    @Override
    public Map<NodeId, String> clones() {
        return clones.noticed();
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
