package io.pipit.coap;

import static io.pipit.resource.exchange.Request.NONE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.Relay;
import io.pipit.host.RelayExecutor;
import io.pipit.model.Grant;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Response;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.CoapServer;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.observe.ObserveRelation;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.SystemConfig;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.ServerHandshaker;
import org.eclipse.californium.scandium.dtls.x509.SingleCertificateProvider;
import org.eclipse.californium.scandium.dtls.x509.StaticNewAdvancedCertificateVerifier;
import org.junit.jupiter.api.Test;

/**
 * The same attack on the library as it is by itself, where it does harm, and on ours, where it does
 * none. Harm is counted: bytes sent, objects kept, characters logged.
 */
class DefaultsIT {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final int MESSAGES = 3_000;
    private static final int OF_SOURCE = 100;
    private static final int BODIES = 8;
    private static final int BODY_BYTES = 4 << 20;
    private static final int BLOCKS = 40;
    private static final int LOG_CHARS_MAX = 6_000;
    private static final int HANDSHAKES = 80;

    /** By then a message is answered, if it is. */
    private static final Duration ANSWER = Duration.ofMillis(50);

    /** What somebody sends to a server. */
    private interface Sending {
        void to(InetSocketAddress target) throws IOException;
    }

    /** The same, with how much harm came of it. */
    private interface Attack {
        long on(InetSocketAddress target) throws IOException;
    }

    private static Attack counting(LongSupplier harm, Sending sending) {
        return target -> {
            long before = harm.getAsLong();
            sending.to(target);
            return harm.getAsLong() - before;
        };
    }

    /** What is counted when nothing is under way any more. */
    private static long settled(LongSupplier harm) {
        long before;
        long now = harm.getAsLong();
        do {
            before = now;
            now = harm.getAsLong();
        } while (now != before);
        return now;
    }

    /** So many messages from some sources, each when the one before was answered. */
    private static Sending messages(int many, IntFunction<byte[]> message) {
        return target -> {
            for (int i = 0; i < many; i += OF_SOURCE) {
                try (Stranger stranger = new Stranger(Stranger.source(7_000 + i), target)) {
                    for (int j = i; j < Math.min(many, i + OF_SOURCE); j++) {
                        stranger.send(message.apply(j));
                        stranger.receive(ANSWER);
                    }
                }
            }
        };
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static Configuration configuration() {
        return new Configuration(
                CoapConfig.DEFINITIONS,
                UdpConfig.DEFINITIONS,
                SystemConfig.DEFINITIONS,
                DtlsConfig.DEFINITIONS);
    }

    private static long byDefault(Attack attack) throws IOException {
        return by(configuration(), attack);
    }

    /** On a server with one resource that can be observed, and whatever the library adds. */
    private static long by(Configuration config, Attack attack) throws IOException {
        CoapResource live =
                new CoapResource("live") {
                    @Override
                    public void handleGET(CoapExchange exchange) {
                        exchange.respond("it");
                    }
                };
        live.setObservable(true);
        CoapServer server = new CoapServer(config);
        CoapEndpoint endpoint =
                CoapEndpoint.builder()
                        .setConfiguration(config)
                        .setInetSocketAddress(new InetSocketAddress(LoopbackNode.LOOPBACK, 0))
                        .build();
        server.add(live);
        server.addEndpoint(endpoint);
        server.start();
        try {
            return attack.on(endpoint.getAddress());
        } finally {
            server.destroy();
        }
    }

    private static long here(Attack attack) throws IOException {
        Relay relay = new Relay();
        try (CoapEndpoints endpoints =
                new CoapEndpoints(
                        (request, exchange) ->
                                exchange.respond(
                                        request.path().isEmpty()
                                                ? new Response(404, NONE, new byte[0], 60)
                                                : new Response(205, 0, "it".getBytes(UTF_8), 60)),
                        new RelayExecutor(
                                relay, relay, task -> new Thread(task, "coap"), new Counter()),
                        relay,
                        LoopbackNode.TIME,
                        new Metrics())) {
            return attack.on(
                    endpoints.openMonitor(
                            new InetSocketAddress(LoopbackNode.LOOPBACK, 0),
                            Set.of(Grant.of(Grant.Role.MONITOR))));
        }
    }

    @Test
    void theSmallestRequestIsAnsweredAHundredfoldByDefaultAndHereWithNoMoreThanItBrought()
            throws Exception {
        byte[] smallest = hex("4001 0001");
        Attack amplification =
                target -> {
                    try (Stranger stranger = new Stranger(Stranger.source(7_000), target)) {
                        stranger.send(smallest);
                        return stranger.answered(QUIET);
                    }
                };
        assertThat(byDefault(amplification)).isGreaterThan(100L * smallest.length);
        assertThat(here(amplification)).isLessThanOrEqualTo(smallest.length);
    }

    @Test
    void eachUnconfirmedMessageIsKeptByDefaultAndNoneHere() throws Exception {
        Attack flood =
                counting(
                        () -> Heap.live(Exchange.class),
                        messages(MESSAGES, i -> hex("5001 %04x b1 78".formatted(i))));
        assertThat(byDefault(flood)).isGreaterThan(MESSAGES * 9 / 10);
        assertThat(here(flood)).isLessThan(MESSAGES / 100);
    }

    @Test
    void anAnnouncedBodyIsAllocatedWhereLargeOnesAreTakenAndNotHere() throws Exception {
        // Uri-Path, Block1 (the first of more, 16 bytes), Size1.
        String block = "4003 00%02x b1 %02x d1 03 08 d4 14 %08x ff" + "00".repeat(16);
        Attack announcements =
                counting(
                        Heap::liveArrayBytes,
                        messages(BODIES, i -> hex(block.formatted(i, 'a' + i, BODY_BYTES))));
        Configuration large = configuration();
        large.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, BODY_BYTES);
        assertThat(by(large, announcements)).isGreaterThan(BODIES * (long) BODY_BYTES * 9 / 10);
        assertThat(here(announcements)).isLessThan(BODY_BYTES / 4);
    }

    @Test
    void whoeverObservesIsKeptByDefaultAndHereFiveHundredAtTheMost() throws Exception {
        int observations = 2 * CoapSettings.OBSERVERS_MAX;
        Attack flood =
                counting(
                        () -> Heap.live(ObserveRelation.class),
                        messages(
                                observations,
                                i -> hex("4201 %04x %04x 60 54 6c697665".formatted(i, i))));
        assertThat(byDefault(flood)).isEqualTo(observations);
        assertThat(here(flood)).isEqualTo(CoapSettings.OBSERVERS_MAX);
    }

    @Test
    void aBlockOfTheWrongSizeIsLoggedWithItsTraceByDefaultAndHardlyHere() throws Exception {
        String block = "4003 %04x b1 78 d1 03 08 ff" + "00".repeat(20);
        try (Journal journal = new Journal()) {
            Attack mismatches =
                    counting(journal::chars, messages(BLOCKS, i -> hex(block.formatted(i))));
            assertThat(byDefault(mismatches)).isGreaterThan(BLOCKS * 1_000L);
            assertThat(here(mismatches)).isLessThan(LOG_CHARS_MAX);
        }
    }

    @Test
    void eachHalfOpenHandshakeIsKeptByDefaultAndFewHere() throws Exception {
        Attack halfOpen =
                counting(
                        () -> settled(() -> Heap.live(ServerHandshaker.class)),
                        target -> {
                            for (int i = 0; i < HANDSHAKES; i++) {
                                try (Stranger stranger =
                                        new Stranger(Stranger.source(7_000 + i), target)) {
                                    stranger.leaveHalfOpen(i, SOON);
                                    stranger.receive(ANSWER);
                                }
                            }
                        });
        KeyPair key = LoopbackNode.key();
        DTLSConnector library =
                new DTLSConnector(
                        DtlsConnectorConfig.builder(configuration())
                                .setAddress(new InetSocketAddress(LoopbackNode.LOOPBACK, 0))
                                .setCertificateIdentityProvider(
                                        new SingleCertificateProvider(
                                                key.getPrivate(), key.getPublic()))
                                .setAdvancedCertificateVerifier(
                                        StaticNewAdvancedCertificateVerifier.builder()
                                                .setTrustAllRPKs()
                                                .build())
                                .build());
        library.start();
        try {
            assertThat(halfOpen.on(library.getAddress())).isGreaterThan(HANDSHAKES * 9 / 10);
        } finally {
            library.destroy();
        }
        try (LoopbackNode node = new LoopbackNode(key)) {
            assertThat(halfOpen.on(node.address())).isLessThan(HANDSHAKES / 3);
        }
    }

    /** In place of the program's own: only counts what would be written. */
    private static final class Journal extends Handler implements AutoCloseable {
        private final Logger root = Logger.getLogger("");
        private final Logger library = Logger.getLogger("org.eclipse.californium");
        private final Handler[] others = root.getHandlers();
        private final SimpleFormatter formatter = new SimpleFormatter();
        private final AtomicLong chars = new AtomicLong();

        Journal() {
            for (Handler other : others) {
                root.removeHandler(other);
            }
            root.addHandler(this);
            // As if none of ours had ever been here.
            library.setLevel(null);
            library.setUseParentHandlers(true);
        }

        long chars() {
            return chars.get();
        }

        @Override
        public void publish(LogRecord message) {
            chars.addAndGet(formatter.format(message).length());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            root.removeHandler(this);
            for (Handler other : others) {
                root.addHandler(other);
            }
        }
    }
}
