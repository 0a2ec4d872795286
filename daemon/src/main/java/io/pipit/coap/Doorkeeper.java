package io.pipit.coap;

import io.pipit.coap.door.Addresses;
import io.pipit.coap.door.ConnectionIds;
import io.pipit.coap.door.Crowd;
import io.pipit.coap.door.DtlsDatagram;
import io.pipit.coap.door.Hashes;
import io.pipit.model.NodeId;
import io.pipit.port.TimeSource;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.eclipse.californium.scandium.dtls.AlertMessage;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertDescription;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertLevel;
import org.eclipse.californium.scandium.dtls.ClientHandshaker;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.DTLSContext;
import org.eclipse.californium.scandium.dtls.HandshakeException;
import org.eclipse.californium.scandium.dtls.Handshaker;
import org.eclipse.californium.scandium.dtls.SessionAdapter;

/**
 * Looks at every datagram before a byte of it is understood, and bounds the handshakes that others
 * begin: what strangers can cost this node is decided here. Datagrams come on the receiver's
 * thread, handshakes on the protocol thread.
 *
 * <p>A stranger may send a hello, and go on with a handshake that has begun. Nothing else is looked
 * at, and nothing else is answered.
 */
final class Doorkeeper {
    /** What it asks the endpoint. From any thread, must not block. */
    interface Peers {
        /** Whether a trusted peer has a session from there, or was called there. */
        boolean isPeers(InetAddress address, int port);

        /**
         * Whether it is this node that begins where both do; asked for addresses alone that this
         * node called.
         */
        boolean isOurs(InetSocketAddress address);
    }

    /**
     * Datagrams of strangers that sent few lately. A handshake is five of them, and its hello is
     * repeated once a second: who has sent no more than that has this share for itself. Few at
     * once, since peers' readings wait behind their answers.
     */
    private static final Gate.Limits QUIET = new Gate.Limits(2, 10, 2_000, 100);

    /** What strangers send beyond that. */
    private static final Gate.Limits STRANGERS = new Gate.Limits(50, 200, 500, 50);

    /** Datagrams of one address that a peer has a session at, and of all those together. */
    private static final Gate.Limits PEERS = new Gate.Limits(10_000, 20_000, 20_000, 40_000);

    /** Handshakes under way from one address that isn't a peer's. */
    static final int HANDSHAKES_PER_SOURCE_MAX = 8;

    /**
     * Connections of one peer; one more takes the place of its oldest. Each restart leaves one, and
     * the library refuses everybody while its table is full of fresh ones.
     */
    static final int CONNECTIONS_OF_PEER_MAX = 4;

    /** Peers whose connections are told apart. */
    private static final int PEERS_MAX = 512;

    /**
     * Completed handshakes that the library may remember so as to know a repeated hello, before it
     * is made to forget them; it refuses everybody where they are as many as its connections.
     */
    private static final int REMEMBERED_MAX = CoapSettings.CONNECTIONS_MAX / 2;

    /** Addresses with handshakes under way, those of peers and those to peers among them. */
    private static final int HANDSHAKES_MAX = 1_024;

    /** By then a hello is answered by who got it, milliseconds. */
    private static final double HELLO_ANSWERED_MS = 300;

    private final CoapCounters counters;
    private final Peers isPeers;
    private final ConnectionIds sessions;
    private final Gate quiet;
    private final Gate strangers;
    private final Gate peers;
    private final TimeSource time;

    /** Where handshakes are under way, whoever began them. */
    private final Addresses<Boolean> underWay;

    /** All under way, in the order of their start. */
    private final Map<Handshaker, Attempt> handshakes = new LinkedHashMap<>();

    /** Guarded by {@code handshakes}, too. */
    private final Crowd crowd;

    private int open;

    /** The connections of each peer, oldest first; guarded by {@code handshakes}. */
    private final Map<NodeId, Deque<Connection>> connections =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<NodeId, Deque<Connection>> eldest) {
                    return size() > PEERS_MAX;
                }
            };

    private int remembered;
    private Consumer<Connection> remove = _ -> {};
    private Runnable forgetHandshakes = () -> {};

    /**
     * @param stranger whether it counts against the limits of strangers
     */
    private record Attempt(
            InetSocketAddress address, long source, boolean stranger, long sinceNanos) {}

    /**
     * @param sessions those that there are
     */
    Doorkeeper(TimeSource time, CoapCounters counters, ConnectionIds sessions, Peers isPeers) {
        this.time = time;
        this.counters = counters;
        this.sessions = sessions;
        this.isPeers = isPeers;
        this.quiet = new Gate(time, QUIET);
        this.strangers = new Gate(time, STRANGERS);
        this.peers = new Gate(time, PEERS);
        this.underWay = new Addresses<>(HANDSHAKES_MAX, counters.addressesForgotten::increment);
        this.crowd = new Crowd(new SecureRandom().nextLong(), time.monotonicNanos());
    }

    /**
     * Where it can end connections; before the endpoint starts.
     *
     * @param remove on the connection's own thread
     * @param forgetHandshakes makes the library forget which handshakes were completed lately
     */
    void attach(Consumer<Connection> remove, Runnable forgetHandshakes) {
        this.remove = remove;
        this.forgetHandshakes = forgetHandshakes;
    }

    /** Whether the library gets to see this datagram. */
    boolean admits(DatagramPacket packet) {
        byte[] data = packet.getData();
        int offset = packet.getOffset();
        int length = packet.getLength();
        DtlsDatagram.Kind kind =
                DtlsDatagram.of(data, offset, length, CoapSettings.CONNECTION_ID_BYTES);
        if (kind == DtlsDatagram.Kind.MALFORMED) {
            counters.datagramsMalformed.increment();
            return false;
        }
        InetAddress address = packet.getAddress();
        long source = Hashes.source(address);
        if (isPeers.isPeers(address, packet.getPort())) {
            return counted(peers.admits(source)) && !isOurTurn(kind, packet);
        }
        boolean expected =
                switch (kind) {
                    case HELLO, HELLO_WITH_COOKIE -> true;
                    // A peer that has another address now; a stranger can't know the ID.
                    case CONNECTION_ID ->
                            DtlsDatagram.isOurs(data, offset, sessions)
                                    || underWay.contains(address, packet.getPort());
                    default -> underWay.contains(address, packet.getPort());
                };
        if (!expected) {
            counters.datagramsStray.increment();
            return false;
        }
        return counted(quiet.admits(source) || strangers.admits(source))
                && (kind != DtlsDatagram.Kind.HELLO_WITH_COOKIE
                        || mayBegin(source, DtlsDatagram.fingerprint(data, offset)));
    }

    private boolean counted(boolean admitted) {
        if (!admitted) {
            counters.datagramsRefused.increment();
        }
        return admitted;
    }

    private boolean mayBegin(long source, long hello) {
        boolean may;
        synchronized (handshakes) {
            long now = time.monotonicNanos();
            may =
                    ofSource(source) < HANDSHAKES_PER_SOURCE_MAX
                            && crowd.mayBegin(source, hello, open, oldestNanos(now), now);
        }
        if (!may) {
            counters.hellosDeferred.increment();
        }
        return may;
    }

    /**
     * Where both begin at once, the lower ID's handshake is the one that goes on: the lower one
     * doesn't hear the other's hello when its own has just gone out. One that went out earlier got
     * lost, or met nobody: the other one, which has just come, needs no second one.
     */
    private boolean isOurTurn(DtlsDatagram.Kind kind, DatagramPacket packet) {
        if (kind != DtlsDatagram.Kind.HELLO && kind != DtlsDatagram.Kind.HELLO_WITH_COOKIE) {
            return false;
        }
        InetSocketAddress address = new InetSocketAddress(packet.getAddress(), packet.getPort());
        if (!isPeers.isOurs(address)) {
            return false;
        }
        long now = time.monotonicNanos();
        synchronized (handshakes) {
            return handshakes.entrySet().stream()
                    .anyMatch(e ->
                            e.getKey() instanceof ClientHandshaker
                                    && e.getValue().address.equals(address)
                                    && isFresh(now - e.getValue().sinceNanos));
        }
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

    /** What the handshakes tell, on the protocol thread. */
    SessionAdapter handshakes() {
        return new SessionAdapter() {
            @Override
            public void handshakeStarted(Handshaker handshaker) throws HandshakeException {
                begin(handshaker, handshaker.getPeerAddress());
            }

            @Override
            public void contextEstablished(Handshaker handshaker, DTLSContext context) {
                end(handshaker);
            }

            @Override
            public void handshakeCompleted(Handshaker handshaker) {
                completed(handshaker.getConnection());
            }

            @Override
            public void handshakeFailed(Handshaker handshaker, Throwable error) {
                if (end(handshaker) && !(error instanceof Evicted)) {
                    counters.handshakesFailed.increment();
                }
            }
        };
    }

    private void begin(Handshaker handshaker, InetSocketAddress address) throws HandshakeException {
        boolean stranger =
                !(handshaker instanceof ClientHandshaker)
                        && !isPeers.isPeers(address.getAddress(), address.getPort());
        long source = Hashes.source(address.getAddress());
        List<Handshaker> evicted = new ArrayList<>();
        synchronized (handshakes) {
            long now = time.monotonicNanos();
            if (stranger) {
                if (open >= Crowd.OPEN_MAX && Crowd.isOver(oldestNanos(now), now)) {
                    evicted.add(oldest());
                }
                if (open - evicted.size() >= Crowd.OPEN_MAX
                        || ofSource(source) >= HANDSHAKES_PER_SOURCE_MAX) {
                    refuse(handshaker);
                }
                crowd.begins(source, now);
            }
            evicted.forEach(this::forget);
            handshakes.put(handshaker, new Attempt(address, source, stranger, now));
            open += stranger ? 1 : 0;
            underWay.put(address, true);
        }
        for (Handshaker other : evicted) {
            counters.handshakesEvicted.increment();
            giveUp(other);
        }
    }

    private void completed(Connection connection) {
        NodeId peer = PeerGuard.nodeOf(connection.getEstablishedPeerIdentity());
        Connection oldest = null;
        boolean many;
        synchronized (handshakes) {
            many = ++remembered > REMEMBERED_MAX;
            remembered = many ? 0 : remembered;
            if (peer != null) {
                Deque<Connection> theirs =
                        connections.computeIfAbsent(peer, _ -> new ArrayDeque<>());
                theirs.add(connection);
                oldest = theirs.size() > CONNECTIONS_OF_PEER_MAX ? theirs.remove() : null;
            }
        }
        if (many) {
            forgetHandshakes.run();
        }
        if (oldest != null) {
            counters.connectionsReplaced.increment();
            Connection other = oldest;
            run(other, () -> remove.accept(other));
        }
    }

    private boolean end(Handshaker handshaker) {
        synchronized (handshakes) {
            return forget(handshaker);
        }
    }

    private boolean forget(Handshaker handshaker) {
        Attempt attempt = handshakes.remove(handshaker);
        if (attempt == null) {
            return false;
        }
        open -= attempt.stranger ? 1 : 0;
        if (handshakes.values().stream().noneMatch(o -> o.address.equals(attempt.address))) {
            underWay.remove(attempt.address);
        }
        return true;
    }

    private Handshaker oldest() {
        return handshakes.entrySet().stream()
                .filter(e -> e.getValue().stranger)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private long oldestNanos(long now) {
        for (Attempt attempt : handshakes.values()) {
            if (attempt.stranger) {
                return attempt.sinceNanos;
            }
        }
        return now;
    }

    private int ofSource(long source) {
        int count = 0;
        for (Attempt attempt : handshakes.values()) {
            if (attempt.stranger && attempt.source == source) {
                count++;
            }
        }
        return count;
    }

    /** Without a word: the hello is repeated, and then there may be room. */
    private void refuse(Handshaker handshaker) throws HandshakeException {
        counters.handshakesRefused.increment();
        giveUp(handshaker);
        throw new HandshakeException(
                "too many handshakes",
                // Only a fatal one is sent.
                new AlertMessage(AlertLevel.WARNING, AlertDescription.INTERNAL_ERROR));
    }

    private static void giveUp(Handshaker handshaker) {
        run(handshaker.getConnection(), () -> handshaker.handshakeFailed(new Evicted()));
    }

    /** Each connection has a thread of its own, in a manner of speaking. */
    private static void run(Connection connection, Runnable task) {
        Executor executor = connection.getExecutor();
        if (executor == null) {
            // It has ended by itself.
            return;
        }
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // The endpoint is being closed, and the connection with it.
        }
    }

    /** Why a handshake ended that made way for another. */
    private static final class Evicted extends Exception {
        private static final long serialVersionUID = 1;

        private Evicted() {
            super("too many handshakes", null, false, false);
        }
    }
}
