package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.identity.Identity;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.node.trust.Clones;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodePeersTest {
    private static final NodeId SELF = NodeId.ofBytes(new byte[16]);

    // It never runs anything: a thread factory that makes none.
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(0, task -> null);

    @TempDir private Path data;

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void looksAtTheWaysOnlyWhileSomebodyObservesThem() throws Exception {
        timer.setRemoveOnCancelPolicy(true);
        ManualTime time = new ManualTime();
        NodePeers peers =
                new NodePeers(
                        TrustStore.open(data, SELF, "house", List.of()),
                        Identity.loadOrCreate(data),
                        new Clones(new Health(), time, new Metrics()),
                        time,
                        timer);
        assertThat(timer.getQueue()).isEmpty();
        Runnable first = () -> {};
        Runnable second = () -> assertThat(peers.list()).isEmpty();
        peers.onChange(first);
        peers.onChange(second);
        assertThat(timer.getQueue()).hasSize(1);
        peers.forget(first);
        assertThat(timer.getQueue()).hasSize(1);
        peers.forget(second);
        peers.forget(second);
        assertThat(timer.getQueue()).isEmpty();
        peers.onChange(first);
        assertThat(timer.getQueue()).hasSize(1);
    }
}
