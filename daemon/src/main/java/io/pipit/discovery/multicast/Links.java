package io.pipit.discovery.multicast;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * This machine's links and addresses at one moment. Interfaces come and go, so it is made anew now
 * and then; that takes about a quarter of a millisecond.
 *
 * @param links where this node can be heard: at most {@link #LINKS_MAX}, those of real networks
 *     first
 * @param addresses all that this machine has but loopback
 * @param omitted links beyond the limit
 */
public record Links(List<Link> links, Set<InetAddress> addresses, int omitted) {
    /** On a machine with many containers there are hundreds of interfaces. */
    public static final int LINKS_MAX = 16;

    public Links {
        links = List.copyOf(links);
        addresses = Set.copyOf(addresses);
    }

    /**
     * As they are now.
     *
     * @param listen where this node's network endpoint listens: links of other addresses don't
     *     count
     */
    public static Links now(List<InetSocketAddress> listen) throws SocketException {
        List<Link> links = new ArrayList<>();
        Set<InetAddress> addresses = new HashSet<>();
        List<NetworkInterface> interfaces =
                Collections.list(NetworkInterface.getNetworkInterfaces());
        interfaces.sort(Comparator.comparingInt(NetworkInterface::getIndex));
        for (NetworkInterface one : interfaces) {
            if (!one.isUp()) {
                continue;
            }
            for (InterfaceAddress has : one.getInterfaceAddresses()) {
                if (!has.getAddress().isLoopbackAddress()) {
                    addresses.add(has.getAddress());
                }
            }
            // The loopback interface doesn't say so, but can (for IPv4).
            if (one.supportsMulticast() || one.isLoopback()) {
                add(links, one, listen, Inet4Address.class);
                add(links, one, listen, Inet6Address.class);
            }
        }
        int omitted = Math.max(0, links.size() - LINKS_MAX);
        return new Links(links.subList(0, links.size() - omitted), addresses, omitted);
    }

    private static void add(
            List<Link> links,
            NetworkInterface one,
            List<InetSocketAddress> listen,
            Class<? extends InetAddress> family) {
        for (InterfaceAddress has : one.getInterfaceAddresses()) {
            InetAddress address = has.getAddress();
            if (!family.isInstance(address)
                    || (address instanceof Inet6Address && !address.isLinkLocalAddress())) {
                continue;
            }
            Integer port = portAt(address, listen);
            if (port != null) {
                links.add(
                        new Link(
                                one.getName(),
                                one.getIndex(),
                                address,
                                has.getNetworkPrefixLength(),
                                port));
                return;
            }
        }
    }

    /** An address of each interface that leads to others, IPv4 where there is one. */
    public List<InetAddress> networked() {
        Map<Integer, InetAddress> byInterface = new LinkedHashMap<>();
        links.stream()
                .filter(link -> !link.isLocal())
                .forEach(link -> byInterface.putIfAbsent(link.index(), link.address()));
        return List.copyOf(byInterface.values());
    }

    /** On which port this node is reached at an address; null where it isn't. */
    private static @Nullable Integer portAt(InetAddress address, List<InetSocketAddress> listen) {
        Integer byOtherFamily = null;
        for (InetSocketAddress at : listen) {
            InetAddress bound = at.getAddress();
            if (bound == null) {
                continue;
            }
            boolean same = bound instanceof Inet4Address == address instanceof Inet4Address;
            if (bound.equals(address) || (bound.isAnyLocalAddress() && same)) {
                return at.getPort();
            }
            // One of IPv6 alone takes IPv4 as well.
            if (bound.isAnyLocalAddress() && bound instanceof Inet6Address) {
                byOtherFamily = at.getPort();
            }
        }
        return byOtherFamily;
    }
}
