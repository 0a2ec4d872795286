package io.pipit.coap;

import io.pipit.coap.strangers.DtlsMeetings;
import io.pipit.coap.strangers.Guests;
import io.pipit.identity.pairing.Meetings;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Resources;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.UDPConnector;
import org.eclipse.californium.elements.config.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * CoAP over UDP: opens the endpoints, all on one protocol thread, and closes them. Each socket has
 * a receiver's thread of its own besides, and the monitoring one a sender's.
 */
public final class CoapEndpoints implements AutoCloseable {
    /** Datagrams on loopback, where all sources are one. */
    private static final Gate.Limits MONITOR = new Gate.Limits(5_000, 2_000, 5_000, 2_000);

    private static final int STOP_WAIT_S = 2;

    private final Resources resources;
    private final TimeSource time;
    private final Metrics metrics;
    private final CoapCounters counters;
    private final LibraryLog libraryLog;
    private final ScheduledExecutorService protocol;
    private final Executor carrier;
    private final List<Runnable> closing = new ArrayList<>();

    /**
     * @param resources what answers on all endpoints
     * @param protocol runs one task at a time; closed with the endpoints
     * @param carrier on a receiver's thread, runs what hands a peer's message over; it may go on
     *     with that
     */
    public CoapEndpoints(
            Resources resources,
            ScheduledExecutorService protocol,
            Executor carrier,
            TimeSource time,
            Metrics metrics) {
        this.resources = resources;
        this.time = time;
        this.metrics = metrics;
        this.counters = new CoapCounters(metrics);
        this.libraryLog = new LibraryLog(time, counters);
        this.protocol = protocol;
        this.carrier = carrier;
    }

    /**
     * Opens the monitoring endpoint: plain CoAP for programs on this machine.
     *
     * @param address of the loopback interface; port 0 for any
     * @param grants what its callers may do
     * @return where it listens
     * @throws IOException where the address can't be had; says which and what to do
     */
    public InetSocketAddress openMonitor(InetSocketAddress address, Set<Grant> grants)
            throws IOException {
        Configuration config = CoapSettings.monitor();
        Caller caller = new Caller(Caller.Via.MONITOR, null, grants);
        CoapEndpoint endpoint =
                CoapEndpoint.builder()
                        .setConfiguration(config)
                        .setConnector(new GatedConnector(address, config))
                        .build();
        endpoint.setExecutors(protocol, protocol);
        endpoint.setMessageDeliverer(
                new RequestDeliverer(
                        resources, context -> caller, context -> context, config, counters));
        endpoint.addPostProcessInterceptor(new CoapCounters.Malformed(counters));
        start(endpoint, address);
        closing.add(endpoint::destroy);
        return endpoint.getAddress();
    }

    /**
     * Opens the network endpoint: CoAP over DTLS for peers.
     *
     * @param listen where; the wildcard of both families on one port is one socket
     * @param key P-256, this node's own
     * @param trust asked at each handshake and each message; null for whom isn't let in. Any
     *     thread, must not block
     * @throws IOException where an address can't be had; says which and what to do
     */
    public NetworkEndpoint openNetwork(
            List<InetSocketAddress> listen, KeyPair key, Function<NodeId, @Nullable Peer> trust)
            throws IOException {
        return openNetwork(listen, key, trust, () -> false);
    }

    /**
     * The same.
     *
     * @param welcome whether strangers may come to pair. Any thread, doesn't wait
     */
    public NetworkEndpoint openNetwork(
            List<InetSocketAddress> listen,
            KeyPair key,
            Function<NodeId, @Nullable Peer> trust,
            BooleanSupplier welcome)
            throws IOException {
        Guests guests = new Guests(welcome, protocol, metrics);
        NetworkEndpoint network =
                new NetworkEndpoint(
                        key, trust, guests, resources, protocol, carrier, time, counters);
        closing.add(network::close);
        closing.add(network::sayGoodbye);
        for (InetSocketAddress address : withoutCoveredWildcards(listen)) {
            network.listen(address, key);
        }
        return network;
    }

    /** Meetings with strangers, for pairing. */
    public Meetings meetings(KeyPair key) {
        return new DtlsMeetings(key, CoapSettings::network, protocol);
    }

    CoapCounters counters() {
        return counters;
    }

    /** Closes all sockets and ends all threads. What was under way is given up. */
    @Override
    public void close() {
        closing.reversed().forEach(Runnable::run);
        closing.clear();
        protocol.shutdown();
        try {
            if (!protocol.awaitTermination(STOP_WAIT_S, TimeUnit.SECONDS)) {
                protocol.shutdownNow();
            }
        } catch (InterruptedException e) {
            protocol.shutdownNow();
            Thread.currentThread().interrupt();
        }
        libraryLog.close();
    }

    /**
     * A socket on a wildcard address takes IPv6 and IPv4 alike in Java, so that a second one on the
     * same port could never be had.
     */
    static List<InetSocketAddress> withoutCoveredWildcards(List<InetSocketAddress> listen) {
        List<InetSocketAddress> kept = new ArrayList<>();
        for (InetSocketAddress address : listen) {
            boolean covered =
                    kept.stream()
                            .anyMatch(other ->
                                    other.equals(address)
                                            || (other.getPort() == address.getPort()
                                                    && isWildcard(other)
                                                    && isWildcard(address)));
            if (!covered) {
                kept.add(address);
            }
        }
        return kept;
    }

    private static boolean isWildcard(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        return ip != null && ip.isAnyLocalAddress();
    }

    static void start(CoapEndpoint endpoint, InetSocketAddress address) throws IOException {
        try {
            endpoint.start();
        } catch (IOException | RuntimeException e) {
            endpoint.destroy();
            throw unableToListen(address, e);
        }
        if (!endpoint.isStarted()) {
            throw unableToListen(address, null);
        }
    }

    private static IOException unableToListen(
            InetSocketAddress address, @Nullable Exception cause) {
        return new IOException(
                "can't listen on UDP %s%s: see with 'ss -lunp' who has the port, or choose another"
                                .formatted(
                                        address,
                                        cause == null ? "" : " (" + cause.getMessage() + ")")
                        + " in [coap]",
                cause);
    }

    /** Waits until what is queued now has run; not longer than that. */
    static void awaitIdle(ScheduledExecutorService protocol, int waitMs) {
        try {
            // Twice, since a task on the way may queue another behind this one.
            for (int i = 0; i < 2; i++) {
                protocol.submit(() -> {}).get(waitMs, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // It was a courtesy.
        }
    }

    /** Drops what is too much before the library keeps anything of it. */
    private final class GatedConnector extends UDPConnector {
        private final Gate gate = new Gate(time, MONITOR);

        GatedConnector(InetSocketAddress address, Configuration config) {
            super(address, config);
        }

        @Override
        public void processDatagram(DatagramPacket datagram) {
            if (gate.admits(datagram.getAddress())) {
                super.processDatagram(datagram);
            } else {
                counters.datagramsRefused.increment();
            }
        }
    }
}
