package io.pipit.tcp;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.net.Socket;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.3 between nodes: each shows a certificate of its own key, and nothing of the other's but
 * its key is believed: no name, no date, no issuer. Thread-safe.
 */
final class Tls {
    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

    /** RFC 8323, section 8.2. */
    private static final String ALPN = "coap";

    /**
     * X509_V_ERR_CERT_REJECTED of OpenSSL's x509_vfy.h: the other side is told bad_certificate (RFC
     * 8446, section 6.2), where any other exception would be our internal_error.
     */
    private static final int CERT_REJECTED = 28;

    private static final int HANDSHAKE_MILLIS_MAX = 5_000;

    /** Four records at a time are encrypted into one buffer: a fifth faster than one by one. */
    private static final int WRAP_BYTES = 64 * 1024;

    private final SslContext server;
    private final SslContext client;
    private final SslContext meeting;
    private final Executor handshakes;

    /**
     * @param welcome whether strangers may come in to pair; any thread, doesn't wait
     * @param handshakes where the arithmetic of handshakes is done, which takes a small board some
     *     tens of milliseconds
     */
    Tls(
            PrivateKey key,
            X509Certificate certificate,
            Function<NodeId, @Nullable Peer> trust,
            BooleanSupplier welcome,
            Executor handshakes) {
        Pins pins = new Pins(id -> trust.apply(id) != null);
        SslProvider provider = provider();
        ApplicationProtocolConfig protocols =
                new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        ALPN);
        try {
            server =
                    SslContextBuilder.forServer(key, certificate)
                            .sslProvider(provider)
                            .trustManager(
                                    new Pins(id ->
                                            trust.apply(id) != null || welcome.getAsBoolean()))
                            .clientAuth(ClientAuth.REQUIRE)
                            .protocols("TLSv1.3")
                            .applicationProtocolConfig(protocols)
                            .build();
            client = client(key, certificate, pins, provider, protocols);
            meeting = client(key, certificate, new Pins(id -> true), provider, protocols);
        } catch (SSLException e) {
            throw new IllegalStateException("this Java has no TLS 1.3", e);
        }
        this.handshakes = handshakes;
        // Their classes are loaded here and now, and not on the event loop.
        for (SslContext context : List.of(server, client)) {
            ReferenceCountUtil.release(context.newEngine(ByteBufAllocator.DEFAULT));
        }
    }

    private static SslContext client(
            PrivateKey key,
            X509Certificate certificate,
            Pins pins,
            SslProvider provider,
            ApplicationProtocolConfig protocols)
            throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(provider)
                .keyManager(key, certificate)
                .trustManager(pins)
                .endpointIdentificationAlgorithm(null)
                .protocols("TLSv1.3")
                .applicationProtocolConfig(protocols)
                .build();
    }

    /** BoringSSL where its library can be loaded, which is several times as fast; else the JDK. */
    private static SslProvider provider() {
        if (OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL)) {
            return SslProvider.OPENSSL;
        }
        LOG.info("TLS by the JDK: {}", String.valueOf(OpenSsl.unavailabilityCause()));
        return SslProvider.JDK;
    }

    /** For a connection that came in. */
    SslHandler accept(ByteBufAllocator allocator) {
        return limited(server.newHandler(allocator, handshakes));
    }

    /** For one of our own. */
    SslHandler dial(ByteBufAllocator allocator) {
        return limited(client.newHandler(allocator, handshakes));
    }

    /** For one with whoever is there, to pair. */
    SslHandler meet(ByteBufAllocator allocator) {
        return limited(meeting.newHandler(allocator, handshakes));
    }

    private static SslHandler limited(SslHandler handler) {
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS_MAX);
        handler.setWrapDataSize(WRAP_BYTES);
        return handler;
    }

    /**
     * Who is at the other end, after the handshake; null where it speaks another protocol, or
     * showed nothing.
     */
    static @Nullable NodeId peerOf(SslHandler handler) {
        String protocol = handler.applicationProtocol();
        if (protocol != null && !protocol.equals(ALPN)) {
            return null;
        }
        try {
            // Also of a session that was taken up again, whose certificate nobody looked at now.
            return NodeId.of(keyOf(handler));
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /**
     * The key that the other end has proved, after the handshake.
     *
     * @throws SSLPeerUnverifiedException where it showed nothing
     */
    static PublicKey keyOf(SslHandler handler) throws SSLPeerUnverifiedException {
        return handler.engine().getSession().getPeerCertificates()[0].getPublicKey();
    }

    /** Lets in whose key may come. */
    private static final class Pins extends X509ExtendedTrustManager {
        private final Predicate<NodeId> mayCome;

        Pins(Predicate<NodeId> mayCome) {
            this.mayCome = mayCome;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            NodeId id = chain.length == 0 ? null : NodeId.of(chain[0].getPublicKey());
            if (id == null || !mayCome.test(id)) {
                throw new OpenSslCertificateException(
                        "not a peer: " + id + "; if it should be one: pipit peer add " + id,
                        CERT_REJECTED);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
