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
    private final PublicKey theirs;
    private final CodeProof proof;
    private State state = State.BEGINNING;
    private long attempt;

    /**
     * @param theirs the other side's key, as the connection proved it
     * @throws PairingRefused where that is this node's own
     */
    public PairingJoin(Myself self, PublicKey theirs, PairingCode code, SecureRandom random)
            throws PairingRefused {
        if (Arrays.equals(self.key().getEncoded(), theirs.getEncoded())) {
            throw new PairingRefused(Reason.OWN_NODE);
        }
        this.self = self;
        this.theirs = theirs;
        this.proof = new CodeProof(Side.JOINS, self.key(), theirs, code, random);
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
     * @param from the key that the connection it came over has proved
     * @throws PairingRefused where it doesn't go on, and why
     */
    public Step take(PublicKey from, byte[] answer) throws PairingRefused {
        State before = state;
        state = State.OVER;
        if (!Arrays.equals(from.getEncoded(), theirs.getEncoded())) {
            throw new PairingRefused(Reason.UNPROVEN);
        }
        PairingMessage message;
        try {
            message = PairingMessage.decode(answer);
        } catch (PairingMessage.Malformed e) {
            throw new PairingRefused(e.reason());
        }
        return switch (message) {
            case Refused refused -> throw new PairingRefused(refused.reason());
            case Begun begun when before == State.BEGUN -> begun(begun, answer);
            case Exchanged exchanged when before == State.EXCHANGED && isOurs(exchanged.attempt()) ->
                    exchanged(exchanged, answer);
            case Confirmed confirmed when before == State.CONFIRMED && isOurs(confirmed.attempt()) ->
                    confirmed(confirmed);
            default -> throw new PairingRefused(Reason.OUT_OF_ORDER);
        };
    }

    private boolean isOurs(long other) {
        return attempt == other;
    }

    private Step begun(Begun begun, byte[] answer) throws PairingRefused {
        attempt = begun.attempt();
        proof.takeFirst(begun.one(), begun.two());
        proof.saw(answer);
        state = State.EXCHANGED;
        return new Step.Ask(seen(new Exchange(attempt, proof.second()).encode()));
    }

    private Step exchanged(Exchanged exchanged, byte[] answer) throws PairingRefused {
        proof.takeSecond(exchanged.mixed());
        proof.saw(answer);
        state = State.CONFIRMED;
        byte[] mac = proof.mac(Side.JOINS, self.claims());
        return new Step.Ask(
                seen(new Confirm(attempt, proof.tag(), mac, self.claims()).encode()));
    }

    private Step confirmed(Confirmed confirmed) throws PairingRefused {
        byte[] mac = proof.mac(Side.OPENED, confirmed.claims());
        if (!proof.takeTag(confirmed.tag()) || !MessageDigest.isEqual(mac, confirmed.mac())) {
            throw new PairingRefused(Reason.UNPROVEN);
        }
        return new Step.Done(new Paired(theirs, confirmed.claims()));
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
