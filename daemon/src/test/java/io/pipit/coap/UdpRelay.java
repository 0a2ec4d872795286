package io.pipit.coap;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between two nodes, as a router does, and changes the address that one seems to have. */
final class UdpRelay implements AutoCloseable {
    private final DatagramSocket inside = new DatagramSocket(0, LoopbackNode.LOOPBACK);
    private final InetSocketAddress target;
    private volatile DatagramSocket outside;
    private volatile SocketAddress client;
    private final AtomicInteger toLose = new AtomicInteger();

    UdpRelay(InetSocketAddress target) throws IOException {
        this.target = target;
        changeOutgoingAddress();
        Thread.ofPlatform().daemon().start(this::forward);
    }

    /** Of what goes to the target the next ones don't arrive. */
    void loseNext(int datagrams) {
        toLose.set(datagrams);
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
