package io.pipit.node.pairing;

import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.reach.Neighbours;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where other nodes are, by what a person calls them, and where this one is. May wait for DNS. */
final class Places {
    /** Where a node listens when nobody says otherwise. */
    static final int PORT_DEFAULT = 5_684;

    /** Addresses of one node that are tried. */
    static final int ADDRESSES_MAX = 4;

    private static final int PORT_MAX = 65_535;
    private static final Logger LOG = LoggerFactory.getLogger(Places.class);

    /** {@code [v6]:port}, {@code host:port}, {@code [v6]}, or what has no port. */
    private static final Pattern WITH_PORT =
            Pattern.compile("(?:\\[([^\\[\\]]+)]|([^\\[\\]:]+)):([0-9]{1,5})");

    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]+)]");

    private final Neighbours neighbours;
    private final TrustStore trust;

    Places(Neighbours neighbours, TrustStore trust) {
        this.neighbours = neighbours;
        this.trust = trust;
    }

    /**
     * Somebody to be found.
     *
     * @param id who it has to be; null where that isn't known
     * @param addresses best first; empty where nobody knows any
     */
    record Place(@Nullable NodeId id, List<InetSocketAddress> addresses) {}

    /** Finds whom a person means by an ID, a name or an address. */
    Place find(String text) {
        NodeId id = NodeId.parse(text).orElse(null);
        Set<InetSocketAddress> found = new LinkedHashSet<>();
        for (Neighbours.Neighbour neighbour : neighbours.list()) {
            if ((id != null && id.equals(neighbour.id()))
                    || text.equalsIgnoreCase(neighbour.name())) {
                found.addAll(neighbour.addresses());
            }
        }
        for (Peer peer : trust.list()) {
            InetSocketAddress address = peer.address();
            if (((id != null && id.equals(peer.id())) || peer.name().equalsIgnoreCase(text))
                    && address != null) {
                found.addAll(lookUp(address.getHostString(), address.getPort()));
            }
        }
        if (id == null && found.isEmpty()) {
            found.addAll(byAddress(text));
        }
        return new Place(id, found.stream().limit(ADDRESSES_MAX).toList());
    }

    private static List<InetSocketAddress> byAddress(String text) {
        Matcher parts = WITH_PORT.matcher(text);
        if (parts.matches()) {
            int port = Integer.parseInt(parts.group(3));
            String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
            return port < 1 || port > PORT_MAX ? List.of() : lookUp(host, port);
        }
        Matcher bracketed = BRACKETED.matcher(text);
        return lookUp(bracketed.matches() ? bracketed.group(1) : text, PORT_DEFAULT);
    }

    private static List<InetSocketAddress> lookUp(String host, int port) {
        List<InetSocketAddress> found = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                found.add(new InetSocketAddress(address, port));
            }
        } catch (UnknownHostException e) {
            LOG.debug("no address of {}", host);
        }
        return found;
    }

    /**
     * Where this node is reached that listens there: not from this machine alone, if that can be.
     */
    static List<InetSocketAddress> ofThisNode(List<InetSocketAddress> listening) {
        Set<InetSocketAddress> all = new LinkedHashSet<>();
        for (InetSocketAddress address : listening) {
            if (!address.getAddress().isAnyLocalAddress()) {
                all.add(address);
                continue;
            }
            for (InetAddress own : ofThisMachine()) {
                all.add(new InetSocketAddress(own, address.getPort()));
            }
        }
        return List.copyOf(all);
    }

    private static List<InetAddress> ofThisMachine() {
        List<InetAddress> own = new ArrayList<>();
        try {
            for (NetworkInterface card :
                    Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (card.isUp() && !card.isLoopback()) {
                    own.addAll(Collections.list(card.getInetAddresses()));
                }
            }
        } catch (SocketException e) {
            LOG.debug("this machine's addresses aren't known: {}", e.toString());
        }
        own.removeIf(InetAddress::isLinkLocalAddress);
        if (own.isEmpty()) {
            own.add(InetAddress.getLoopbackAddress());
        }
        // The short ones first: somebody has to type them.
        own.sort(Comparator.comparingInt(address -> address.getAddress().length));
        return own;
    }
}
