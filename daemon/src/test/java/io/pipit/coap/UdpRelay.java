package io.pipit.coap;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between two nodes, as a router does, and changes the address that one seems to have. */
final class UdpRelay implements AutoCloseable {
    /** RFC 9146, section 4: an encrypted record with a connection ID. */
    private static final byte CONTENT_TYPE_CID = 25;

    /** RFC 6347, section 4.1: type, version, epoch, then six bytes of sequence number. */
    private static final int SEQUENCE_LOW_BYTE = 10;

    private final DatagramSocket inside = new DatagramSocket(0, LoopbackNode.LOOPBACK);
    private final InetSocketAddress target;
    private volatile DatagramSocket outside;
    private volatile SocketAddress client;
    private final AtomicInteger toLose = new AtomicInteger();
    private volatile boolean losesApplicationData;
    private volatile byte[] last = new byte[0];

    UdpRelay(InetSocketAddress target) throws IOException {
        this.target = target;
        changeOutgoingAddress();
        Thread.ofPlatform().daemon().start(this::forward);
    }

    /** Of what goes to the target the next ones don't arrive. */
    void loseNext(int datagrams) {
        toLose.set(datagrams);
    }

    /** Handshakes go through, and nothing else does. */
    void losesApplicationData(boolean loses) {
        losesApplicationData = loses;
    }

    /** Sends the target what it got last, with its last byte changed, so often. */
    void forge(int datagrams) throws IOException {
        byte[] forged = last.clone();
        forged[forged.length - 1] ^= 1;
        // Beyond what the target has seen, or it would be dropped as a repetition unread.
        for (int i = 0; i < datagrams; i++) {
            forged[SEQUENCE_LOW_BYTE]++;
            outside.send(new DatagramPacket(forged, forged.length, target));
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) inside.getLocalSocketAddress();
    }

    void changeOutgoingAddress() throws IOException {
        DatagramSocket former = outside;
        DatagramSocket now = new DatagramSocket(0, LoopbackNode.LOOPBACK);
        outside = now;
        if (former != null) {
            former.close();
        }
        Thread.ofPlatform().daemon().start(() -> back(now));
    }

    private void forward() {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        while (!inside.isClosed()) {
            try {
                packet.setLength(2_048);
                inside.receive(packet);
                client = packet.getSocketAddress();
                last = Arrays.copyOf(packet.getData(), packet.getLength());
                if (losesApplicationData && last[0] == CONTENT_TYPE_CID) {
                    continue;
                }
                if (toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    continue;
                }
                outside.send(
                        new DatagramPacket(packet.getData().clone(), packet.getLength(), target));
            } catch (IOException e) {
                // Closed, or between two addresses: as on a real way, it is lost.
            }
        }
    }

    private void back(DatagramSocket from) {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        while (!from.isClosed()) {
            try {
                packet.setLength(2_048);
                from.receive(packet);
                inside.send(
                        new DatagramPacket(packet.getData().clone(), packet.getLength(), client));
            } catch (IOException e) {
                // As above.
            }
        }
    }

    @Override
    public void close() {
        inside.close();
        outside.close();
    }
}
