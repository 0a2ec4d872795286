package io.pipit.identity.pairing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pipit.identity.pairing.PairingMessage.Proved;
import io.pipit.identity.pairing.PairingRefused.Reason;
import io.pipit.model.NodeId;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.agreement.ecjpake.ECJPAKECurves;
import org.bouncycastle.crypto.agreement.ecjpake.ECJPAKEParticipant;
import org.bouncycastle.crypto.agreement.ecjpake.ECJPAKERound1Payload;
import org.bouncycastle.crypto.agreement.ecjpake.ECJPAKERound2Payload;
import org.bouncycastle.crypto.agreement.ecjpake.ECJPAKERound3Payload;
import org.bouncycastle.crypto.agreement.ecjpake.ECSchnorrZKP;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.math.ec.ECPoint;
import org.jspecify.annotations.Nullable;

/**
 * One side of one run of EC-JPAKE (RFC 8236) on P-256, and what is bound to it. The participants
 * are called by their node IDs, which every proof covers; the confirmation covers both public keys,
 * all messages, and what both say of themselves. One thread.
 */
final class CodeProof {
    /** Whose confirmation. */
    enum Side {
        JOINS(0),
        OPENED(1);

        private final int number;

        Side(int number) {
            this.number = number;
        }
    }

    private static final String MAC = "HmacSHA256";

    /** The library makes such proofs, but gives nobody a way to read one from the wire. */
    private static final MethodHandle PROOF = proofs();

    private final Side side;
    private final PublicKey own;
    private final ECJPAKEParticipant participant;
    private final MessageDigest transcript;
    private @Nullable PublicKey other;
    private @Nullable BigInteger keying;

    /**
     * @param side this one's
     */
    CodeProof(Side side, PublicKey own, PairingCode code, SecureRandom random) {
        this.side = side;
        this.own = own;
        this.transcript = sha256();
        char[] secret = code.secret();
        this.participant =
                new ECJPAKEParticipant(
                        NodeId.of(own).toString(),
                        secret,
                        ECJPAKECurves.NIST_P256,
                        new SHA256Digest(),
                        random);
        Arrays.fill(secret, '0');
    }

    /** Our first round: two points. */
    Proved[] first() {
        ECJPAKERound1Payload made = participant.createRound1PayloadToSend();
        return new Proved[] {
            proved(made.getGx1(), made.getKnowledgeProofForX1()),
            proved(made.getGx2(), made.getKnowledgeProofForX2())
        };
    }

    /**
     * Their first round.
     *
     * @param from their key, as the connection proved it: from here on it is that one alone
     */
    void takeFirst(PublicKey from, Proved one, Proved two) throws PairingRefused {
        other = from;
        checked(() ->
                participant.validateRound1PayloadReceived(
                        new ECJPAKERound1Payload(
                                theirs(), one.point(), two.point(), proof(one), proof(two))));
    }

    /** Our second round. */
    Proved second() {
        ECJPAKERound2Payload made = participant.createRound2PayloadToSend();
        return proved(made.getA(), made.getKnowledgeProofForX2s());
    }

    /** Their second round; from here on there is a key, the same on both sides or not. */
    void takeSecond(Proved mixed) throws PairingRefused {
        checked(() -> {
            participant.validateRound2PayloadReceived(
                    new ECJPAKERound2Payload(theirs(), mixed.point(), proof(mixed)));
            keying = participant.calculateKeyingMaterial();
        });
    }

    /** Our third round. */
    byte[] tag() {
        byte[] tag = participant.createRound3PayloadToSend(key()).getMacTag().toByteArray();
        byte[] whole = new byte[PairingMessage.TAG_BYTES];
        // As a number in two's complement the library leaves leading bytes out.
        Arrays.fill(whole, (byte) (tag[0] < 0 ? -1 : 0));
        System.arraycopy(tag, 0, whole, whole.length - tag.length, tag.length);
        return whole;
    }

    /** Whether their third round proves that they know the code. Only once. */
    boolean takeTag(byte[] tag) {
        try {
            participant.validateRound3PayloadReceived(
                    new ECJPAKERound3Payload(theirs(), new BigInteger(tag)), key());
            return true;
        } catch (CryptoException e) {
            return false;
        }
    }

    /** A message went, or came: both sides have to have seen the same. */
    void saw(byte[] message) {
        transcript.update(ByteBuffer.allocate(Integer.BYTES).putInt(message.length).array());
        transcript.update(message);
    }

    /**
     * Binds what that side says of itself to the key, both public keys, and all messages so far.
     */
    byte[] mac(Side of, Claims claims) {
        try {
            byte[] shared = fixed(key());
            Mac extract = Mac.getInstance(MAC);
            extract.init(new SecretKeySpec(shared, MAC));
            Arrays.fill(shared, (byte) 0);
            byte[] confirming = extract.doFinal("pipit pairing, confirmation".getBytes(US_ASCII));
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(confirming, MAC));
            Arrays.fill(confirming, (byte) 0);
            mac.update((byte) PairingMessage.VERSION);
            mac.update((byte) of.number);
            part(mac, (side == Side.JOINS ? own : other()).getEncoded());
            part(mac, (side == Side.JOINS ? other() : own).getEncoded());
            part(mac, ((MessageDigest) transcript.clone()).digest());
            part(mac, claims.encode());
            return mac.doFinal();
        } catch (GeneralSecurityException | CloneNotSupportedException e) {
            throw new IllegalStateException("every Java platform has HMAC and SHA-256", e);
        }
    }

    private static void part(Mac mac, byte[] bytes) {
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        mac.update(bytes);
    }

    private PublicKey other() {
        return Objects.requireNonNull(other, "no first round yet");
    }

    private String theirs() {
        return NodeId.of(other()).toString();
    }

    private BigInteger key() {
        return Objects.requireNonNull(keying, "no second round yet");
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] whole = new byte[PairingMessage.SCALAR_BYTES];
        int skip = Math.max(0, bytes.length - whole.length);
        System.arraycopy(
                bytes, skip, whole, whole.length - (bytes.length - skip), bytes.length - skip);
        return whole;
    }

    @FunctionalInterface
    private interface Step {
        void take() throws CryptoException;
    }

    private static void checked(Step step) throws PairingRefused {
        try {
            step.take();
        } catch (CryptoException | IllegalArgumentException | IllegalStateException e) {
            throw new PairingRefused(Reason.UNPROVEN);
        }
    }

    private static Proved proved(ECPoint point, ECSchnorrZKP proof) {
        return new Proved(point.normalize(), proof.getV().normalize(), proof.getr());
    }

    private static ECSchnorrZKP proof(Proved proved) {
        try {
            return (ECSchnorrZKP) PROOF.invokeExact(proved.v(), proved.r());
        } catch (Throwable e) {
            throw new IllegalStateException("a proof can't be made", e);
        }
    }

    private static MethodHandle proofs() {
        try {
            return MethodHandles.privateLookupIn(ECSchnorrZKP.class, MethodHandles.lookup())
                    .findConstructor(
                            ECSchnorrZKP.class,
                            MethodType.methodType(void.class, ECPoint.class, BigInteger.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("another Bouncy Castle than this was made for", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
