package io.pipit.identity.statement;

import io.pipit.model.NodeId;
import java.nio.ByteBuffer;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Arrays;

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
public final class Revocation implements Statement {
    static final int KIND = 1;
    static final int BYTES = 186;

    private static final int CONTENT_BYTES = BYTES - Form.SIGNATURE_BYTES;

    private final NodeId subject;
    private final NodeId issuer;
    private final long number;
    private final byte[] bytes;

    private Revocation(NodeId subject, NodeId issuer, long number, byte[] bytes) {
        this.subject = subject;
        this.issuer = issuer;
        this.number = number;
        this.bytes = bytes;
    }

    /** Says so, with the issuer's keys. */
    public static Revocation of(NodeId subject, long number, PublicKey issuer, PrivateKey key) {
        byte[] bytes = new byte[BYTES];
        ByteBuffer out =
                Form.begin(KIND, bytes)
                        .put(subject.toBytes())
                        .putLong(number)
                        .put(issuer.getEncoded());
        out.put(Form.sign(key, Arrays.copyOf(bytes, CONTENT_BYTES)));
        return new Revocation(subject, NodeId.of(issuer), number, bytes);
    }

    static Revocation read(byte[] bytes, ByteBuffer in) throws StatementException {
        Form.expect(bytes, BYTES, "revocation");
        byte[] id = new byte[Form.ID_BYTES];
        in.get(id);
        long number = in.getLong();
        PublicKey issuer = Form.key(in);
        Form.verify(issuer, bytes, CONTENT_BYTES, in);
        return new Revocation(NodeId.ofBytes(id), NodeId.of(issuer), number, bytes.clone());
    }

    @Override
    public NodeId subject() {
        return subject;
    }

    @Override
    public NodeId issuer() {
        return issuer;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Revocation one && Arrays.equals(bytes, one.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "revocation of %s by %s, %d".formatted(subject, issuer, number);
    }
}
