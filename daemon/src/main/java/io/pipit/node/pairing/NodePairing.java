package io.pipit.node.pairing;

import io.pipit.coap.NetworkEndpoint;
import io.pipit.host.Threads;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.identity.TrustStore;
import io.pipit.identity.pairing.Claims;
import io.pipit.identity.pairing.Meetings;
import io.pipit.identity.pairing.Myself;
import io.pipit.identity.pairing.Paired;
import io.pipit.identity.pairing.PairingCode;
import io.pipit.identity.pairing.PairingMessage;
import io.pipit.identity.pairing.PairingRefused.Reason;
import io.pipit.identity.pairing.PairingWindow;
import io.pipit.model.Grant;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.TimeSource;
import io.pipit.port.reach.Neighbours;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.pairing.Pairing;
import io.pipit.tcp.TcpNetwork;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's side of pairing: one window at a time, and the ways to those of others. Thread-safe;
 * what takes long runs on executors that are handed in.
 */
public final class NodePairing implements Pairing {
    private static final Logger LOG = LoggerFactory.getLogger(NodePairing.class);
    private static final long NANOS_PER_MICRO = 1_000;

    /** Messages of nodes that pair that wait for the one before. */
    private static final int MESSAGES_WAITING_MAX = 16;

    /** Commands to join that wait for the one before. */
    private static final int JOINS_WAITING_MAX = 2;

    /** So long the sessions of strangers are kept after the message that ended a window. */
    private static final int ANSWER_LEAVES_WITHIN_MS = 500;

    /** What is made after the tree. */
    private record Endpoints(
            List<InetSocketAddress> listening, Runnable showStrangersOut, Joining joining) {}

    private record Open(PairingWindow window, long expiresMicros) {}

    private final Identity identity;
    private final String name;
    private final TrustStore trust;
    private final Guestbook guestbook;
    private final TimeSource time;
    private final SecureRandom random;
    private final ScheduledExecutorService timer;

    /** For windows and the list of peers. */
    private final ExecutorService arithmetic;

    /** May wait for other nodes. */
    private final ExecutorService joins;

    private final Counter messages;
    private final Counter refused;
    private final Counter paired;
    private volatile @Nullable Endpoints endpoints;
    private volatile @Nullable Open open;
    private volatile String last = "";

    /** Where the message that is being taken came from; on the arithmetic's thread alone. */
    private @Nullable InetSocketAddress speaking;

    /**
     * No window is open yet.
     *
     * @param name this node's
     * @param threads makes those that it needs, which are there only while there is something to do
     * @param timer for short tasks
     */
    public NodePairing(
            Identity identity,
            String name,
            TrustStore trust,
            TimeSource time,
            SecureRandom random,
            Threads threads,
            ScheduledExecutorService timer,
            Metrics metrics) {
        this.identity = identity;
        this.name = name;
        this.trust = trust;
        this.guestbook = new Guestbook(trust, name);
        this.time = time;
        this.random = random;
        this.timer = timer;
        this.arithmetic = threads.occasional("pairing", MESSAGES_WAITING_MAX);
        this.joins = threads.occasional("pairing-join", JOINS_WAITING_MAX);
        this.messages = metrics.counter("pipit_pairing_messages", "Messages of nodes that pair");
        this.refused =
                metrics.counter("pipit_pairing_refused", "Messages of nodes that were refused");
        this.paired = metrics.counter("pipit_pairing_done", "Nodes that were paired with this one");
    }

    /** The ways, which are made after the tree that they serve. */
    public void reachedBy(
            NetworkEndpoint udp,
            Meetings overUdp,
            TcpNetwork tcp,
            Meetings overTcp,
            Neighbours neighbours) {
        endpoints =
                new Endpoints(
                        udp.addresses(),
                        () -> {
                            udp.showStrangersOut();
                            tcp.showStrangersOut();
                        },
                        new Joining(
                                new Places(neighbours, trust),
                                guestbook,
                                overUdp,
                                overTcp,
                                random));
    }

    /** Whether strangers may come in. Any thread, doesn't wait. */
    public boolean isOpen() {
        Open now = open;
        return now != null && now.window.isOpen();
    }

    @Override
    public CompletionStage<byte[]> take(Caller.Proof from, byte[] message) {
        messages.increment();
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        try {
            arithmetic.execute(() -> {
                try {
                    answer.complete(answer(from, message));
                } catch (RuntimeException e) {
                    LOG.error("pairing failed", e);
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            refused.increment();
            answer.complete(new PairingMessage.Refused(Reason.BUSY).encode());
        }
        return answer;
    }

    private byte[] answer(Caller.Proof from, byte[] message) {
        Open now = open;
        if (now == null) {
            refused.increment();
            return new PairingMessage.Refused(Reason.CLOSED).encode();
        }
        speaking = from.from();
        byte[] answer = now.window.take(from.key(), message);
        if (PairingMessage.isRefusal(answer)) {
            refused.increment();
        }
        if (!now.window.isOpen()) {
            // Nobody is listened to from now on; but this one's answer has to get out.
            var _ =
                    timer.schedule(
                            () -> lookWhetherItEnded(now),
                            ANSWER_LEAVES_WITHIN_MS,
                            TimeUnit.MILLISECONDS);
        }
        return answer;
    }

    @Override
    public Opened open(Set<Grant> grants) {
        Open before = open;
        if (before != null) {
            before.window.close();
            lookWhetherItEnded(before);
        }
        PairingCode code = PairingCode.draw(random);
        PairingWindow window =
                new PairingWindow(myself(grants), code, time, random, peer -> keep(peer, grants));
        long expires = time.wallMicros() + window.leftNanos() / NANOS_PER_MICRO;
        Open now = new Open(window, expires);
        open = now;
        var _ =
                timer.schedule(
                        () -> lookWhetherItEnded(now), window.leftNanos(), TimeUnit.NANOSECONDS);
        LOG.info(
                "a pairing window is open for {} minutes, for {}",
                PairingWindow.OPEN_MAX.toMinutes(),
                grants);
        return new Opened(code, expires, identity.id(), name, Places.ofThisNode(listening()));
    }

    private Myself myself(Set<Grant> grants) {
        List<InetSocketAddress> listening = listening();
        int port = listening.isEmpty() ? Places.PORT_DEFAULT : listening.getFirst().getPort();
        return new Myself(identity.publicKey(), new Claims(port, name, grants));
    }

    private List<InetSocketAddress> listening() {
        Endpoints now = endpoints;
        return now == null ? List.of() : now.listening;
    }

    private boolean keep(Paired peer, Set<Grant> grants) {
        InetSocketAddress from = speaking;
        InetSocketAddress at =
                from == null ? null : Guestbook.lasting(from.getAddress(), peer.claims().port());
        try {
            Guestbook.Entry entry = guestbook.write(peer, at, grants);
            LOG.info("paired with {} ({})", entry.peer().name(), peer.id());
            entry.notes().forEach(note -> LOG.info("{}: {}", peer.id(), note));
            paired.increment();
            return true;
        } catch (IdentityException e) {
            LOG.error("{} proved the code and can't be kept: {}", peer.id(), e.getMessage());
            return false;
        }
    }

    /** Sees to what follows the end of a window, once. */
    private void lookWhetherItEnded(Open which) {
        PairingWindow.Ending ending = which.window.ending();
        synchronized (this) {
            if (ending == null || !which.equals(open)) {
                return;
            }
            last = ending.words();
            open = null;
        }
        LOG.info("the pairing window is closed: {}", ending.words());
        Endpoints now = endpoints;
        if (now != null) {
            now.showStrangersOut.run();
        }
    }

    @Override
    public State state() {
        Open now = open;
        return now == null || !now.window.isOpen()
                ? new State(false, 0, 0, now == null ? last : words(now.window))
                : new State(true, now.expiresMicros, now.window.triesLeft(), last);
    }

    private static String words(PairingWindow window) {
        PairingWindow.Ending ending = window.ending();
        return ending == null ? "" : ending.words();
    }

    @Override
    public void close() {
        Open now = open;
        if (now != null) {
            now.window.close();
            lookWhetherItEnded(now);
        }
    }

    @Override
    public CompletionStage<Outcome> join(String where, PairingCode code, Set<Grant> grants) {
        Endpoints now = endpoints;
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        if (now == null) {
            outcome.complete(new Outcome.Refused("this node is still starting; try again"));
            return outcome;
        }
        try {
            joins.execute(() -> {
                try {
                    outcome.complete(now.joining.join(myself(grants), where, code));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    outcome.complete(new Outcome.Refused("this node is going down"));
                } catch (RuntimeException e) {
                    LOG.error("joining failed", e);
                    outcome.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            outcome.complete(
                    new Outcome.Refused("this node is joining others already; try again soon"));
        }
        return outcome;
    }

    /** Ends what is under way, for good. */
    public void stop() {
        arithmetic.shutdownNow();
        joins.shutdownNow();
    }
}
