package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.model.NodeId;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.MapBasedEndpointContext;
import org.eclipse.californium.elements.RawData;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.DTLSContext;
import org.eclipse.californium.scandium.dtls.Handshaker;
import org.eclipse.californium.scandium.dtls.ResumingClientHandshaker;
import org.eclipse.californium.scandium.dtls.SessionListener;
import org.eclipse.californium.scandium.dtls.x509.SingleCertificateProvider;
import org.eclipse.californium.scandium.dtls.x509.StaticNewAdvancedCertificateVerifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody with a session of before who takes it up again by an abbreviated handshake. */
class ResumptionIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration QUIET = Duration.ofSeconds(2);

    /** An empty confirmable message asks for a reset (RFC 7252, section 4.2). */
    private static final int CON = 0x40;

    private static final int RST = 0x70;

    private LoopbackNode node;
    private Caller caller;

    /** Speaks DTLS with a key of its own and believes everybody. */
    private static final class Caller implements AutoCloseable {
        private final KeyPair key;
        private final NodeId id;
        private final InetSocketAddress node;
        private final DTLSConnector connector;
        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        private final List<String> handshakes = new CopyOnWriteArrayList<>();
        private byte last;

        Caller(InetSocketAddress node) throws Exception {
            this.node = node;
            this.key = LoopbackNode.key();
            this.id = NodeId.of(key.getPublic());
            connector =
                    new DTLSConnector(
                            DtlsConnectorConfig.builder(CoapSettings.network())
                                    .setAddress(new InetSocketAddress(LoopbackNode.LOOPBACK, 0))
                                    .setCertificateIdentityProvider(
                                            new SingleCertificateProvider(
                                                    key.getPrivate(), key.getPublic()))
                                    .setAdvancedCertificateVerifier(
                                            StaticNewAdvancedCertificateVerifier.builder()
                                                    .setTrustAllRPKs()
                                                    .build())
                                    .setSessionListener(new Handshakes())
                                    .build());
            connector.setRawDataReceiver(raw -> received.add(raw.getBytes()));
            connector.start();
        }

        private final class Handshakes implements SessionListener {
            private void note(Handshaker handshaker, String what) {
                String kind =
                        handshaker instanceof ResumingClientHandshaker ? "abbreviated" : "full";
                handshakes.add(kind + " " + what);
            }

            @Override
            public void handshakeStarted(Handshaker handshaker) {
                note(handshaker, "begun");
            }

            @Override
            public void contextEstablished(Handshaker handshaker, DTLSContext established) {}

            @Override
            public void handshakeCompleted(Handshaker handshaker) {
                note(handshaker, "completed");
            }

            @Override
            public void handshakeFailed(Handshaker handshaker, Throwable error) {
                note(handshaker, "failed");
            }

            @Override
            public void handshakeFlightRetransmitted(Handshaker handshaker, int flight) {}
        }

        void asks(String handshakeMode) {
            EndpointContext to =
                    new MapBasedEndpointContext(
                            node,
                            null,
                            new MapBasedEndpointContext.Attributes()
                                    .add(DtlsEndpointContext.KEY_HANDSHAKE_MODE, handshakeMode));
            byte[] ping = {CON, 0, 0, ++last};
            connector.send(RawData.outbound(ping, to, null, false));
        }

        boolean isAnswered(Duration within) throws InterruptedException {
            byte[] answer = received.poll(within.toMillis(), TimeUnit.MILLISECONDS);
            return answer != null && answer[0] == RST && answer[3] == last;
        }

        @Override
        public void close() {
            connector.destroy();
        }
    }

    @BeforeEach
    void meet() throws Exception {
        node = new LoopbackNode(LoopbackNode.key());
        caller = new Caller(node.address());
        node.trust.put(caller.id, LoopbackNode.peer(caller.id));
        caller.asks(DtlsEndpointContext.HANDSHAKE_MODE_AUTO);
        assertThat(caller.isAnswered(SOON)).isTrue();
        caller.handshakes.clear();
    }

    @AfterEach
    void close() {
        caller.close();
        node.close();
    }

    @Test
    void aPeerMayTakeItsSessionUpAgain() throws Exception {
        caller.asks(DtlsEndpointContext.HANDSHAKE_MODE_FORCE);

        assertThat(caller.isAnswered(SOON)).isTrue();
        assertThat(caller.handshakes).containsExactly("abbreviated begun", "abbreviated completed");
    }

    @Test
    void whoWasRevokedOffersItsSessionInVain() throws Exception {
        node.trust.clear();
        node.links.forget(caller.id);

        caller.asks(DtlsEndpointContext.HANDSHAKE_MODE_FORCE);

        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(caller.handshakes)
                                .containsExactly("abbreviated begun", "abbreviated failed"));
        assertGetsNothing();
    }

    @Test
    void whoWasRevokedJustWhenItTakesItsSessionUpGetsNothingByIt() throws Exception {
        // The session is still there to be taken up: what ends it has not been done yet.
        node.trust.clear();

        caller.asks(DtlsEndpointContext.HANDSHAKE_MODE_FORCE);

        assertThat(caller.isAnswered(QUIET)).isFalse();
        assertThat(caller.handshakes).startsWith("abbreviated begun");
        assertGetsNothing();
    }

    private void assertGetsNothing() throws InterruptedException {
        for (String mode :
                List.of(
                        DtlsEndpointContext.HANDSHAKE_MODE_AUTO,
                        DtlsEndpointContext.HANDSHAKE_MODE_FORCE,
                        DtlsEndpointContext.HANDSHAKE_MODE_FORCE_FULL)) {
            caller.asks(mode);
            assertThat(caller.isAnswered(QUIET)).as(mode).isFalse();
        }
        assertThat(node.network.hasSession(caller.id)).isFalse();
        assertThat(node.metric("pipit_dtls_handshakes_refused")).isPositive();
        assertThat(node.requests).isEmpty();
    }
}
