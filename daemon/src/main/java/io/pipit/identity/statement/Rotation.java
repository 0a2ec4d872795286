package io.pipit.identity.statement;

import io.pipit.model.NodeId;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.PublicKey;

/**
 * A node goes on with another key, say both of its keys. Immutable.
 *
 * <pre>
 *      7     91  the key before, SubjectPublicKeyInfo
 *     98     91  the key after
 *    189      8  number
 *    197     64  signature of the key before: it hands its place over
 *    261     64  signature of the key after: it takes it
 * </pre>
 */
public final class Rotation extends Signed {
    static final int KIND = 2;
    static final int BYTES = 325;

    private final NodeId after;

    private Rotation(NodeId before, NodeId after, long number, byte[] bytes) {
        super(before, before, number, bytes);
        this.after = after;
    }

    /** Says so. */
    public static Rotation of(KeyPair before, KeyPair after, long number) {
        byte[] bytes =
                write(
                        KIND,
                        BYTES,
                        out ->
                                out.put(before.getPublic().getEncoded())
                                        .put(after.getPublic().getEncoded())
                                        .putLong(number),
                        before.getPrivate(),
                        after.getPrivate());
        return new Rotation(
                NodeId.of(before.getPublic()), NodeId.of(after.getPublic()), number, bytes);
    }

    static Rotation read(byte[] bytes, ByteBuffer in) throws StatementException {
        expect(bytes, BYTES, "rotation");
        PublicKey before = key(in);
        PublicKey after = key(in);
        long number = in.getLong();
        verify(bytes, in, before, after);
        NodeId from = NodeId.of(before);
        NodeId to = NodeId.of(after);
        if (from.equals(to)) {
            throw new StatementException("a rotation from a key to itself");
        }
        return new Rotation(from, to, number, bytes.clone());
    }

    /** The ID by the key after; {@link #subject} and {@link #issuer} are the one before. */
    public NodeId after() {
        return after;
    }

    @Override
    public String toString() {
        return "rotation of %s to %s, %d".formatted(subject(), after, number());
    }
}
