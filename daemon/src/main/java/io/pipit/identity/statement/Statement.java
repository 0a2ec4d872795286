package io.pipit.identity.statement;

import io.pipit.model.NodeId;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Something that a node said of a key, signed so that it proves itself whoever hands it on. What
 * exists of one has been verified: the signatures are right; whether the issuer has any say here is
 * for the receiver to judge. Immutable.
 *
 * <pre>
 * offset  bytes
 *      0      5  "PIPIT"
 *      5      1  version, 1
 *      6      1  kind: 1 revocation, 2 rotation
 *      7         what the kind has, see there
 *    end     64  a signature, two of a rotation: ECDSA on P-256 with SHA-256, r and s with 32 bytes
 *                each (IEEE P1363), over all that stands before the first signature
 * </pre>
 *
 * <p>All numbers are in network order and every part has a fixed length, so that what is signed has
 * one form alone. Two statements are the same where kind, subject, issuer and number are.
 */
public sealed interface Statement permits Signed {
    /** Statements are longer by far than anything else may be, bytes. */
    int BYTES_MAX = 512;

    /** Whom it is about, by the key that loses its say. */
    NodeId subject();

    /** Who says so. */
    NodeId issuer();

    /**
     * The issuer's count of what it says: a later one has a higher number. It begins with the
     * milliseconds since 1970 by the issuer's clock and never goes back, whatever that clock does.
     */
    long number();

    /** As it travels and is kept. */
    byte[] bytes();

    /**
     * Reads and verifies one.
     *
     * @throws StatementException where it isn't one, or a signature is wrong
     */
    static Statement parse(byte[] bytes) throws StatementException {
        if (bytes.length < Signed.HEAD_BYTES || bytes.length > BYTES_MAX) {
            throw new StatementException("not a statement: " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte[] magic = new byte[Signed.MAGIC.length];
        in.get(magic);
        if (!Arrays.equals(magic, Signed.MAGIC)) {
            throw new StatementException("not a statement");
        }
        int version = in.get();
        if (version != Signed.VERSION) {
            throw new StatementException("a statement of version " + version + ", not 1");
        }
        int kind = in.get();
        return switch (kind) {
            case Revocation.KIND -> Revocation.read(bytes, in);
            case Rotation.KIND -> Rotation.read(bytes, in);
            default -> throw new StatementException("a statement of the unknown kind " + kind);
        };
    }
}
