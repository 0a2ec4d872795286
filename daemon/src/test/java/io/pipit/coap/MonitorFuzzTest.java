package io.pipit.coap;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.junit.Lifecycle;
import io.pipit.host.Relay;
import io.pipit.host.RelayExecutor;
import io.pipit.model.Grant;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Response;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Datagrams at the whole monitoring endpoint: they cost no memory, and it answers on. */
class MonitorFuzzTest {
    private static final int TRIES = 20;
    private static final int INPUTS_PER_QUESTION = 500;
    private static final double GROWTH_MIB_MAX = 32;

    private CoapEndpoints endpoints;
    private InetSocketAddress monitor;
    private Bombardment bombardment;
    private double heapMib;
    private int inputs;

    @BeforeEach
    void open() throws IOException {
        Relay relay = new Relay();
        endpoints =
                new CoapEndpoints(
                        (request, exchange) ->
                                exchange.respond(new Response(205, 0, "it".getBytes(UTF_8), 60)),
                        new RelayExecutor(
                                relay, relay, task -> new Thread(task, "coap"), new Counter()),
                        relay,
                        LoopbackNode.TIME,
                        new Metrics());
        monitor =
                endpoints.openMonitor(
                        new InetSocketAddress(LoopbackNode.LOOPBACK, 0),
                        Set.of(Grant.of(Grant.Role.MONITOR)));
        bombardment = new Bombardment(monitor);
        ask();
        heapMib = Heap.liveMib();
    }

    @AfterEach
    void close() throws IOException {
        try {
            ask();
            if (Heap.liveMib() - heapMib > GROWTH_MIB_MAX) {
                throw new AssertionError("MiB more: " + (Heap.liveMib() - heapMib));
            }
        } finally {
            bombardment.close();
            endpoints.close();
        }
    }

    /** The gate may have no room for the first tries. */
    private void ask() throws IOException {
        try (Stranger good = new Stranger(Stranger.source(6_000), monitor)) {
            for (int i = 0; i < TRIES; i++) {
                good.send(new byte[] {0x41, 1, 0, (byte) i, 7, (byte) 0xb1, 'x'});
                byte[] answer = good.receive(Duration.ofMillis(500));
                if (answer != null && answer[1] == 0x45) {
                    return;
                }
            }
        }
        throw new AssertionError("answers no more");
    }

    @FuzzTest(maxDuration = "4s", lifecycle = Lifecycle.PER_TEST)
    void takes(byte[] bytes) throws IOException {
        bombardment.send(bytes);
        if (++inputs % INPUTS_PER_QUESTION == 0) {
            ask();
        }
    }
}
