package io.pipit.identity.statement;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pipit.model.NodeId;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.function.Consumer;

/** What all statements are made of, and how their bytes are written and read. */
abstract sealed class Signed implements Statement permits Revocation, Rotation {
    static final byte[] MAGIC = "PIPIT".getBytes(US_ASCII);
    static final byte VERSION = 1;
    static final int HEAD_BYTES = MAGIC.length + 2;
    static final int SIGNATURE_BYTES = 64;

    private static final int ID_BYTES = 16;

    /** A P-256 key as SubjectPublicKeyInfo (DER) with an uncompressed point (RFC 5480). */
    private static final int KEY_BYTES = 91;

    private static final BigInteger CURVE_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";

    private final NodeId subject;
    private final NodeId issuer;
    private final long number;
    private final byte[] bytes;

    /**
     * @param bytes which nobody else has
     */
    Signed(NodeId subject, NodeId issuer, long number, byte[] bytes) {
        this.subject = subject;
        this.issuer = issuer;
        this.number = number;
        this.bytes = bytes;
    }

    @Override
    public final NodeId subject() {
        return subject;
    }

    @Override
    public final NodeId issuer() {
        return issuer;
    }

    @Override
    public final long number() {
        return number;
    }

    @Override
    public final byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Signed one && Arrays.equals(bytes, one.bytes);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Writes one of this length, signed by these in this order. */
    static byte[] write(int kind, int length, Consumer<ByteBuffer> content, PrivateKey... signers) {
        byte[] bytes = new byte[length];
        ByteBuffer out = ByteBuffer.wrap(bytes).put(MAGIC).put(VERSION).put((byte) kind);
        content.accept(out);
        byte[] said = Arrays.copyOf(bytes, out.position());
        for (PrivateKey signer : signers) {
            out.put(sign(signer, said));
        }
        return bytes;
    }

    static void expect(byte[] bytes, int length, String what) throws StatementException {
        if (bytes.length != length) {
            throw new StatementException(
                    "a %s of %d bytes; it has %d".formatted(what, bytes.length, length));
        }
    }

    static NodeId id(ByteBuffer in) {
        byte[] id = new byte[ID_BYTES];
        in.get(id);
        return NodeId.ofBytes(id);
    }

    static PublicKey key(ByteBuffer in) throws StatementException {
        byte[] encoded = new byte[KEY_BYTES];
        in.get(encoded);
        try {
            PublicKey key =
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
            // The ID is a hash of the very bytes, so that they must be the only form of this key.
            if (key instanceof ECPublicKey curve
                    && curve.getParams().getOrder().equals(CURVE_ORDER)
                    && Arrays.equals(key.getEncoded(), encoded)) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw new StatementException("a statement with a key that is none");
        }
        throw new StatementException("a statement with a key that isn't a P-256 one");
    }

    private static byte[] sign(PrivateKey key, byte[] content) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this node's key can't sign", e);
        }
    }

    /** All that was read so far has to be signed by these in this order, in what is left. */
    static void verify(byte[] bytes, ByteBuffer in, PublicKey... signers)
            throws StatementException {
        int contentBytes = in.position();
        for (PublicKey signer : signers) {
            byte[] signed = new byte[SIGNATURE_BYTES];
            in.get(signed);
            verify(signer, bytes, contentBytes, signed);
        }
    }

    private static void verify(PublicKey key, byte[] bytes, int contentBytes, byte[] signed)
            throws StatementException {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(bytes, 0, contentBytes);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw new StatementException("a statement with a signature that is none");
        }
        throw new StatementException("a statement with a wrong signature");
    }
}
