package io.pipit.identity.statement;

import io.pipit.model.NodeId;
import java.nio.ByteBuffer;
import java.security.PrivateKey;
import java.security.PublicKey;

/**
 * A node is not to be trusted any more, says another one. Immutable.
 *
 * <pre>
 *      7     16  the subject's ID
 *     23      8  number
 *     31     91  the issuer's key, SubjectPublicKeyInfo
 *    122     64  signature of the issuer
 * </pre>
 *
 * <p>The number is what keeps an old one from being used again: who takes the subject in again on
 * purpose notes which statements that overrules, by issuer and number, and none of those, nor any
 * before them, counts there from then on. No clock has to be right for that.
 */
public final class Revocation extends Signed {
    static final int KIND = 1;
    static final int BYTES = 186;

    private Revocation(NodeId subject, NodeId issuer, long number, byte[] bytes) {
        super(subject, issuer, number, bytes);
    }

    /** Says so, with the issuer's keys. */
    public static Revocation of(NodeId subject, long number, PublicKey issuer, PrivateKey key) {
        byte[] bytes =
                write(
                        KIND,
                        BYTES,
                        out -> out.put(subject.toBytes()).putLong(number).put(issuer.getEncoded()),
                        key);
        return new Revocation(subject, NodeId.of(issuer), number, bytes);
    }

    static Revocation read(byte[] bytes, ByteBuffer in) throws StatementException {
        expect(bytes, BYTES, "revocation");
        NodeId subject = id(in);
        long number = in.getLong();
        PublicKey issuer = key(in);
        verify(bytes, in, issuer);
        return new Revocation(subject, NodeId.of(issuer), number, bytes.clone());
    }

    @Override
    public String toString() {
        return "revocation of %s by %s, %d".formatted(subject(), issuer(), number());
    }
}
