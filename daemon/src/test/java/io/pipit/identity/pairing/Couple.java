package io.pipit.identity.pairing;

import io.pipit.host.ManualTime;
import io.pipit.identity.pairing.PairingJoin.Step;
import io.pipit.model.Grant;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A node with a window and another one that wants in; what is said between them is kept. */
final class Couple {
    static final SecureRandom RANDOM = new SecureRandom();
    static final PairingCode CODE = PairingCode.parse("1234 5678").orElseThrow();
    static final PairingCode WRONG = PairingCode.parse("12345679").orElseThrow();
    static final Set<Grant> USUAL = Set.of(Grant.of(Grant.Role.MONITOR), Grant.of(Grant.Role.READ));

    final ManualTime clock = new ManualTime();
    final Myself shed = new Myself(key(), new Claims(5684, "shed", USUAL));
    final Myself greenhouse =
            new Myself(
                    key(),
                    new Claims(
                            5685, "greenhouse", Set.of(Grant.parse("read:air/*").orElseThrow())));
    final List<Paired> kept = new ArrayList<>();
    final List<byte[]> asked = new ArrayList<>();
    final List<byte[]> answered = new ArrayList<>();
    boolean diskFull;

    /** What is to be asked next, and wasn't yet. */
    byte[] next = {};

    PairingWindow window = open();

    static PublicKey key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair().getPublic();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    PairingWindow open() {
        return new PairingWindow(greenhouse, CODE, clock, RANDOM, this::keep);
    }

    private boolean keep(Paired peer) {
        return !diskFull && kept.add(peer);
    }

    PairingJoin join(PairingCode code) {
        return new PairingJoin(shed, code, RANDOM);
    }

    byte[] ask(byte[] message) {
        asked.add(message);
        byte[] answer = window.take(shed.key(), message);
        answered.add(answer);
        return answer;
    }

    /** All of it; the peer as the joining side has it. */
    Paired pair(PairingCode code) throws PairingRefused {
        return pair(join(code), 3);
    }

    /** So many questions of it, and the answers. */
    Paired pair(PairingJoin join, int questions) throws PairingRefused {
        next = join.begin();
        for (int i = 0; i < questions; i++) {
            switch (join.take(greenhouse.key(), ask(next))) {
                case Step.Ask ask -> next = ask.message();
                case Step.Done done -> {
                    return done.peer();
                }
            }
        }
        return null;
    }
}
