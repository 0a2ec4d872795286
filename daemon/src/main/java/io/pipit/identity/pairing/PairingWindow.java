package io.pipit.identity.pairing;

import io.pipit.identity.pairing.CodeProof.Side;
import io.pipit.identity.pairing.PairingMessage.Begin;
import io.pipit.identity.pairing.PairingMessage.Begun;
import io.pipit.identity.pairing.PairingMessage.Confirm;
import io.pipit.identity.pairing.PairingMessage.Confirmed;
import io.pipit.identity.pairing.PairingMessage.Exchange;
import io.pipit.identity.pairing.PairingMessage.Exchanged;
import io.pipit.identity.pairing.PairingMessage.Proved;
import io.pipit.identity.pairing.PairingMessage.Refused;
import io.pipit.identity.pairing.PairingRefused.Reason;
import io.pipit.model.NodeId;
import io.pipit.port.TimeSource;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The side that opened: one code, for five minutes, three tries, or one success. It answers
 * whatever comes, and says no more than what its sender knows already: that a code is wrong shows
 * only when its sender has confirmed it, which is a try.
 *
 * <p>{@link #take} takes some tens of milliseconds of arithmetic on a PC, several times as much on
 * a small board, and whatever it takes to save a peer; it is called by one thread at a time. The
 * rest never waits, on any thread.
 */
public final class PairingWindow {
    /** Wrong codes that close it. */
    public static final int TRIES_MAX = 3;

    /** How long it is open at the longest. */
    public static final Duration OPEN_MAX = Duration.ofMinutes(5);

    /** Keys that are at it at the same time. */
    static final int ATTEMPTS_MAX = 4;

    /** How long one of them may take between two messages. */
    static final Duration ATTEMPT_MAX = Duration.ofSeconds(30);

    /** Attempts in all: what strangers can make a node calculate has an end. */
    static final int BEGINNINGS_MAX = 64;

    /** Why it closed. */
    public enum Ending {
        PAIRED("a node was paired"),
        WRONG_CODES("three wrong codes"),
        EXPIRED("nobody came in time"),
        CLOSED("it was closed here"),
        WORN_OUT("too many attempts were begun"),
        NOT_SAVED("a node proved the code, but the list of peers can't be written");

        private final String words;

        Ending(String words) {
            this.words = words;
        }

        /** For a person. */
        public String words() {
            return words;
        }
    }

    /** Keeps a peer; on the thread that {@link #take} runs on. */
    @FunctionalInterface
    public interface Keeper {
        /**
         * Saves it.
         *
         * @return false where it can't be
         */
        boolean keep(Paired peer);
    }

    private static final class Attempt {
        private final long number;
        private final CodeProof proof;
        private long lastNanos;
        private boolean exchanged;

        Attempt(long number, CodeProof proof, long nowNanos) {
            this.number = number;
            this.proof = proof;
            this.lastNanos = nowNanos;
        }
    }

    private final Myself self;
    private final PairingCode code;
    private final TimeSource time;
    private final SecureRandom random;
    private final Keeper keeper;
    private final long endNanos;
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();

    // On the thread that takes messages alone:
    private final Map<NodeId, Attempt> attempts = new HashMap<>();
    private int beginnings;
    private final AtomicInteger wrong = new AtomicInteger();

    /** Opens it. */
    public PairingWindow(
            Myself self, PairingCode code, TimeSource time, SecureRandom random, Keeper keeper) {
        this.self = self;
        this.code = code;
        this.time = time;
        this.random = random;
        this.keeper = keeper;
        this.endNanos = time.monotonicNanos() + OPEN_MAX.toNanos();
    }

    /** Whether it takes anything at all. */
    public boolean isOpen() {
        return ending() == null;
    }

    /** Why it isn't open any more; null where it is. */
    public @Nullable Ending ending() {
        if (ending.get() == null && time.monotonicNanos() - endNanos >= 0) {
            ending.compareAndSet(null, Ending.EXPIRED);
        }
        return ending.get();
    }

    /** Wrong codes that it still takes. */
    public int triesLeft() {
        return TRIES_MAX - wrong.get();
    }

    /** How long it is open yet, if nothing happens, nanoseconds. */
    public long leftNanos() {
        return isOpen() ? Math.max(0, endNanos - time.monotonicNanos()) : 0;
    }

    /** Closes it. */
    public void close() {
        ending.compareAndSet(null, Ending.CLOSED);
    }

    /**
     * Takes a message.
     *
     * @param from the key that the connection has proved
     * @return the answer, always
     */
    public byte[] take(PublicKey from, byte[] message) {
        try {
            return answer(from, message);
        } catch (PairingRefused e) {
            return new Refused(e.reason()).encode();
        }
    }

    private byte[] answer(PublicKey from, byte[] bytes) throws PairingRefused {
        long now = time.monotonicNanos();
        attempts.values().removeIf(old -> now - old.lastNanos >= ATTEMPT_MAX.toNanos());
        if (!isOpen()) {
            attempts.clear();
            throw new PairingRefused(Reason.CLOSED);
        }
        NodeId id = NodeId.of(from);
        if (id.equals(NodeId.of(self.key()))) {
            throw new PairingRefused(Reason.OWN_NODE);
        }
        PairingMessage message;
        try {
            message = PairingMessage.decode(bytes);
        } catch (PairingMessage.Malformed e) {
            attempts.remove(id);
            throw new PairingRefused(e.reason());
        }
        // Whatever goes wrong ends the attempt: it is put back where it goes on.
        Attempt attempt = attempts.remove(id);
        return switch (message) {
            case Begin begin -> begin(id, from, begin, bytes);
            case Exchange exchange
                    when attempt != null
                            && attempt.number == exchange.attempt()
                            && !attempt.exchanged ->
                    exchange(id, attempt, exchange, bytes);
            case Confirm confirm
                    when attempt != null
                            && attempt.number == confirm.attempt()
                            && attempt.exchanged ->
                    confirm(from, attempt, confirm, bytes);
            default -> throw new PairingRefused(Reason.OUT_OF_ORDER);
        };
    }

    private byte[] begin(NodeId id, PublicKey from, Begin begin, byte[] bytes)
            throws PairingRefused {
        if (attempts.size() >= ATTEMPTS_MAX) {
            throw new PairingRefused(Reason.BUSY);
        }
        if (++beginnings > BEGINNINGS_MAX) {
            ending.compareAndSet(null, Ending.WORN_OUT);
            throw new PairingRefused(Reason.CLOSED);
        }
        CodeProof proof = new CodeProof(Side.OPENED, self.key(), code, random);
        Proved[] first = proof.first();
        proof.takeFirst(from, begin.one(), begin.two());
        Attempt attempt = new Attempt(random.nextLong(), proof, time.monotonicNanos());
        attempts.put(id, attempt);
        byte[] answer = new Begun(attempt.number, first[0], first[1]).encode();
        proof.saw(bytes);
        proof.saw(answer);
        return answer;
    }

    private byte[] exchange(NodeId id, Attempt attempt, Exchange exchange, byte[] bytes)
            throws PairingRefused {
        Proved second = attempt.proof.second();
        attempt.proof.takeSecond(exchange.mixed());
        attempt.exchanged = true;
        attempt.lastNanos = time.monotonicNanos();
        attempts.put(id, attempt);
        byte[] answer = new Exchanged(attempt.number, second).encode();
        attempt.proof.saw(bytes);
        attempt.proof.saw(answer);
        return answer;
    }

    /** A try, whatever becomes of it. */
    private byte[] confirm(PublicKey from, Attempt attempt, Confirm confirm, byte[] bytes)
            throws PairingRefused {
        byte[] mac = attempt.proof.mac(Side.JOINS, confirm.claims());
        // The library forgets what it takes as soon as it has looked at theirs.
        byte[] tag = attempt.proof.tag();
        if (!attempt.proof.takeTag(confirm.tag()) || !MessageDigest.isEqual(mac, confirm.mac())) {
            if (wrong.incrementAndGet() >= TRIES_MAX) {
                ending.compareAndSet(null, Ending.WRONG_CODES);
                throw new PairingRefused(Reason.WRONG_CODE_LAST);
            }
            throw new PairingRefused(Reason.WRONG_CODE);
        }
        Paired peer = new Paired(from, confirm.claims());
        if (!isOpen()) {
            throw new PairingRefused(Reason.CLOSED);
        }
        if (!keeper.keep(peer)) {
            ending.compareAndSet(null, Ending.NOT_SAVED);
            throw new PairingRefused(Reason.NOT_SAVED);
        }
        ending.compareAndSet(null, Ending.PAIRED);
        attempt.proof.saw(bytes);
        byte[] own = attempt.proof.mac(Side.OPENED, self.claims());
        return new Confirmed(attempt.number, tag, own, self.claims()).encode();
    }
}
