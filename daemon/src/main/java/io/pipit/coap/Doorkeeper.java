package io.pipit.coap;

import io.pipit.port.TimeSource;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.DtlsDatagramFilter;
import org.eclipse.californium.scandium.dtls.AlertMessage;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertDescription;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertLevel;
import org.eclipse.californium.scandium.dtls.ClientHandshaker;
import org.eclipse.californium.scandium.dtls.DTLSContext;
import org.eclipse.californium.scandium.dtls.HandshakeException;
import org.eclipse.californium.scandium.dtls.Handshaker;
import org.eclipse.californium.scandium.dtls.SessionAdapter;

/**
 * Looks at every datagram before a byte of it is understood, and bounds the handshakes that others
 * begin: what strangers can cost this node is decided here. Datagrams come on the receiver's
 * thread, handshakes on the protocol thread.
 */
final class Doorkeeper extends DtlsDatagramFilter {
    /**
     * Datagrams from addresses where no peer has a session. A handshake is five of them; half-open
     * ones go after nine seconds.
     */
    private static final Gate.Limits STRANGERS = new Gate.Limits(50, 200, 500, 1_000);

    /** Datagrams of one address that a peer has a session at, and of all those together. */
    private static final Gate.Limits PEERS = new Gate.Limits(10_000, 20_000, 20_000, 40_000);

    /** Handshakes under way from one address that isn't a peer's. */
    private static final int HANDSHAKES_PER_SOURCE_MAX = 8;

    /** Handshakes under way in all, before a stranger's is refused. */
    private static final int HANDSHAKES_MAX = 64;

    /** By then a hello is answered by who got it, milliseconds. */
    private static final double HELLO_ANSWERED_MS = 300;

    private static final int CONTENT_TYPE_APPLICATION_DATA = 23;

    /** RFC 9146, section 4; what is in it is encrypted too. */
    private static final int CONTENT_TYPE_CONNECTION_ID = 25;

    private static final int CONTENT_TYPE_HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int EPOCH_LOW_BYTE = 4;
    private static final int HANDSHAKE_TYPE_BYTE = 13;

    private final CoapCounters counters;
    private final Predicate<InetSocketAddress> isPeers;
    private final Predicate<InetSocketAddress> isOurs;
    private final Gate strangers;
    private final Gate peers;
    private final TimeSource time;
    private final Map<Handshaker, Attempt> handshakes = new ConcurrentHashMap<>();

    private record Attempt(InetSocketAddress source, long sinceNanos) {}

    /**
     * @param isPeers whether a trusted peer has a session from there, or was called there
     * @param isOurs whether it is this node that begins where both do; asked for addresses alone
     *     that this node called
     */
    Doorkeeper(
            Configuration config,
            TimeSource time,
            CoapCounters counters,
            Predicate<InetSocketAddress> isPeers,
            Predicate<InetSocketAddress> isOurs) {
        super(config);
        this.time = time;
        this.counters = counters;
        this.isPeers = isPeers;
        this.isOurs = isOurs;
        this.strangers = new Gate(time, STRANGERS);
        this.peers = new Gate(time, PEERS);
    }

    @Override
    public boolean onReceiving(DatagramPacket packet) {
        InetSocketAddress source = (InetSocketAddress) packet.getSocketAddress();
        Gate gate = isPeers.test(source) ? peers : strangers;
        if (!gate.admits(source.getAddress())) {
            counters.datagramsRefused.increment();
            return false;
        }
        if (!super.onReceiving(packet)) {
            counters.datagramsMalformed.increment();
            return false;
        }
        return !isClientHello(packet) || !isOurTurn(source);
    }

    /** Whether it begins with a record of a session: plain application data, or with its ID. */
    static boolean isApplicationData(DatagramPacket packet) {
        byte type = packet.getLength() == 0 ? 0 : packet.getData()[packet.getOffset()];
        return type == CONTENT_TYPE_APPLICATION_DATA || type == CONTENT_TYPE_CONNECTION_ID;
    }

    private static boolean isClientHello(DatagramPacket packet) {
        byte[] data = packet.getData();
        int offset = packet.getOffset();
        return packet.getLength() > HANDSHAKE_TYPE_BYTE
                && data[offset] == CONTENT_TYPE_HANDSHAKE
                && data[offset + EPOCH_LOW_BYTE] == 0
                && data[offset + HANDSHAKE_TYPE_BYTE] == CLIENT_HELLO;
    }

    /**
     * Where both begin at once, the lower ID's handshake is the one that goes on: the lower one
     * doesn't hear the other's hello when its own has just gone out. One that went out earlier got
     * lost, or met nobody: the other one, which has just come, needs no second one.
     */
    private boolean isOurTurn(InetSocketAddress source) {
        if (!isOurs.test(source)) {
            return false;
        }
        long now = time.monotonicNanos();
        return handshakes.entrySet().stream()
                .anyMatch(e ->
                        e.getKey() instanceof ClientHandshaker
                                && e.getValue().source.equals(source)
                                && isFresh(now - e.getValue().sinceNanos));
    }

    /** Whether a hello has just gone out, for the first time or again, so long after the start. */
    static boolean isFresh(long sinceStartNanos) {
        double sinceHello = sinceStartNanos / 1e6;
        double wait = CoapSettings.HANDSHAKE_TIMEOUT_MS;
        for (int i = 0; i < CoapSettings.HANDSHAKE_RETRANSMIT_MAX && sinceHello >= wait; i++) {
            sinceHello -= wait;
            wait =
                    Math.min(
                            wait * CoapSettings.HANDSHAKE_TIMEOUT_SCALE,
                            CoapSettings.HANDSHAKE_TIMEOUT_MAX_MS);
        }
        return sinceHello < HELLO_ANSWERED_MS;
    }

    /** What counts the handshakes. */
    SessionAdapter handshakes() {
        return new SessionAdapter() {
            @Override
            public void handshakeStarted(Handshaker handshaker) throws HandshakeException {
                InetSocketAddress source = handshaker.getPeerAddress();
                if (!(handshaker instanceof ClientHandshaker) && !isPeers.test(source)) {
                    admit(source);
                }
                handshakes.put(handshaker, new Attempt(source, time.monotonicNanos()));
            }

            @Override
            public void contextEstablished(Handshaker handshaker, DTLSContext context) {
                handshakes.remove(handshaker);
            }

            @Override
            public void handshakeFailed(Handshaker handshaker, Throwable error) {
                if (handshakes.remove(handshaker) != null) {
                    counters.handshakesFailed.increment();
                }
            }
        };
    }

    private void admit(InetSocketAddress source) throws HandshakeException {
        long ofSource =
                handshakes.values().stream()
                        .filter(other -> other.source.getAddress().equals(source.getAddress()))
                        .count();
        if (ofSource >= HANDSHAKES_PER_SOURCE_MAX || handshakes.size() >= HANDSHAKES_MAX) {
            counters.handshakesRefused.increment();
            throw new HandshakeException(
                    "too many handshakes",
                    new AlertMessage(AlertLevel.FATAL, AlertDescription.INTERNAL_ERROR));
        }
    }
}
