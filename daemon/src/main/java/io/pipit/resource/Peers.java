package io.pipit.resource;

import io.pipit.identity.IdentityException;
import io.pipit.identity.Statements;
import io.pipit.identity.TrustStore;
import io.pipit.identity.statement.Statement;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.PeerLinks.Path;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the tree shows and changes of the peers. Thread-safe. */
public interface Peers {
    /**
     * How it stands with one way to a peer.
     *
     * @param reachable whether it answered when it was last asked
     * @param address where it answers; null where that isn't known
     * @param roundTripP50Micros 0 where nothing was measured yet
     * @param roundTripP99Micros likewise
     * @param loss share of the messages that had to be sent again, 0 to 1
     * @param lastError empty where there was none
     */
    record Link(
            boolean reachable,
            @Nullable InetSocketAddress address,
            long roundTripP50Micros,
            long roundTripP99Micros,
            double loss,
            String lastError) {}

    /** All that are trusted. Doesn't block. */
    List<Peer> list();

    /**
     * What is known of the ways to them over UDP or over TCP; who is missing was never spoken to
     * that way. Doesn't block.
     */
    Map<NodeId, Link> links(Path path);

    /**
     * By which ways of discovery a peer was found, in words; empty where by none. Doesn't block.
     */
    String foundBy(NodeId id);

    /** Where a peer proved to be, the last place first, as other peers may know. Doesn't block. */
    List<InetSocketAddress> provedAt(NodeId id);

    /**
     * A way of finding peers, as it is shown.
     *
     * @param name {@code multicast}
     * @param status {@code ok}, {@code degraded}, {@code failed} or {@code off}
     * @param reason in plain words; may be empty
     * @param found of how many peers it knows an address
     */
    record Rung(String name, String status, String reason, int found) {}

    /** How the ways of finding peers are doing, the one that is trusted most first. */
    List<Rung> rungs();

    /**
     * Trusts one more, or changes one. May block for a disk.
     *
     * @param again also where it was revoked
     */
    void change(Peer.Change change, boolean again) throws IdentityException;

    /** Reads again what another process may have changed. May block for a disk. */
    void reload();

    /** Trusts one no longer, and has that stated and handed on. May block for a disk. */
    void revoke(NodeId id) throws IdentityException;

    /** What was said of keys. Doesn't block. */
    Statements statements();

    /** Takes in what was handed on. May block for a disk. */
    TrustStore.Verdict take(Statement statement) throws IdentityException;

    /**
     * A peer said that it is there. Doesn't block.
     *
     * @param instance drawn by its process
     * @return whether it is to say so again soon, since there may be another node with its key
     */
    boolean met(NodeId peer, long instance);

    /**
     * Has this node go on with another key. May block for a disk.
     *
     * @param now at once, or when all peers have heard of it
     * @return the ID by that key
     */
    NodeId rotate(boolean now) throws IdentityException;

    /** Of whose key two nodes make use at once, in words. Doesn't block. */
    Map<NodeId, String> clones();

    /** Calls this when {@link #list} or {@link #links} changed; it only hands over. */
    void onChange(Runnable listener);

    /** No longer. */
    void forget(Runnable listener);
}
