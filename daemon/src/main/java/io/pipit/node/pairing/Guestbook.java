package io.pipit.node.pairing;

import io.pipit.identity.IdentityException;
import io.pipit.identity.TrustStore;
import io.pipit.identity.pairing.Paired;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes whom this node was paired with into its list of peers. May wait for the disk. */
final class Guestbook {
    private static final int NAME_CHARS_MAX = 32;

    private final TrustStore trust;
    private final String selfName;

    /**
     * @param selfName which no peer can have
     */
    Guestbook(TrustStore trust, String selfName) {
        this.trust = trust;
        this.selfName = selfName;
    }

    /**
     * What became of it.
     *
     * @param peer as it is known now
     * @param updated whether it was before
     * @param notes what a person should know of it
     */
    record Entry(Peer peer, boolean updated, List<String> notes) {}

    /**
     * Keeps a peer; of one that is known its name stays.
     *
     * @param at where it was spoken to; its own port is added
     * @throws IdentityException where it can't be, and why
     */
    Entry write(Paired paired, @Nullable InetSocketAddress at, Set<Grant> grants)
            throws IdentityException {
        NodeId id = paired.id();
        Peer before = trust.find(id).orElse(null);
        List<String> notes = new ArrayList<>();
        String name = before != null ? null : freeName(paired.claims().name());
        if (name != null && !name.equals(paired.claims().name())) {
            notes.add(
                    "the name %s is taken here, so it is called %s; 'pipit peer add %s --name NAME' gives it another"
                            .formatted(paired.claims().name(), name, id));
        }
        Peer.Change change = new Peer.Change(id, name, at, grants);
        try {
            trust.change(change);
        } catch (IdentityException e) {
            if (before == null) {
                throw e;
            }
            // It is trusted all the same, by what was said of it before.
            notes.add("it stays as it was here: " + e.getMessage());
        }
        return new Entry(trust.find(id).orElseGet(() -> change.to(before)), before != null, notes);
    }

    /** Where to look for it again; null where such an address means nothing to another start. */
    static @Nullable InetSocketAddress lasting(InetAddress ip, int port) {
        boolean ofALink = ip instanceof Inet6Address && ip.isLinkLocalAddress();
        return ofALink ? null : new InetSocketAddress(ip, port);
    }

    private String freeName(String wanted) {
        Set<String> taken = new HashSet<>(List.of(selfName));
        trust.list().forEach(peer -> taken.add(peer.name()));
        String name = wanted;
        for (int number = 2; taken.contains(name); number++) {
            String end = "-" + number;
            name =
                    wanted.substring(0, Math.min(wanted.length(), NAME_CHARS_MAX - end.length()))
                            + end;
        }
        return name;
    }
}
