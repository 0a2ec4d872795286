package io.pipit.coap.door;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Numbers that stand for sources. Makes no objects for IPv4. */
public final class Hashes {
    private static final int IPV6_NETWORK_BYTES = 8;
    private static final int IPV6_BYTES = 16;
    private static final int PORT_BITS = 16;

    private Hashes() {}

    /**
     * A source as limits count it. Who has one IPv6 address has 2^64 of them, except on the link
     * itself; so it is their network that counts.
     */
    public static long source(InetAddress address) {
        if (address instanceof Inet4Address) {
            // That of an IPv4 address is the address.
            return address.hashCode();
        }
        byte[] bytes = address.getAddress();
        long network = number(bytes, 0, IPV6_NETWORK_BYTES);
        return address instanceof Inet6Address && address.isLinkLocalAddress()
                ? mix(network) ^ number(bytes, IPV6_NETWORK_BYTES, IPV6_BYTES)
                : mix(network);
    }

    /** An address with its port, for tables that may take one for another. */
    static int endpoint(InetAddress address, int port) {
        return (int) mix(((long) address.hashCode() << PORT_BITS) ^ port);
    }

    static long number(byte[] bytes, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = (number << Byte.SIZE) | (bytes[i] & 0xff);
        }
        return number;
    }

    /** Spreads over all bits (the finisher of SplitMix64). */
    static long mix(long number) {
        long mixed = number;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
