package io.pipit.resource.exchange;

import io.pipit.model.Filter;
import io.pipit.model.Grant;
import io.pipit.model.Grant.Role;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import java.net.InetSocketAddress;
import java.security.PublicKey;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and what that lets them do.
 *
 * @param via where the request came in
 * @param peer who, where it is a peer
 * @param grants what they may do; what isn't here is denied
 * @param proof what the connection proved; null where nothing of the kind
 */
public record Caller(Via via, @Nullable NodeId peer, Set<Grant> grants, @Nullable Proof proof) {
    /**
     * What a connection proved of who is at its other end.
     *
     * @param key whose private half it has
     * @param from where it is
     */
    public record Proof(PublicKey key, InetSocketAddress from) {}

    /** Where strangers may send messages while a pairing window is open. */
    public static final String PAIR = "pair";

    /** Where a request came in: decides what is there at all. */
    public enum Via {
        /** Loopback, read only, anybody on this machine. */
        MONITOR,
        /** The page in a browser: read only, whoever reaches its address. */
        PAGE,
        /** The Unix socket: whom the file's mode let in. */
        SOCKET,
        /** A peer that proved its key. */
        NETWORK,
        /** Somebody whose key nobody trusts yet, while a pairing window is open. */
        STRANGER;

        /** Whether nobody proved or was let in by anything there, so that all is read only. */
        public boolean onlyReads() {
            return this == MONITOR || this == PAGE;
        }
    }

    public Caller {
        grants = Set.copyOf(grants);
    }

    /** Without a proof. */
    public Caller(Via via, @Nullable NodeId peer, Set<Grant> grants) {
        this(via, peer, grants, null);
    }

    /** Whether it gets any answer to this: a stranger may pair and nothing else. */
    public boolean isHeard(Request.Method method, List<String> path) {
        return via != Via.STRANGER || (method == Request.Method.POST && path.equals(List.of(PAIR)));
    }

    /** Whether it has this role at all, whatever the paths. */
    public boolean may(Role role) {
        return via == Via.SOCKET || grants.stream().anyMatch(grant -> is(grant, role));
    }

    /** Whether it has this role for a resource of this name. */
    public boolean may(Role role, String name) {
        return via == Via.SOCKET
                || grants.stream()
                        .filter(grant -> is(grant, role))
                        .flatMap(grant -> grant.paths().patterns().stream())
                        .anyMatch(p -> p.equals("**") || p.equals("*") || p.equals(name));
    }

    /** Whether it has this role for a file of this name, its folders first. */
    public boolean may(Role role, List<String> name) {
        return via == Via.SOCKET
                || grants.stream()
                        .anyMatch(grant -> is(grant, role) && grant.paths().matches(name));
    }

    /** Whether it has this role for this series. */
    public boolean may(Role role, Series series) {
        return via == Via.SOCKET
                || grants.stream()
                        .anyMatch(grant -> is(grant, role) && grant.paths().matches(series));
    }

    /**
     * Whether it has this role for all that a filter may let through. It must be one grant or
     * several together that say so of each pattern; part of a pattern is refused, not trimmed, so
     * that nobody takes a thinned feed for the whole.
     */
    public boolean may(Role role, Filter filter) {
        return notGranted(role, filter).isEmpty();
    }

    /** Those of a filter's patterns that it doesn't have this role for. */
    public List<String> notGranted(Role role, Filter filter) {
        if (via == Via.SOCKET) {
            return List.of();
        }
        List<String> patterns =
                grants.stream()
                        .filter(grant -> is(grant, role))
                        .flatMap(grant -> grant.paths().patterns().stream())
                        .distinct()
                        .limit(Filter.PATTERNS_MAX)
                        .toList();
        return filter.patterns().stream()
                .filter(wanted ->
                        patterns.isEmpty()
                                || !new Filter(patterns).covers(new Filter(List.of(wanted))))
                .toList();
    }

    private static boolean is(Grant grant, Role role) {
        return grant.role() == role || grant.role() == Role.ADMIN;
    }
}
