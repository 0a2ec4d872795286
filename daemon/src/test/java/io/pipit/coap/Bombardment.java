package io.pipit.coap;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * What a fuzzer made up, as datagrams from many sources. Of each a byte says how long the next one
 * is, in steps of four; what is left is one too.
 */
final class Bombardment implements AutoCloseable {
    private static final int SOURCES = 64;
    private static final int STEP = 4;

    private final InetSocketAddress target;
    private final DatagramSocket[] sources = new DatagramSocket[SOURCES];
    private int next;

    Bombardment(InetSocketAddress target) throws IOException {
        this.target = target;
        for (int i = 0; i < SOURCES; i++) {
            sources[i] = new DatagramSocket(new InetSocketAddress(Stranger.source(5_000 + i), 0));
        }
    }

    void send(byte[] bytes) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min((bytes[at] & 0xff) * STEP, bytes.length - at - 1);
            byte[] datagram = Arrays.copyOfRange(bytes, at + 1, at + 1 + length);
            sources[next].send(new DatagramPacket(datagram, length, target));
            at += 1 + length;
        }
        next = (next + 1) % SOURCES;
    }

    @Override
    public void close() {
        for (DatagramSocket source : sources) {
            source.close();
        }
    }
}
