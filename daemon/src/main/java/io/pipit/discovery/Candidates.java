package io.pipit.discovery;

import io.pipit.discovery.rung.Rung;
import io.pipit.model.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Where each trusted peer may be, by all rungs together. What proved right comes first; then each
 * rung has its turn, so that a flood of claims by one of them pushes nothing of the others aside;
 * what failed of late comes last. Thread-safe; nothing here blocks.
 */
final class Candidates {
    /** Addresses of one peer that are tried. */
    static final int ADDRESSES_MAX = 8;

    /** Addresses of one peer that one rung may know; of more the oldest go. */
    static final int PER_RUNG_MAX = 4;

    /** So many failures of one peer are kept in mind. */
    private static final int FAILURES_MAX = 16;

    /** After this an address that failed counts as any other, nanoseconds. */
    static final long FAILURE_NANOS = 300_000_000_000L;

    private static final class Places {
        private final Map<Rung, List<InetSocketAddress>> byRung = new EnumMap<>(Rung.class);
        private final Map<InetSocketAddress, Long> failures = new LinkedHashMap<>();
        private @Nullable InetSocketAddress proved;
    }

    private final Map<NodeId, Places> all = new HashMap<>();

    /** Only these are of interest; what is known of others is forgotten. */
    synchronized void know(Collection<NodeId> trusted) {
        all.keySet().retainAll(Set.copyOf(trusted));
        trusted.forEach(id -> all.computeIfAbsent(id, _ -> new Places()));
    }

    /**
     * Somebody said so.
     *
     * @return whether that is news of a trusted peer
     */
    synchronized boolean sighted(NodeId peer, InetSocketAddress address, Rung rung) {
        Places places = all.get(peer);
        if (places == null || !isUsable(address)) {
            return false;
        }
        List<InetSocketAddress> known = places.byRung.computeIfAbsent(rung, _ -> new ArrayList<>());
        boolean news = !known.remove(address);
        known.addFirst(address);
        if (known.size() > PER_RUNG_MAX) {
            known.remove(leastWanted(places, known));
        }
        return news;
    }

    /** Nobody says so any more by this rung. */
    synchronized void gone(NodeId peer, InetSocketAddress address, Rung rung) {
        Places places = all.get(peer);
        if (places != null) {
            places.byRung.computeIfAbsent(rung, _ -> new ArrayList<>()).remove(address);
        }
    }

    /** Of the older ones the oldest that failed, otherwise the oldest. */
    private static InetSocketAddress leastWanted(Places places, List<InetSocketAddress> known) {
        for (int i = known.size() - 1; i > 0; i--) {
            if (places.failures.containsKey(known.get(i))) {
                return known.get(i);
            }
        }
        InetSocketAddress oldest = known.getLast();
        return oldest.equals(places.proved) ? known.get(known.size() - 2) : oldest;
    }

    /** All that a rung knows of a peer, in place of what it knew. */
    synchronized void set(NodeId peer, Rung rung, List<InetSocketAddress> addresses) {
        Places places = all.get(peer);
        if (places != null) {
            places.byRung.put(
                    rung,
                    new ArrayList<>(
                            addresses.stream()
                                    .filter(Candidates::isUsable)
                                    .limit(PER_RUNG_MAX)
                                    .toList()));
        }
    }

    private static boolean isUsable(InetSocketAddress address) {
        InetAddress at = address.getAddress();
        return at != null
                && address.getPort() > 0
                && !at.isAnyLocalAddress()
                && !at.isMulticastAddress();
    }

    /**
     * The peer spoke from there.
     *
     * @return whether it did so from elsewhere before, or not at all
     */
    synchronized boolean proved(NodeId peer, InetSocketAddress address) {
        Places places = all.get(peer);
        if (places == null) {
            return false;
        }
        places.failures.remove(address);
        boolean news = !address.equals(places.proved);
        places.proved = address;
        return news;
    }

    /** It didn't answer there, or somebody else did. */
    synchronized void failed(NodeId peer, InetSocketAddress address, long nowNanos) {
        Places places = all.get(peer);
        if (places != null) {
            places.failures.remove(address);
            places.failures.put(address, nowNanos);
            if (places.failures.size() > FAILURES_MAX) {
                places.failures.remove(places.failures.keySet().iterator().next());
            }
        }
    }

    /** Whether it failed there of late. */
    synchronized boolean doubts(NodeId peer, InetSocketAddress address, long nowNanos) {
        Places places = all.get(peer);
        return places != null && hasFailed(places, address, nowNanos);
    }

    private static boolean hasFailed(Places places, InetSocketAddress address, long nowNanos) {
        Long failed = places.failures.get(address);
        return failed != null && nowNanos - failed < FAILURE_NANOS;
    }

    /** Where to try, best first. */
    synchronized List<InetSocketAddress> of(NodeId peer, long nowNanos) {
        Places places = all.get(peer);
        if (places == null) {
            return List.of();
        }
        Set<InetSocketAddress> ordered = new LinkedHashSet<>();
        if (places.proved != null) {
            ordered.add(places.proved);
        }
        List<List<InetSocketAddress>> byRung =
                places.byRung.values().stream().map(Candidates::widestFirst).toList();
        for (int turn = 0; turn < PER_RUNG_MAX; turn++) {
            for (List<InetSocketAddress> known : byRung) {
                if (turn < known.size()) {
                    ordered.add(known.get(turn));
                }
            }
        }
        List<InetSocketAddress> best = new ArrayList<>(ordered);
        best.removeIf(address -> hasFailed(places, address, nowNanos));
        // Of those that failed the one first that did so the longest ago.
        places.failures.keySet().stream()
                .filter(address -> ordered.contains(address) && !best.contains(address))
                .forEach(best::add);
        return List.copyOf(best.subList(0, Math.min(ADDRESSES_MAX, best.size())));
    }

    /** Those that make sense on one link alone come after the others. */
    private static List<InetSocketAddress> widestFirst(List<InetSocketAddress> known) {
        return known.stream()
                .sorted(Comparator.comparing(a -> a.getAddress().isLinkLocalAddress()))
                .toList();
    }

    /** Where the peer proved to be last; null where it never did. */
    synchronized @Nullable InetSocketAddress proved(NodeId peer) {
        Places places = all.get(peer);
        return places == null ? null : places.proved;
    }

    /**
     * By which rungs it was found: those that know where it proved to be; where none does, though
     * it spoke, it came by itself. Where it didn't speak yet: all that know something. Empty where
     * nothing does.
     */
    synchronized String foundBy(NodeId peer) {
        Places places = all.get(peer);
        if (places == null) {
            return "";
        }
        StringJoiner rungs = new StringJoiner(", ");
        places.byRung.forEach((rung, known) -> {
            if (places.proved == null ? !known.isEmpty() : known.contains(places.proved)) {
                rungs.add(rung.toString());
            }
        });
        return rungs.length() == 0 && places.proved != null ? "itself" : rungs.toString();
    }

    /** Of how many peers a rung knows an address. */
    synchronized int found(Rung rung) {
        return (int)
                all.values().stream()
                        .filter(places -> !places.byRung.getOrDefault(rung, List.of()).isEmpty())
                        .count();
    }
}
