package io.pipit.coap;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.junit.Lifecycle;
import io.pipit.port.Event;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Datagrams at the whole network endpoint, from strangers and as if a peer had sent them: they cost
 * no memory, throw nothing, and the peer's session goes on.
 */
class NetworkFuzzTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int INPUTS_PER_QUESTION = 500;
    private static final double GROWTH_MIB_MAX = 32;

    private LoopbackNode node;
    private LoopbackNode peer;
    private double heapMib;
    private int inputs;

    @BeforeEach
    void open() throws Exception {
        node = new LoopbackNode(LoopbackNode.key());
        peer = new LoopbackNode(LoopbackNode.key());
        LoopbackNode.introduce(node, peer);
        ask();
        heapMib = Heap.liveMib();
    }

    @AfterEach
    void close() throws Exception {
        try {
            ask();
            if (node.metric("pipit_dtls_handshakes") != 1) {
                throw new AssertionError("the peer's session was ended");
            }
            if (Heap.liveMib() - heapMib > GROWTH_MIB_MAX) {
                throw new AssertionError("MiB more: " + (Heap.liveMib() - heapMib));
            }
        } finally {
            peer.close();
            node.close();
        }
    }

    private void ask() throws InterruptedException {
        peer.fetch(1, node);
        peer.await(Event.Fetched.class, PATIENCE);
    }

    @FuzzTest(maxDuration = "4s", lifecycle = Lifecycle.PER_TEST)
    void takes(byte[] bytes) throws Exception {
        inputs++;
        boolean asPeer = bytes.length > 0 && bytes[0] % 2 == 0;
        InetSocketAddress source =
                asPeer ? peer.address() : new InetSocketAddress(Stranger.source(inputs), 9);
        int from = Math.min(1, bytes.length);
        byte[] datagram = new byte[2_048];
        int length = Math.min(datagram.length, bytes.length - from);
        System.arraycopy(bytes, from, datagram, 0, length);
        node.network.receive(new DatagramPacket(datagram, 0, length, source));
        if (inputs % INPUTS_PER_QUESTION == 0) {
            ask();
        }
    }
}
