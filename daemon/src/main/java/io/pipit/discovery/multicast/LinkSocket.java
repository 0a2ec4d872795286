package io.pipit.discovery.multicast;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * The two sockets of one link: one hears the group, bound to the group's address, so that it takes
 * no other program's port 5683 away, and hears nothing that is sent to this machine alone; the
 * other speaks, and hears what is said to this node, on a port that the kernel chose. On one
 * thread.
 */
final class LinkSocket implements LinkTalk.Wire, AutoCloseable {
    /** CoAP's own port (RFC 7252, section 12.6). */
    static final int PORT = 5683;

    /** All CoAP Nodes (RFC 7252, section 12.8). */
    private static final InetAddress GROUP_4 = InetAddress.ofLiteral("224.0.1.187");

    private static final InetAddress GROUP_6 = InetAddress.ofLiteral("ff02::fd");

    private final DatagramChannel group;
    private final DatagramChannel own;
    private final InetSocketAddress all;
    private long lost;

    private LinkSocket(DatagramChannel group, DatagramChannel own, InetSocketAddress all) {
        this.group = group;
        this.own = own;
        this.all = all;
    }

    /** Opens both; what comes is told of by keys with this attachment. */
    static LinkSocket open(Link link, Selector selector, Object attachment) throws IOException {
        NetworkInterface at = NetworkInterface.getByIndex(link.index());
        if (at == null) {
            throw new IOException("the interface is gone");
        }
        InetAddress address =
                link.isIpv6()
                        ? Inet6Address.getByAddress(null, GROUP_6.getAddress(), link.index())
                        : GROUP_4;
        InetSocketAddress all = new InetSocketAddress(address, PORT);
        StandardProtocolFamily family =
                link.isIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
        DatagramChannel group = DatagramChannel.open(family);
        DatagramChannel own = null;
        try {
            // So that several nodes of one machine hear it.
            group.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            group.bind(all);
            var _ = group.join(address, at);
            own = DatagramChannel.open(family);
            own.bind(new InetSocketAddress(link.address(), 0));
            own.setOption(StandardSocketOptions.IP_MULTICAST_IF, at);
            own.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 1);
            own.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            group.configureBlocking(false);
            own.configureBlocking(false);
            var _ = group.register(selector, SelectionKey.OP_READ, attachment);
            var _ = own.register(selector, SelectionKey.OP_READ, attachment);
            return new LinkSocket(group, own, all);
        } catch (IOException | RuntimeException e) {
            group.close();
            if (own != null) {
                own.close();
            }
            throw e instanceof IOException io ? io : new IOException(e.toString(), e);
        }
    }

    @Override
    public String toAll(byte[] datagram) {
        try {
            own.send(ByteBuffer.wrap(datagram), all);
            return "";
        } catch (IOException e) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
    }

    @Override
    public void to(InetSocketAddress destination, byte[] datagram) {
        try {
            own.send(ByteBuffer.wrap(datagram), destination);
        } catch (IOException e) {
            // As good as lost on the way: who asked asks again.
            lost++;
        }
    }

    /** Answers that couldn't be sent. */
    long lost() {
        return lost;
    }

    @Override
    public void close() throws IOException {
        group.close();
        own.close();
    }
}
