package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerDirectoryTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);
    private static final InetSocketAddress PLAIN =
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5684);

    // It never runs anything: a thread factory that makes none.
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(0, task -> null);

    private final PeerDirectory directory = new PeerDirectory(timer);

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void givesPlainAddressesAtOnceAndAsksNobody() {
        directory.know(List.of(peer(PLAIN)));
        assertThat(directory.of(SHED)).containsExactly(PLAIN);
        assertThat(timer.getQueue()).isEmpty();
    }

    @Test
    void looksNamesUpElsewhereAndForgetsThemWithThePeer() {
        directory.know(List.of(peer(InetSocketAddress.createUnresolved("shed.local", 5684))));
        assertThat(directory.of(SHED)).isEmpty();
        assertThat(timer.getQueue()).hasSize(1);
        directory.know(List.of());
        timer.purge();
        assertThat(timer.getQueue()).isEmpty();
    }

    private static Peer peer(InetSocketAddress address) {
        return new Peer(SHED, "shed", address, Set.of());
    }
}
