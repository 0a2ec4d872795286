package io.pipit.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Metrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConfiguredAddressesTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);
    private static final InetSocketAddress PLAIN =
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5684);

    // It never runs anything: a thread factory that makes none.
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(0, task -> null);

    private final Candidates candidates = new Candidates();
    private final ConfiguredAddresses directory =
            new ConfiguredAddresses(
                    candidates, new RungReport(Rung.CONFIGURATION, new Metrics()), timer);

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void givesPlainAddressesAtOnceAndAsksNobody() {
        candidates.know(List.of(SHED));
        directory.know(List.of(peer(PLAIN)));
        assertThat(candidates.of(SHED, 0)).containsExactly(PLAIN);
        assertThat(timer.getQueue()).isEmpty();
    }

    @Test
    void looksNamesUpElsewhereAndForgetsThemWithThePeer() {
        candidates.know(List.of(SHED));
        directory.know(List.of(peer(InetSocketAddress.createUnresolved("shed.local", 5684))));
        assertThat(candidates.of(SHED, 0)).isEmpty();
        assertThat(timer.getQueue()).hasSize(1);
        directory.know(List.of());
        timer.purge();
        assertThat(timer.getQueue()).isEmpty();
    }

    private static Peer peer(InetSocketAddress address) {
        return new Peer(SHED, "shed", address, Set.of());
    }
}
