package io.pipit.node.trust;

import io.pipit.identity.IdentityException;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.OnceLog;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Sees which keys speak, and has done what follows from that: what waits for a peer is handed to it
 * when it is there, and who came with a new key takes the old one's place. Thread-safe; what may
 * block runs on the timer.
 */
public final class Keys {
    private final TrustStore trust;
    private final ScheduledExecutorService timer;
    private final OnceLog log = new OnceLog(LoggerFactory.getLogger(Keys.class));
    private volatile @Nullable Handing handing;

    /** Without anybody to hand on to yet. */
    public Keys(TrustStore trust, ScheduledExecutorService timer) {
        this.trust = trust;
        this.timer = timer;
    }

    /** Hands on by this from now on. */
    public void handOnBy(Handing by) {
        handing = by;
        by.start();
    }

    /** These are the peers now. */
    public void know(List<Peer> peers) {
        Handing by = handing;
        if (by != null) {
            by.know(peers.stream().map(Peer::id).collect(Collectors.toSet()));
        }
    }

    /** The inbox, of which it sees who can be reached again. */
    public Inbox seeing(Inbox inbox) {
        return event -> {
            if (event instanceof Event.PeerReachable reachable) {
                seen(reachable.peer());
            }
            return inbox.offer(event);
        };
    }

    /** A peer spoke: if its key was to take another one's place, that is so from now on. */
    public void used(NodeId peer) {
        onTimer(() -> keep(peer));
    }

    private void seen(NodeId peer) {
        onTimer(() -> {
            keep(peer);
            Handing by = handing;
            if (by != null) {
                by.reachable(peer);
            }
        });
    }

    private void keep(NodeId peer) {
        try {
            trust.seenInUse(peer);
            log.well("peer " + peer, "its new key is kept");
        } catch (IdentityException e) {
            log.warn("peer " + peer, "its new key can't be kept: " + e.getMessage());
        }
    }

    private void onTimer(Runnable task) {
        try {
            timer.execute(task);
        } catch (RejectedExecutionException e) {
            // The node is closing.
        }
    }
}
