package io.pipit.coap;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.stack.ReliabilityLayerParameters;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.config.CertificateAuthenticationMode;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.SystemConfig;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.dtls.CertificateType;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite;
import org.eclipse.californium.scandium.dtls.cipher.XECDHECryptography.SupportedGroup;

/**
 * Californium's settings, each limit explicit: its own defaults are for a server in the cloud, and
 * its standard configuration writes a file into the working directory.
 */
final class CoapSettings {
    /** Payload of one message that isn't split, bytes. */
    static final int PAYLOAD_BYTES_MAX = 1_024;

    /** Body of a request, put together from blocks, bytes: larger ones go over TCP. */
    static final int REQUEST_BODY_BYTES_MAX = 8_192;

    /** Observations on one endpoint. */
    static final int OBSERVERS_MAX = 500;

    /** DTLS connections, half-open ones among them. */
    static final int CONNECTIONS_MAX = 500;

    /** A stranger's connection without traffic makes room for another after this, seconds. */
    static final int STALE_CONNECTION_S = 30;

    /** Length of the connection IDs that this node gives out, bytes. */
    static final int CONNECTION_ID_BYTES = 6;

    /** First wait for an acknowledgement, milliseconds: a LAN answers in a few. */
    static final int ACK_TIMEOUT_MS = 1_000;

    /** Repetitions of a request: with the scale below it has failed after eight seconds. */
    static final int RETRANSMIT_MAX = 3;

    /**
     * Repetitions of a handshake's flight: with the waits below it has failed after seven seconds.
     * With two of them one handshake in three fails where three datagrams in ten are lost.
     */
    static final int HANDSHAKE_RETRANSMIT_MAX = 4;

    /** First wait for the answer to a flight, milliseconds. */
    static final int HANDSHAKE_TIMEOUT_MS = 1_000;

    /** Longest wait, milliseconds: so soon a peer that came back is noticed. */
    static final int HANDSHAKE_TIMEOUT_MAX_MS = 1_500;

    static final float HANDSHAKE_TIMEOUT_SCALE = 1.5f;
    private static final float ACK_TIMEOUT_SCALE = 1.5f;
    private static final float ACK_RANDOM = 1.1f;

    /** With its repetitions a request waits at least so long for its answer, milliseconds. */
    private static final int REQUEST_MS_MIN = 8_000;

    /**
     * How long a message ID isn't used again, seconds. RFC 7252 says 247, most of it for datagrams
     * that wander about for 100 s each way; under DTLS a record can't come twice, so that only this
     * endpoint's own repetitions count, 9 s of them. 20 s allow 2,900 messages a second to a peer
     * where 247 s allow 235.
     */
    private static final int NETWORK_EXCHANGE_LIFETIME_S = 20;

    /** On loopback nothing wanders either; other people's clients repeat for 93 s at the most. */
    private static final int MONITOR_EXCHANGE_LIFETIME_S = 60;

    private static final int BLOCKWISE_LIFETIME_S = 30;
    private static final int SOCKET_BUFFER_BYTES = 1 << 20;
    private static final int OUTBOUND_MAX = 2_048;
    private static final int INBOUND_MAX = 2_048;

    private CoapSettings() {}

    /**
     * How requests to a peer are repeated whose round trip is known: as long as the others, and so
     * more often.
     *
     * @param ackTimeoutMs the first wait
     */
    static ReliabilityLayerParameters patience(int ackTimeoutMs) {
        int repetitions = 0;
        double waitMs = ackTimeoutMs;
        double totalMs = waitMs;
        while (totalMs < REQUEST_MS_MIN) {
            repetitions++;
            waitMs *= ACK_TIMEOUT_SCALE;
            totalMs += waitMs;
        }
        return ReliabilityLayerParameters.builder()
                .ackTimeout(ackTimeoutMs)
                .maxAckTimeout(REQUEST_MS_MIN)
                .ackRandomFactor(ACK_RANDOM)
                .ackTimeoutScale(ACK_TIMEOUT_SCALE)
                .maxRetransmit(repetitions)
                .nstart(1)
                .build();
    }

    /** For plain CoAP on loopback, read only. */
    static Configuration monitor() {
        Configuration config = common(MONITOR_EXCHANGE_LIFETIME_S);
        // All there is are reads: answering one twice costs less than remembering all of them.
        config.set(CoapConfig.DEDUPLICATOR, CoapConfig.NO_DEDUPLICATOR);
        config.set(CoapConfig.MAX_ACTIVE_PEERS, 2_048);
        config.set(CoapConfig.MAX_PEER_INACTIVITY_PERIOD, 30, TimeUnit.SECONDS);
        config.set(CoapConfig.NOTIFICATION_CHECK_INTERVAL_TIME, 120, TimeUnit.SECONDS);
        config.set(CoapConfig.NOTIFICATION_CHECK_INTERVAL_COUNT, 100);
        return config;
    }

    /** For peers, over DTLS. */
    static Configuration network() {
        Configuration config = common(NETWORK_EXCHANGE_LIFETIME_S);
        // A bounded memory for each peer; strangers never get as far as this.
        config.set(CoapConfig.DEDUPLICATOR, CoapConfig.DEDUPLICATOR_PEERS_MARK_AND_SWEEP);
        config.set(CoapConfig.PEERS_MARK_AND_SWEEP_MESSAGES, 64);
        config.set(CoapConfig.MARK_AND_SWEEP_INTERVAL, 10, TimeUnit.SECONDS);
        config.set(CoapConfig.MAX_ACTIVE_PEERS, CONNECTIONS_MAX);
        config.set(CoapConfig.MAX_PEER_INACTIVITY_PERIOD, 60, TimeUnit.SECONDS);
        // While a CON waits for its ACK, only the newest notification is kept: the core's own pulse
        // tells whether a peer still listens, so there is none but once a day.
        config.set(CoapConfig.NOTIFICATION_CHECK_INTERVAL_TIME, 24, TimeUnit.HOURS);
        config.set(CoapConfig.NOTIFICATION_CHECK_INTERVAL_COUNT, Integer.MAX_VALUE);
        dtls(config);
        verifyAddressAlways(config);
        return config;
    }

    private static Configuration common(int exchangeLifetimeS) {
        Configuration config =
                new Configuration(
                        CoapConfig.DEFINITIONS,
                        UdpConfig.DEFINITIONS,
                        SystemConfig.DEFINITIONS,
                        DtlsConfig.DEFINITIONS);
        config.set(SystemConfig.HEALTH_STATUS_INTERVAL, 0, TimeUnit.SECONDS);
        config.set(UdpConfig.UDP_RECEIVER_THREAD_COUNT, 1);
        config.set(UdpConfig.UDP_SENDER_THREAD_COUNT, 1);
        config.set(UdpConfig.UDP_DATAGRAM_SIZE, 2_048);
        config.set(UdpConfig.UDP_RECEIVE_BUFFER_SIZE, SOCKET_BUFFER_BYTES);
        config.set(UdpConfig.UDP_SEND_BUFFER_SIZE, SOCKET_BUFFER_BYTES);
        config.set(UdpConfig.UDP_CONNECTOR_OUT_CAPACITY, OUTBOUND_MAX);
        config.set(CoapConfig.PROTOCOL_STAGE_THREAD_COUNT, 1);
        config.set(CoapConfig.ACK_TIMEOUT, ACK_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        config.set(CoapConfig.ACK_INIT_RANDOM, ACK_RANDOM);
        config.set(CoapConfig.ACK_TIMEOUT_SCALE, ACK_TIMEOUT_SCALE);
        config.set(CoapConfig.MAX_RETRANSMIT, RETRANSMIT_MAX);
        config.set(CoapConfig.EXCHANGE_LIFETIME, exchangeLifetimeS, TimeUnit.SECONDS);
        config.set(CoapConfig.NON_LIFETIME, exchangeLifetimeS, TimeUnit.SECONDS);
        config.set(CoapConfig.MAX_LATENCY, 5, TimeUnit.SECONDS);
        config.set(CoapConfig.MAX_TRANSMIT_WAIT, 10, TimeUnit.SECONDS);
        config.set(CoapConfig.MULTICAST_BASE_MID, 0);
        config.set(CoapConfig.MAX_MESSAGE_SIZE, PAYLOAD_BYTES_MAX);
        config.set(CoapConfig.PREFERRED_BLOCK_SIZE, PAYLOAD_BYTES_MAX);
        config.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, REQUEST_BODY_BYTES_MAX);
        config.set(CoapConfig.BLOCKWISE_STATUS_LIFETIME, BLOCKWISE_LIFETIME_S, TimeUnit.SECONDS);
        config.set(CoapConfig.MAX_SERVER_OBSERVES, OBSERVERS_MAX);
        return config;
    }

    private static void dtls(Configuration config) {
        config.set(DtlsConfig.DTLS_ROLE, DtlsConfig.DtlsRole.BOTH);
        config.set(
                DtlsConfig.DTLS_CLIENT_AUTHENTICATION_MODE, CertificateAuthenticationMode.NEEDED);
        config.set(DtlsConfig.DTLS_CERTIFICATE_TYPES, List.of(CertificateType.RAW_PUBLIC_KEY));
        config.set(
                DtlsConfig.DTLS_CIPHER_SUITES,
                List.of(
                        // Measured alike, and its tag is the full one; the other is what RFC 7252
                        // has everybody understand.
                        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8));
        config.set(DtlsConfig.DTLS_CURVES, List.of(SupportedGroup.secp256r1));
        config.set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, CONNECTION_ID_BYTES);
        // What answers or notifies must never open a session to wherever somebody once was.
        config.set(DtlsConfig.DTLS_DEFAULT_HANDSHAKE_MODE, DtlsEndpointContext.HANDSHAKE_MODE_NONE);
        config.set(DtlsConfig.DTLS_USE_HELLO_VERIFY_REQUEST, true);
        config.set(DtlsConfig.DTLS_USE_ANTI_REPLAY_FILTER, true);
        config.set(DtlsConfig.DTLS_MAX_CONNECTIONS, CONNECTIONS_MAX);
        config.set(
                DtlsConfig.DTLS_STALE_CONNECTION_THRESHOLD, STALE_CONNECTION_S, TimeUnit.SECONDS);
        config.set(DtlsConfig.DTLS_REMOVE_STALE_DOUBLE_PRINCIPALS, true);
        config.set(DtlsConfig.DTLS_RECEIVER_THREAD_COUNT, 1);
        config.set(DtlsConfig.DTLS_CONNECTOR_THREAD_COUNT, 1);
        config.set(DtlsConfig.DTLS_RECEIVE_BUFFER_SIZE, SOCKET_BUFFER_BYTES);
        config.set(DtlsConfig.DTLS_SEND_BUFFER_SIZE, SOCKET_BUFFER_BYTES);
        config.set(DtlsConfig.DTLS_MAX_PENDING_OUTBOUND_JOBS, OUTBOUND_MAX);
        config.set(DtlsConfig.DTLS_MAX_PENDING_INBOUND_JOBS, INBOUND_MAX);
        config.set(DtlsConfig.DTLS_MAX_PENDING_HANDSHAKE_RESULT_JOBS, 64);
        config.set(
                DtlsConfig.DTLS_RETRANSMISSION_TIMEOUT,
                HANDSHAKE_TIMEOUT_MS,
                TimeUnit.MILLISECONDS);
        config.set(
                DtlsConfig.DTLS_MAX_RETRANSMISSION_TIMEOUT,
                HANDSHAKE_TIMEOUT_MAX_MS,
                TimeUnit.MILLISECONDS);
        config.set(DtlsConfig.DTLS_RETRANSMISSION_TIMEOUT_SCALE, HANDSHAKE_TIMEOUT_SCALE);
        config.set(DtlsConfig.DTLS_MAX_RETRANSMISSIONS, HANDSHAKE_RETRANSMIT_MAX);
        config.set(DtlsConfig.DTLS_MAX_FRAGMENTED_HANDSHAKE_MESSAGE_LENGTH, 1_024);
        // Off: its quiet time is begun anew by good records too, so that a few forged ones, or
        // those
        // that were on the way when a session was replaced, would shut out a peer for as long as it
        // speaks. What records cost is bounded by the doorkeeper.
        config.set(DtlsConfig.DTLS_MAC_ERROR_FILTER_QUIET_TIME, 0, TimeUnit.SECONDS);
        config.set(DtlsConfig.DTLS_MAC_ERROR_FILTER_THRESHOLD, 0);
    }

    /** The setting that the library calls deprecated and still obeys. */
    @SuppressWarnings("deprecation")
    private static void verifyAddressAlways(Configuration config) {
        config.set(DtlsConfig.DTLS_VERIFY_PEERS_ON_RESUMPTION_THRESHOLD, 0);
    }
}
