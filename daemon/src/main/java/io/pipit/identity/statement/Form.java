package io.pipit.identity.statement;

import static java.nio.charset.StandardCharsets.US_ASCII;

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

/** The parts that all statements are made of. */
final class Form {
    static final byte[] MAGIC = "PIPIT".getBytes(US_ASCII);
    static final byte VERSION = 1;
    static final int HEAD_BYTES = MAGIC.length + 2;
    static final int ID_BYTES = 16;
    static final int NUMBER_BYTES = 8;

    /** A P-256 key as SubjectPublicKeyInfo (DER) with an uncompressed point (RFC 5480). */
    static final int KEY_BYTES = 91;

    static final int SIGNATURE_BYTES = 64;

    private static final BigInteger CURVE_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";

    private Form() {}

    /** The head, in a buffer over that array. */
    static ByteBuffer begin(int kind, byte[] bytes) {
        return ByteBuffer.wrap(bytes).put(MAGIC).put(VERSION).put((byte) kind);
    }

    static void expect(byte[] bytes, int length, String what) throws StatementException {
        if (bytes.length != length) {
            throw new StatementException(
                    "a %s of %d bytes; it has %d".formatted(what, bytes.length, length));
        }
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

    static byte[] sign(PrivateKey key, byte[] content) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this node's key can't sign", e);
        }
    }

    static void verify(PublicKey key, byte[] bytes, int contentBytes, ByteBuffer in)
            throws StatementException {
        byte[] signed = new byte[SIGNATURE_BYTES];
        in.get(signed);
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
