package io.pipit.identity.statement;

import io.pipit.model.NodeId;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;

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
public final class Rotation implements Statement {
    static final int KIND = 2;
    static final int BYTES = 325;

    private static final int CONTENT_BYTES = BYTES - 2 * Form.SIGNATURE_BYTES;

    private final NodeId before;
    private final NodeId after;
    private final long number;
    private final byte[] bytes;

    private Rotation(NodeId before, NodeId after, long number, byte[] bytes) {
        this.before = before;
        this.after = after;
        this.number = number;
        this.bytes = bytes;
    }

    /** Says so. */
    public static Rotation of(KeyPair before, KeyPair after, long number) {
        byte[] bytes = new byte[BYTES];
        ByteBuffer out =
                Form.begin(KIND, bytes)
                        .put(before.getPublic().getEncoded())
                        .put(after.getPublic().getEncoded())
                        .putLong(number);
        byte[] content = Arrays.copyOf(bytes, CONTENT_BYTES);
        out.put(Form.sign(before.getPrivate(), content))
                .put(Form.sign(after.getPrivate(), content));
        return new Rotation(
                NodeId.of(before.getPublic()), NodeId.of(after.getPublic()), number, bytes);
    }

    static Rotation read(byte[] bytes, ByteBuffer in) throws StatementException {
        Form.expect(bytes, BYTES, "rotation");
        PublicKey before = Form.key(in);
        PublicKey after = Form.key(in);
        long number = in.getLong();
        Form.verify(before, bytes, CONTENT_BYTES, in);
        Form.verify(after, bytes, CONTENT_BYTES, in);
        NodeId from = NodeId.of(before);
        NodeId to = NodeId.of(after);
        if (from.equals(to)) {
            throw new StatementException("a rotation from a key to itself");
        }
        return new Rotation(from, to, number, bytes.clone());
    }

    /** The ID by the key before. */
    @Override
    public NodeId subject() {
        return before;
    }

    @Override
    public NodeId issuer() {
        return before;
    }

    /** The ID by the key after. */
    public NodeId after() {
        return after;
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
        return other instanceof Rotation one && Arrays.equals(bytes, one.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "rotation of %s to %s, %d".formatted(before, after, number);
    }
}
