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
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The side that joins, step by step: it asks, and each answer gives the next question or the end.
 * One thread; each step takes some tens of milliseconds of arithmetic on a PC, and several times as
 * much on a small board. After an exception it can't be used any more.
 */
public final class PairingJoin {
    /** What follows an answer. */
    public sealed interface Step {
        /** Ask this next. */
        record Ask(byte[] message) implements Step {}

        /** It is done: the other side knows the code, and has saved this node's key. */
        record Done(Paired peer) implements Step {}
    }

    private enum State {
        BEGINNING,
        BEGUN,
        EXCHANGED,
        CONFIRMED,
        OVER
    }

    private final Myself self;
    private final CodeProof proof;
    private @Nullable PublicKey theirs;
    private State state = State.BEGINNING;
    private long attempt;

    /** Nothing is known of the other side yet. */
    public PairingJoin(Myself self, PairingCode code, SecureRandom random) {
        this.self = self;
        this.proof = new CodeProof(Side.JOINS, self.key(), code, random);
    }

    /** What to ask first; once. */
    public byte[] begin() throws PairingRefused {
        expect(State.BEGINNING);
        state = State.BEGUN;
        Proved[] first = proof.first();
        return seen(new Begin(first[0], first[1]).encode());
    }

    /**
     * Takes an answer.
     *
     * @param from the key that the connection it came over has proved; that of the first answer is
     *     the other side's
     * @throws PairingRefused where it doesn't go on, and why
     */
    public Step take(PublicKey from, byte[] answer) throws PairingRefused {
        State before = state;
        state = State.OVER;
        if (isSame(from, self.key())) {
            throw new PairingRefused(Reason.OWN_NODE);
        }
        if (theirs != null && !isSame(from, theirs)) {
            throw new PairingRefused(Reason.UNPROVEN);
        }
        theirs = from;
        PairingMessage message;
        try {
            message = PairingMessage.decode(answer);
        } catch (PairingMessage.Malformed e) {
            throw new PairingRefused(e.reason());
        }
        return switch (message) {
            case Refused refused -> throw new PairingRefused(refused.reason());
            case Begun begun when before == State.BEGUN -> begun(from, begun, answer);
            case Exchanged exchanged
                    when before == State.EXCHANGED && isOurs(exchanged.attempt()) ->
                    exchanged(exchanged, answer);
            case Confirmed confirmed
                    when before == State.CONFIRMED && isOurs(confirmed.attempt()) ->
                    confirmed(from, confirmed);
            default -> throw new PairingRefused(Reason.OUT_OF_ORDER);
        };
    }

    /** Whether what is asked now is the last: the other side may be done when it has it. */
    public boolean isConfirming() {
        return state == State.CONFIRMED;
    }

    private static boolean isSame(PublicKey one, PublicKey other) {
        return Arrays.equals(one.getEncoded(), other.getEncoded());
    }

    private boolean isOurs(long other) {
        return attempt == other;
    }

    private Step begun(PublicKey from, Begun begun, byte[] answer) throws PairingRefused {
        attempt = begun.attempt();
        proof.takeFirst(from, begun.one(), begun.two());
        proof.saw(answer);
        state = State.EXCHANGED;
        return new Step.Ask(seen(new Exchange(attempt, proof.second()).encode()));
    }

    private Step exchanged(Exchanged exchanged, byte[] answer) throws PairingRefused {
        proof.takeSecond(exchanged.mixed());
        proof.saw(answer);
        state = State.CONFIRMED;
        byte[] mac = proof.mac(Side.JOINS, self.claims());
        return new Step.Ask(seen(new Confirm(attempt, proof.tag(), mac, self.claims()).encode()));
    }

    private Step confirmed(PublicKey from, Confirmed confirmed) throws PairingRefused {
        byte[] mac = proof.mac(Side.OPENED, confirmed.claims());
        if (!proof.takeTag(confirmed.tag()) || !MessageDigest.isEqual(mac, confirmed.mac())) {
            throw new PairingRefused(Reason.UNPROVEN);
        }
        return new Step.Done(new Paired(from, confirmed.claims()));
    }

    private byte[] seen(byte[] message) {
        proof.saw(message);
        return message;
    }

    private void expect(State expected) throws PairingRefused {
        if (state != expected) {
            throw new PairingRefused(Reason.OUT_OF_ORDER);
        }
    }
}
