package io.pipit.coap;

import io.pipit.monitor.Percentiles;
import io.pipit.port.PeerLinks;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What is known of the way to one peer: how long, how lossy, whether it works. Thread-safe. */
final class PeerLink {
    /** Transmissions after which the older ones count half. */
    static final int TRANSMISSIONS_MAX = 256;

    /** Round trips after which the older ones count half: some minutes of a link at rest. */
    static final int ROUND_TRIPS_MAX = 64;

    /** A request isn't repeated earlier than this, milliseconds: a small board may be busy. */
    static final int REPEAT_MIN_MS = 200;

    private final Percentiles roundTrips = Percentiles.ofRecent(ROUND_TRIPS_MAX);
    private int transmissions;
    private int repetitions;
    private long sent;
    private long again;
    private long handshakes;
    private long messages;
    private boolean reachable;
    private boolean failed;
    private boolean compact = true;
    private @Nullable InetSocketAddress address;
    private String lastError = "";

    /** A request went out, for the first time or once more. */
    synchronized void sent(InetSocketAddress to, boolean again) {
        if (transmissions >= TRANSMISSIONS_MAX) {
            transmissions /= 2;
            repetitions /= 2;
        }
        transmissions++;
        repetitions += again ? 1 : 0;
        this.sent++;
        this.again += again ? 1 : 0;
        if (!reachable) {
            address = to;
        }
    }

    /** All that went out since the start. */
    synchronized PeerLinks.Sent sent() {
        return new PeerLinks.Sent(sent, again);
    }

    /** An answer came so long after its request was sent. */
    void roundTrip(long nanos) {
        roundTrips.record(nanos);
    }

    synchronized void handshake() {
        handshakes++;
        // It may be another version of the program that answers now.
        compact = true;
    }

    /** Whether it may be asked for compact slices: until it refuses them. */
    synchronized boolean takesCompact() {
        return compact;
    }

    /** It refused one. */
    synchronized void takesSenmlAlone() {
        compact = false;
    }

    /**
     * The peer spoke.
     *
     * @return whether it couldn't be reached before
     */
    synchronized boolean heard(InetSocketAddress from) {
        messages++;
        boolean again = failed;
        failed = false;
        reachable = true;
        address = from;
        return again;
    }

    /**
     * How long to wait for an answer before a request is repeated, milliseconds: twice what 99 of
     * 100 round trips took. What is asked for while datagrams are lost would otherwise take seconds
     * instead of fractions of one.
     */
    synchronized int repeatAfterMs() {
        long micros = roundTrips.p99Nanos() / 1_000;
        return micros == 0
                ? CoapSettings.ACK_TIMEOUT_MS
                : Math.clamp(2 * micros / 1_000, REPEAT_MIN_MS, CoapSettings.ACK_TIMEOUT_MS);
    }

    /** How often it spoke, whatever it said. */
    synchronized long messages() {
        return messages;
    }

    /** It can't be reached. */
    synchronized void lost(String reason) {
        reachable = false;
        failed = true;
        lastError = reason;
    }

    /** It can, but something else went wrong. */
    synchronized void complained(String reason) {
        lastError = reason;
    }

    synchronized CoapPeerLinks.LinkStatus status(@Nullable InetSocketAddress otherwise) {
        return new CoapPeerLinks.LinkStatus(
                reachable,
                address != null ? address : otherwise,
                roundTrips.p50Nanos() / 1_000,
                roundTrips.p99Nanos() / 1_000,
                transmissions == 0 ? 0 : (double) repetitions / transmissions,
                handshakes,
                lastError);
    }
}
