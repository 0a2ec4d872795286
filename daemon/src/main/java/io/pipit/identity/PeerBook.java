package io.pipit.identity;

import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Series;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is a peer, by the configuration, the list of added ones and the statements together: whoever
 * was revoked isn't, and whoever goes on with another key is so under that. Immutable.
 */
final class PeerBook {
    private final NodeId self;
    private final String selfName;
    private final List<Peer> configured;
    private final Statements statements;

    /** In order, the configured ones first. */
    final Map<NodeId, Peer> known = new LinkedHashMap<>();

    /** Those who aren't there yet, but are let in when they come: they take another's place. */
    final Map<NodeId, Peer> next = new HashMap<>();

    /** What is wrong, a line each. */
    final List<String> problems = new ArrayList<>();

    /**
     * @param damage what is wrong with the files, a line each
     */
    PeerBook(
            NodeId self,
            String selfName,
            List<Peer> configured,
            List<Peer> added,
            String file,
            Statements statements,
            List<String> damage) {
        this.self = self;
        this.selfName = selfName;
        this.configured = configured;
        this.statements = statements;
        problems.addAll(damage);
        statements
                .revocationOf(self)
                .ifPresent(kept ->
                        problems.add(
                                "this node itself was revoked by %s: whoever follows that one doesn't trust it any more"
                                        .formatted(kept.statement().issuer())));
        Map<String, NodeId> names = new HashMap<>();
        names.put(selfName, self);
        take(configured, "configuration", names);
        take(added, file, names);
        for (Peer peer : known.values()) {
            NodeId after = statements.next(peer.id());
            if (after != null && !known.containsKey(after)) {
                next.put(after, with(peer, after));
            }
        }
    }

    static Peer with(Peer peer, NodeId id) {
        return new Peer(id, peer.name(), peer.address(), peer.grants());
    }

    private void take(Collection<Peer> peers, String where, Map<String, NodeId> names) {
        for (Peer listed : peers) {
            NodeId id = statements.current(listed.id());
            Peer peer = id.equals(listed.id()) ? listed : with(listed, id);
            boolean fixed = configured.contains(listed);
            Statements.Kept revocation = statements.revocationOf(id).orElse(null);
            if (revocation != null) {
                if (fixed) {
                    problems.add(
                            "%s: the peer %s was revoked by %s and isn't trusted; remove its [[peer]] with id = \"%s\""
                                    .formatted(
                                            where,
                                            peer.name(),
                                            revocation.statement().issuer(),
                                            listed.id()));
                }
                continue;
            }
            if (fixed && !id.equals(listed.id())) {
                problems.add(
                        "%s: the peer %s goes on with another key; write id = \"%s\" in place of id = \"%s\""
                                .formatted(where, peer.name(), id, listed.id()));
            }
            take(peer, where, names);
        }
    }

    private void take(Peer peer, String where, Map<String, NodeId> names) {
        if (peer.id().equals(self)) {
            problems.add("%s: the peer %s is this node itself".formatted(where, peer.name()));
            return;
        }
        Peer there = known.get(peer.id());
        if (there != null) {
            problems.add(
                    "%s: the peer %s is there already, as %s, and stays so"
                            .formatted(where, peer.id(), there.name()));
            return;
        }
        if (known.size() >= TrustStore.PEERS_MAX) {
            problems.add(
                    "%s: the peer %s is one too many; a node knows at most %d"
                            .formatted(where, peer.name(), TrustStore.PEERS_MAX));
            return;
        }
        Peer named = peer;
        if (names.containsKey(peer.name())) {
            named = new Peer(peer.id(), Peer.nameFor(peer.id()), peer.address(), peer.grants());
            problems.add(
                    "%s: the name %s belongs to %s; %s is called %s until it gets a name of its own"
                            .formatted(
                                    where,
                                    peer.name(),
                                    names.get(peer.name()),
                                    peer.id(),
                                    named.name()));
        }
        names.put(named.name(), named.id());
        known.put(named.id(), named);
    }

    /** The peer, or who comes in place of one; null where it is neither. */
    @Nullable Peer find(NodeId id) {
        Peer peer = known.get(id);
        return peer != null ? peer : next.get(id);
    }

    /** Whether it says the same as another one. */
    boolean isSame(PeerBook other) {
        return List.copyOf(known.values()).equals(List.copyOf(other.known.values()))
                && next.equals(other.next)
                && problems.equals(other.problems);
    }

    void checkNotConfigured(NodeId id) throws IdentityException {
        for (Peer peer : configured) {
            if (statements.current(peer.id()).equals(id)) {
                throw new IdentityException(
                        "the peer %s (%s) stands in the configuration; change it there"
                                .formatted(peer.name(), id));
            }
        }
    }

    /** Whether this one could be added to those others. */
    void check(Peer peer, List<Peer> others) throws IdentityException {
        if (peer.id().equals(self)) {
            throw new IdentityException(peer.id() + " is this node itself");
        }
        if (!Series.NAME.matcher(peer.name()).matches()) {
            throw new IdentityException(
                    "\"%s\" is not a name; a name is %s"
                            .formatted(peer.name(), Series.NAME.pattern()));
        }
        if (peer.name().equals(selfName)) {
            throw new IdentityException(
                    "this node itself is called %s; give the peer another name"
                            .formatted(selfName));
        }
        List<Peer> rest = new ArrayList<>(configured);
        rest.addAll(others);
        for (Peer other : rest) {
            if (other.name().equals(peer.name())) {
                throw new IdentityException(
                        "the name %s belongs to %s; give the new peer another one"
                                .formatted(peer.name(), other.id()));
            }
        }
        if (rest.size() >= TrustStore.PEERS_MAX) {
            throw new IdentityException(
                    "a node knows at most %d peers; remove one first"
                            .formatted(TrustStore.PEERS_MAX));
        }
    }
}
