package io.pipit.coap;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import org.eclipse.californium.core.network.interceptors.MalformedMessageInterceptor;
import org.eclipse.californium.core.network.interceptors.MessageInterceptorAdapter;
import org.eclipse.californium.elements.RawData;

/** What the CoAP endpoints count: mostly the limits, and how often each was hit. Thread-safe. */
final class CoapCounters {
    final Counter datagramsRefused;
    final Counter datagramsMalformed;
    final Counter datagramsStray;
    final Counter messagesMalformed;
    final Counter messagesRefused;
    final Counter handshakesDone;
    final Counter handshakesFailed;
    final Counter handshakesRefused;
    final Counter handshakesEvicted;
    final Counter hellosDeferred;
    final Counter connectionsReplaced;
    final Counter addressesForgotten;
    final Counter requests;
    final Counter requestsRefused;
    final Counter observersRefused;
    final Counter notificationsDropped;
    final Counter operationsRefused;
    final Counter answersUnreadable;
    final Counter libraryErrors;

    CoapCounters(Metrics metrics) {
        datagramsRefused =
                metrics.counter("pipit_coap_datagrams_refused", "Datagrams above the rate limits");
        datagramsMalformed =
                metrics.counter("pipit_coap_datagrams_malformed", "Datagrams that aren't DTLS");
        datagramsStray =
                metrics.counter(
                        "pipit_coap_datagrams_stray",
                        "Datagrams that belong to no session and no handshake");
        messagesMalformed =
                metrics.counter("pipit_coap_messages_malformed", "Messages that aren't CoAP");
        messagesRefused =
                metrics.counter(
                        "pipit_coap_messages_refused", "Messages of a key that isn't trusted");
        handshakesDone = metrics.counter("pipit_dtls_handshakes", "DTLS handshakes completed");
        handshakesFailed =
                metrics.counter("pipit_dtls_handshakes_failed", "DTLS handshakes that failed");
        handshakesRefused =
                metrics.counter(
                        "pipit_dtls_handshakes_refused",
                        "DTLS handshakes of a key that isn't trusted, or too many at a time");
        handshakesEvicted =
                metrics.counter(
                        "pipit_dtls_handshakes_evicted",
                        "DTLS handshakes of strangers that made way for others");
        hellosDeferred =
                metrics.counter(
                        "pipit_dtls_hellos_deferred",
                        "Hellos of strangers left for their repetition, since many were tried");
        connectionsReplaced =
                metrics.counter(
                        "pipit_dtls_connections_replaced",
                        "DTLS connections of a peer that made way for newer ones of it");
        addressesForgotten =
                metrics.counter(
                        "pipit_coap_addresses_forgotten",
                        "Addresses of peers forgotten beyond the limit of them");
        requests = metrics.counter("pipit_coap_requests", "CoAP requests handed to the tree");
        requestsRefused =
                metrics.counter(
                        "pipit_coap_requests_refused",
                        "CoAP requests with a method that doesn't exist");
        observersRefused =
                metrics.counter(
                        "pipit_coap_observers_refused", "Observations beyond the limit of them");
        notificationsDropped =
                metrics.counter(
                        "pipit_coap_notifications_dropped",
                        "Notifications that found no room on the way out or no session");
        operationsRefused =
                metrics.counter(
                        "pipit_link_operations_refused", "Requests to peers beyond the limit");
        answersUnreadable =
                metrics.counter("pipit_link_answers_unreadable", "Answers that can't be decoded");
        libraryErrors =
                metrics.counter("pipit_coap_library_errors", "Errors that the CoAP library logged");
    }

    /** Counts what isn't CoAP. */
    static final class Malformed extends MessageInterceptorAdapter
            implements MalformedMessageInterceptor {
        private final CoapCounters counters;

        Malformed(CoapCounters counters) {
            this.counters = counters;
        }

        @Override
        public void receivedMalformedMessage(RawData message) {
            counters.messagesMalformed.increment();
        }
    }
}
