package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.model.NodeId;
import io.pipit.port.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.x509.SingleCertificateProvider;
import org.eclipse.californium.scandium.dtls.x509.StaticNewAdvancedCertificateVerifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What strangers can cost the network endpoint. Those named {@code without…} show what the library
 * does where the measure isn't taken.
 */
class StrangersIT {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final int SOURCES = 2_000;
    private static final int HALF_OPEN = 10_000;
    private static final byte[] NO_COOKIE = new byte[0];

    private LoopbackNode node;

    @BeforeEach
    void open() throws Exception {
        node = new LoopbackNode(LoopbackNode.key());
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static Stranger stranger(int number, InetSocketAddress target) throws IOException {
        return new Stranger(Stranger.source(number), target);
    }

    @Test
    void nothingButAHandshakeIsAnswered() throws Exception {
        byte[] hello = Stranger.hello(1, 0, NO_COOKIE);
        byte[] twice = new byte[2 * hello.length];
        System.arraycopy(hello, 0, twice, 0, hello.length);
        System.arraycopy(hello, 0, twice, hello.length, hello.length);
        List<byte[]> datagrams = new ArrayList<>();
        datagrams.add(hex("40010001"));
        datagrams.add(hex("4401 0001 01020304 bb 2e77656c6c2d6b6e6f776e 04 636f7265"));
        datagrams.add(twice);
        datagrams.add(Stranger.handshake(1, 0, new byte[20]));
        for (int type = 20; type <= 26; type++) {
            for (int epoch = 0; epoch <= 1; epoch++) {
                for (int bytes : new int[] {1, 2, 16, 100}) {
                    datagrams.add(Stranger.record(type, epoch, 7, new byte[bytes]));
                }
            }
        }
        for (int type = 0; type <= 24; type++) {
            if (type != 1) {
                datagrams.add(Stranger.handshake(type, 0, new byte[40]));
            }
        }
        Random random = new Random(11);
        for (int i = 0; i < 1_000; i++) {
            byte[] garbage = new byte[random.nextInt(1, 300)];
            random.nextBytes(garbage);
            datagrams.add(garbage);
        }
        try (Stranger stranger = stranger(1, node.address())) {
            for (byte[] datagram : datagrams) {
                stranger.send(datagram);
            }
            assertThat(stranger.answered(QUIET)).isZero();
        }
        assertThat(
                        node.metric("pipit_coap_datagrams_malformed")
                                + node.metric("pipit_coap_datagrams_stray"))
                .isEqualTo(datagrams.size());
    }

    @Test
    void aHelloIsAnsweredWithLessThanItBrought() throws Exception {
        try (Stranger stranger = stranger(2, node.address())) {
            byte[] hello = Stranger.hello(1, 0, NO_COOKIE);
            stranger.send(hello);
            assertThat(stranger.answered(QUIET)).isPositive().isLessThan(hello.length);
            // Who makes up a cookie gets another one, and nothing else.
            byte[] made = Stranger.hello(2, 1, new byte[32]);
            stranger.send(made);
            assertThat(stranger.answered(QUIET)).isPositive().isLessThan(made.length);
        }
    }

    @Test
    void aCookieServesOnlyWhoGotIt() throws Exception {
        try (Stranger one = stranger(3, node.address());
                Stranger other = stranger(4, node.address())) {
            one.send(Stranger.hello(1, 0, NO_COOKIE));
            byte[] verify = one.receive(SOON);
            assertThat(verify).isNotNull();
            byte[] cookie = Stranger.cookie(verify);
            assertThat(cookie).isNotNull();
            byte[] replayed = Stranger.hello(1, 1, cookie);
            other.send(replayed);
            assertThat(other.answered(QUIET)).isLessThan(replayed.length);
            assertThat(node.metric("pipit_dtls_handshakes_failed")).isZero();
        }
    }

    @Test
    void tenThousandHalfOpenHandshakesKeepNobodyOut() throws Exception {
        Flood flood = new Flood(node.address());
        double before = Heap.liveMib();
        flood.start();
        try (LoopbackNode newcomer = newcomer()) {
            flood.await(HALF_OPEN / 10);
            long start = System.nanoTime();
            newcomer.fetch(1, node);
            newcomer.await(Event.Fetched.class, SOON);
            Duration took = Duration.ofNanos(System.nanoTime() - start);

            assertThat(flood.goesOn()).as("the others are still at it").isTrue();
            assertThat(took).isLessThan(SOON);
            flood.await(HALF_OPEN);
        } finally {
            flood.end();
        }
        assertThat(Heap.liveMib() - before).as("MiB more").isLessThan(8);
        assertThat(node.metric("pipit_dtls_hellos_deferred")).isGreaterThan(HALF_OPEN / 2);
    }

    @Test
    void withoutTheDoorkeeperHalfOpenHandshakesFillTheTableAndNobodyGetsIn() throws Exception {
        KeyPair key = LoopbackNode.key();
        Configuration config = CoapSettings.network();
        DTLSConnector bare =
                new DTLSConnector(
                        DtlsConnectorConfig.builder(config)
                                .setAddress(new InetSocketAddress(LoopbackNode.LOOPBACK, 0))
                                .setCertificateIdentityProvider(
                                        new SingleCertificateProvider(
                                                key.getPrivate(), key.getPublic()))
                                .setAdvancedCertificateVerifier(
                                        StaticNewAdvancedCertificateVerifier.builder()
                                                .setTrustAllRPKs()
                                                .build())
                                .build());
        bare.start();
        Flood flood = new Flood(bare.getAddress());
        flood.start();
        try (Stranger late = stranger(SOURCES + 1, bare.getAddress())) {
            flood.await(4 * CoapSettings.CONNECTIONS_MAX);
            assertThat(late.leaveHalfOpen(1, SOON)).isTrue();
            byte[] answer = late.receive(SOON);
            // Another HelloVerifyRequest: its place is taken, and its cookie of no use.
            assertThat(answer == null ? new byte[0] : Stranger.cookie(answer)).isNotNull();
        } finally {
            flood.end();
            bare.destroy();
        }
    }

    @Test
    void aPeerThatWasCalledBeforeGetsInAtOnceWhileStrangersCrowdTheDoor() throws Exception {
        Flood flood = new Flood(node.address());
        InetSocketAddress home = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        KeyPair key = LoopbackNode.key();
        try (LoopbackNode peer = new LoopbackNode(key, home)) {
            LoopbackNode.introduce(node, peer);
            home = peer.address();
            peer.fetch(1, node);
            peer.await(Event.Fetched.class, SOON);
        }
        flood.start();
        flood.await(500);
        try (LoopbackNode peer = new LoopbackNode(key, home)) {
            LoopbackNode.introduce(node, peer);
            node.fetch(2, peer);
            node.await(Event.Fetched.class, Duration.ofSeconds(1));
            assertThat(flood.goesOn()).isTrue();
        } finally {
            flood.end();
        }
    }

    @Test
    void oneSourceHasEightHandshakesAtATime() throws Exception {
        for (int i = 0; i < 30; i++) {
            try (Stranger stranger = stranger(9, node.address())) {
                assertThat(stranger.leaveHalfOpen(i, SOON)).isTrue();
                stranger.receive(Duration.ofMillis(20));
            }
        }
        assertThat(node.metric("pipit_dtls_hellos_deferred"))
                .isEqualTo(30 - Doorkeeper.HANDSHAKES_PER_SOURCE_MAX);
    }

    @Test
    void aFloodOfHellosIsAnsweredSeldomAndAQuietSourceStillIs() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> flood =
                CompletableFuture.runAsync(() -> {
                    List<Stranger> loud = new ArrayList<>();
                    try {
                        for (int i = 0; i < 200; i++) {
                            loud.add(stranger(100 + i, node.address()));
                        }
                        for (int i = 0; !over.get(); i++) {
                            loud.get(i % 200).send(Stranger.hello(i, 0, NO_COOKIE));
                            if (i % 200 == 0) {
                                Thread.sleep(5);
                            }
                        }
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    } finally {
                        loud.forEach(Stranger::close);
                    }
                });
        await().atMost(SOON).until(() -> node.metric("pipit_coap_datagrams_refused") > 5_000);
        int answered = 0;
        for (int i = 0; i < 10; i++) {
            try (Stranger quiet = stranger(900 + i, node.address())) {
                quiet.send(Stranger.hello(1, 0, NO_COOKIE));
                answered += quiet.answered(QUIET) > 0 ? 1 : 0;
            }
        }
        over.set(true);
        flood.join();
        assertThat(answered).isGreaterThanOrEqualTo(8);
    }

    @Test
    void hundredsOfHandshakesOfOnePeerShutNobodyOut() throws Exception {
        KeyPair key = keyThatBegins();
        int handshakes = CoapSettings.CONNECTIONS_MAX + 100;
        for (int i = 0; i < handshakes; i++) {
            InetAddress source = Stranger.source(3_000 + i);
            try (LoopbackNode restless = new LoopbackNode(key, new InetSocketAddress(source, 0))) {
                LoopbackNode.introduce(node, restless);
                restless.fetch(i, node);
                restless.await(Event.Fetched.class, SOON);
            }
        }
        try (LoopbackNode newcomer = newcomer()) {
            newcomer.fetch(1, node);
            newcomer.await(Event.Fetched.class, SOON);
        }
    }

    /** Where the token is another one, the former's answer would be none at all. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatStartedAnewIsHeardThoughItsFormerSelfHadThatMessageId(boolean sameToken)
            throws Exception {
        KeyPair key = keyThatBegins();
        for (byte life = 1; life <= 2; life++) {
            try (LoopbackNode peer = new LoopbackNode(key)) {
                LoopbackNode.introduce(node, peer);
                byte[] token = {7, sameToken ? 7 : life};
                assertThat(ask(peer, token)).isEqualTo(LoopbackNode.encode(life));
                // Once more in the same session is a repetition.
                assertThat(ask(peer, token)).isEqualTo(LoopbackNode.encode(life));
            }
        }
        assertThat(node.requests).hasSize(2);
    }

    private byte[] ask(LoopbackNode peer, byte[] token) throws InterruptedException {
        Request request = Request.newGet();
        request.getOptions().addUriPath("readings");
        request.setMID(4_711);
        request.setToken(token);
        peer.network.send(node.id, node.address(), request);
        Response answer = request.waitForResponse(SOON.toMillis());
        assertThat(answer).as("an answer").isNotNull();
        return answer.getPayload();
    }

    /** Of two nodes the one with the lower ID begins at once. */
    private KeyPair keyThatBegins() throws Exception {
        KeyPair key = LoopbackNode.key();
        while (NodeId.of(key.getPublic()).compareTo(node.id) > 0) {
            key = LoopbackNode.key();
        }
        return key;
    }

    private LoopbackNode newcomer() throws Exception {
        LoopbackNode newcomer =
                new LoopbackNode(
                        LoopbackNode.key(),
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.9.9"), 0));
        newcomer.trusts(node);
        // Nobody told the node where it is.
        node.trusts(newcomer);
        node.directory.clear();
        return newcomer;
    }

    /** Leaves thousands of handshakes half-open, from one source after the other. */
    private static final class Flood {
        private final InetSocketAddress target;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile int tried;
        private volatile boolean done;
        private final Thread thread = new Thread(this::run, "flood");

        Flood(InetSocketAddress target) {
            this.target = target;
        }

        void start() {
            thread.start();
        }

        boolean goesOn() {
            return !done;
        }

        void await(int many) {
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> tried >= many || done);
        }

        void end() throws InterruptedException {
            over.set(true);
            thread.join();
        }

        private void run() {
            try {
                for (int i = 0; i < HALF_OPEN && !over.get(); i++) {
                    try (Stranger stranger = stranger(i % SOURCES, target)) {
                        stranger.leaveHalfOpen(i, Duration.ofMillis(50));
                    }
                    tried = i + 1;
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            } finally {
                done = true;
            }
        }
    }
}
