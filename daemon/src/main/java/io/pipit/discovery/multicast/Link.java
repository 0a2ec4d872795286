package io.pipit.discovery.multicast;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * An interface of this machine with one of its addresses: where this node can be heard by those
 * beside it.
 *
 * @param name of the interface, {@code eth0}
 * @param index of the interface, as the kernel counts
 * @param address of this machine there: IPv4, or IPv6 and then a link-local one
 * @param prefixBits how many bits of it all nodes of the link share
 * @param port of this node's network endpoint
 */
public record Link(String name, int index, InetAddress address, int prefixBits, int port) {
    /** Whether this address may be on this link: who is beyond it isn't spoken to. */
    boolean reaches(InetAddress other) {
        byte[] one = address.getAddress();
        byte[] two = other.getAddress();
        if (one.length != two.length || other.isAnyLocalAddress() || other.isMulticastAddress()) {
            return false;
        }
        for (int bit = 0; bit < Math.min(prefixBits, 8 * one.length); bit++) {
            if (((one[bit >> 3] ^ two[bit >> 3]) >> (7 - (bit & 7)) & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is one of IPv6. */
    boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    /** Whether only this machine is on it. */
    boolean isLocal() {
        return address.isLoopbackAddress();
    }

    /** As people call it. */
    @Override
    public String toString() {
        return name + (isIpv6() ? " IPv6" : " IPv4");
    }
}
