package io.pipit.coap.strangers;

import io.pipit.identity.pairing.Meeting;
import io.pipit.identity.pairing.MeetingFailed;
import io.pipit.identity.pairing.Meetings;
import io.pipit.identity.pairing.PairingMessage;
import io.pipit.resource.exchange.Caller;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.server.MessageDeliverer;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.auth.RawPublicKeyIdentity;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.DtlsHandshakeTimeoutException;
import org.eclipse.californium.scandium.dtls.HandshakeException;
import org.eclipse.californium.scandium.dtls.x509.SingleCertificateProvider;
import org.eclipse.californium.scandium.dtls.x509.StaticNewAdvancedCertificateVerifier;
import org.jspecify.annotations.Nullable;

/**
 * Meetings over DTLS. Each has a socket of its own that lets in whatever key, for as long as the
 * meeting lasts: nothing of that can rub off on the endpoint that peers use. Thread-safe.
 */
public final class DtlsMeetings implements Meetings {
    private static final int CHANGED = 204;
    private static final int CONNECTIONS_MAX = 2;
    private static final int GOODBYE_MS = 200;

    private final KeyPair key;
    private final Supplier<Configuration> settings;
    private final ScheduledExecutorService protocol;

    /**
     * @param key this node's own
     * @param settings as for the endpoint that peers use, anew each time
     * @param protocol runs one task at a time
     */
    public DtlsMeetings(
            KeyPair key, Supplier<Configuration> settings, ScheduledExecutorService protocol) {
        this.key = key;
        this.settings = settings;
        this.protocol = protocol;
    }

    @Override
    public Meeting at(InetSocketAddress address) {
        return new OverDtls(address);
    }

    private CoapEndpoint open() throws IOException {
        Configuration config = settings.get();
        config.set(DtlsConfig.DTLS_ROLE, DtlsConfig.DtlsRole.CLIENT_ONLY);
        config.set(DtlsConfig.DTLS_MAX_CONNECTIONS, CONNECTIONS_MAX);
        config.set(DtlsConfig.DTLS_DEFAULT_HANDSHAKE_MODE, DtlsEndpointContext.HANDSHAKE_MODE_AUTO);
        // Only the one who was asked, in the session that it was asked in.
        config.set(CoapConfig.RESPONSE_MATCHING, CoapConfig.MatcherMode.STRICT);
        DTLSConnector connector =
                new DTLSConnector(
                        DtlsConnectorConfig.builder(config)
                                .setAddress(new InetSocketAddress(0))
                                .setCertificateIdentityProvider(
                                        new SingleCertificateProvider(
                                                key.getPrivate(), key.getPublic()))
                                .setAdvancedCertificateVerifier(
                                        StaticNewAdvancedCertificateVerifier.builder()
                                                .setTrustAllRPKs()
                                                .build())
                                .build());
        connector.setExecutor(protocol);
        CoapEndpoint endpoint =
                CoapEndpoint.builder().setConfiguration(config).setConnector(connector).build();
        endpoint.setExecutors(protocol, protocol);
        endpoint.setMessageDeliverer(new Deaf());
        try {
            endpoint.start();
        } catch (IOException e) {
            endpoint.destroy();
            throw e;
        }
        return endpoint;
    }

    /** Takes answers, and no requests. */
    private static final class Deaf implements MessageDeliverer {
        @Override
        public void deliverRequest(Exchange exchange) {
            // Whoever is there may answer, and that is all.
        }

        @Override
        public void deliverResponse(Exchange exchange, Response response) {
            exchange.getRequest().setResponse(response);
        }
    }

    private final class OverDtls implements Meeting {
        private final InetSocketAddress address;
        private @Nullable CoapEndpoint endpoint;
        private boolean closed;

        OverDtls(InetSocketAddress address) {
            this.address = address;
        }

        @Override
        public CompletionStage<Answer> ask(byte[] message) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            CoapEndpoint through;
            synchronized (this) {
                if (closed) {
                    return CompletableFuture.failedFuture(
                            new MeetingFailed(false, "the connection was closed"));
                }
                if (endpoint == null) {
                    try {
                        endpoint = open();
                    } catch (IOException e) {
                        return CompletableFuture.failedFuture(
                                new MeetingFailed(false, "no socket: " + e.getMessage()));
                    }
                }
                through = endpoint;
            }
            Request request = Request.newPost();
            request.setConfirmable(true);
            request.getOptions().addUriPath(Caller.PAIR);
            request.getOptions().setContentFormat(PairingMessage.CONTENT_FORMAT);
            request.setPayload(message);
            request.setDestinationContext(new AddressEndpointContext(address));
            request.addMessageObserver(new Outcome(answer));
            try {
                through.sendRequest(request);
            } catch (RuntimeException e) {
                answer.completeExceptionally(
                        new MeetingFailed(false, "can't send: " + e.getMessage()));
            }
            return answer;
        }

        @Override
        public synchronized void close() {
            closed = true;
            if (endpoint != null) {
                // A goodbye first, so that the other side needn't keep the session.
                ((DTLSConnector) endpoint.getConnector()).close(address);
                awaitIdle();
                endpoint.destroy();
                endpoint = null;
            }
        }

        /** Twice, since a task on the way queues another. */
        private void awaitIdle() {
            try {
                for (int i = 0; i < 2; i++) {
                    protocol.submit(() -> {}).get(GOODBYE_MS, TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
                // It was a courtesy.
            }
        }
    }

    private static final class Outcome extends MessageObserverAdapter {
        private final CompletableFuture<Meeting.Answer> answer;

        Outcome(CompletableFuture<Meeting.Answer> answer) {
            this.answer = answer;
        }

        @Override
        public void onResponse(Response response) {
            int raw = response.getRawCode();
            int code = (raw >> 5) * 100 + (raw & 0x1f);
            if (code == CHANGED
                    && response.getSourceContext().getPeerIdentity()
                            instanceof RawPublicKeyIdentity proved) {
                answer.complete(new Meeting.Answer(proved.getKey(), response.getPayload()));
            } else {
                answer.completeExceptionally(
                        new MeetingFailed(false, "it answered " + response.getCode()));
            }
        }

        @Override
        public void onReject() {
            answer.completeExceptionally(new MeetingFailed(true, "it refused the message"));
        }

        @Override
        public void onTimeout() {
            answer.completeExceptionally(new MeetingFailed(false, "no answer"));
        }

        @Override
        public void onSendError(Throwable error) {
            answer.completeExceptionally(
                    switch (error) {
                        case DtlsHandshakeTimeoutException _ ->
                                new MeetingFailed(false, "no answer to the DTLS handshake");
                        case HandshakeException _ ->
                                new MeetingFailed(true, "it lets no stranger in");
                        default -> new MeetingFailed(false, String.valueOf(error.getMessage()));
                    });
        }
    }
}
