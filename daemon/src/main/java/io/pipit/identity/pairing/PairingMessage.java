package io.pipit.identity.pairing;

import io.pipit.identity.pairing.PairingRefused.Reason;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.bouncycastle.crypto.agreement.ecjpake.ECJPAKECurves;
import org.bouncycastle.math.ec.ECPoint;

/**
 * What two nodes that pair say to each other, and its bytes (docs/PROTOCOL.md): the version, the
 * kind, then fixed fields. The one who joins asks, the other one answers:
 *
 * <pre>
 * Begin     01 01                      one, two                          → Begun
 * Begun     01 02 attempt(8)           one, two
 * Exchange  01 03 attempt(8)           mixed                             → Exchanged
 * Exchanged 01 04 attempt(8)           mixed
 * Confirm   01 05 attempt(8) tag(32)   mac(32) port(2) name roles        → Confirmed
 * Confirmed 01 06 attempt(8) tag(32)   mac(32) port(2) name roles
 * Refused   01 07 reason(1)
 * </pre>
 *
 * where {@code one}, {@code two} and {@code mixed} are each a point of P-256 with a proof that its
 * sender knows the logarithm (RFC 8235): point(65) V(65) r(32), points uncompressed. All of it is
 * EC-JPAKE (RFC 8236) but for the port, the names, the roles and {@code mac}.
 */
public sealed interface PairingMessage {
    /** The only one so far. */
    int VERSION = 1;

    /** The longest message, bytes: it fits a datagram. */
    int BYTES_MAX = 1_024;

    /** The media type of these messages: {@code application/octet-stream}. */
    int CONTENT_FORMAT = 42;

    /** Length of the number that tells attempts apart, bytes. */
    int ATTEMPT_BYTES = Long.BYTES;

    /** Length of a tag and of a MAC, bytes. */
    int TAG_BYTES = 32;

    /** Length of a coordinate and of a scalar, bytes. */
    int SCALAR_BYTES = 32;

    /** The kind of a refusal. */
    int REFUSED = 7;

    /** These bytes are no message. */
    final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private final Reason reason;

        Malformed(String what) {
            this(what, Reason.MALFORMED);
        }

        private Malformed(String what, Reason reason) {
            super(what, null, false, false);
            this.reason = reason;
        }

        /** What to tell the other side. */
        public Reason reason() {
            return reason;
        }
    }

    /**
     * A point, and the proof that its sender knows its logarithm.
     *
     * @param v the proof's commitment
     * @param r the proof's answer, below the curve's order
     */
    record Proved(ECPoint point, ECPoint v, BigInteger r) {}

    /** First round of the one who joins. */
    record Begin(Proved one, Proved two) implements PairingMessage {}

    /** First round of the one who opened. */
    record Begun(long attempt, Proved one, Proved two) implements PairingMessage {}

    /** Second round of the one who joins. */
    record Exchange(long attempt, Proved mixed) implements PairingMessage {}

    /** Second round of the one who opened. */
    record Exchanged(long attempt, Proved mixed) implements PairingMessage {}

    /** Third round of the one who joins: it knows the code. */
    record Confirm(long attempt, byte[] tag, byte[] mac, Claims claims) implements PairingMessage {}

    /** Third round of the one who opened: it knows it too, and has saved the other's key. */
    record Confirmed(long attempt, byte[] tag, byte[] mac, Claims claims)
            implements PairingMessage {}

    /** It doesn't go on. */
    record Refused(Reason reason) implements PairingMessage {}

    /** Its bytes. */
    default byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX);
        out.put((byte) VERSION).put((byte) kind());
        switch (this) {
            case Begin it -> {
                put(out, it.one);
                put(out, it.two);
            }
            case Begun it -> {
                out.putLong(it.attempt);
                put(out, it.one);
                put(out, it.two);
            }
            case Exchange it -> put(out.putLong(it.attempt), it.mixed);
            case Exchanged it -> put(out.putLong(it.attempt), it.mixed);
            case Confirm it ->
                    out.putLong(it.attempt).put(it.tag).put(it.mac).put(it.claims.encode());
            case Confirmed it ->
                    out.putLong(it.attempt).put(it.tag).put(it.mac).put(it.claims.encode());
            case Refused it -> out.put((byte) it.reason.number());
        }
        byte[] encoded = new byte[out.position()];
        out.flip().get(encoded);
        return encoded;
    }

    private int kind() {
        return switch (this) {
            case Begin _ -> 1;
            case Begun _ -> 2;
            case Exchange _ -> 3;
            case Exchanged _ -> 4;
            case Confirm _ -> 5;
            case Confirmed _ -> 6;
            case Refused _ -> REFUSED;
        };
    }

    private static void put(ByteBuffer out, Proved proved) {
        out.put(proved.point.getEncoded(false)).put(proved.v.getEncoded(false));
        byte[] r = proved.r.toByteArray();
        int skip = Math.max(0, r.length - SCALAR_BYTES);
        out.put(new byte[SCALAR_BYTES - (r.length - skip)]).put(r, skip, r.length - skip);
    }

    /**
     * Reads a message. Points that aren't on the curve, numbers out of range, and bytes that follow
     * are refused.
     *
     * @throws Malformed and nothing else, whatever the bytes
     */
    static PairingMessage decode(byte[] bytes) throws Malformed {
        if (bytes.length > BYTES_MAX) {
            throw new Malformed("more than " + BYTES_MAX + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        ByteBuffer head = take(in, 2);
        int version = head.get() & 0xff;
        if (version != VERSION) {
            throw new Malformed("version " + version, Reason.VERSION);
        }
        PairingMessage message =
                switch (head.get()) {
                    case 1 -> new Begin(proved(in), proved(in));
                    case 2 -> new Begun(attempt(in), proved(in), proved(in));
                    case 3 -> new Exchange(attempt(in), proved(in));
                    case 4 -> new Exchanged(attempt(in), proved(in));
                    case 5 -> new Confirm(attempt(in), tag(in), tag(in), Claims.decode(in));
                    case 6 -> new Confirmed(attempt(in), tag(in), tag(in), Claims.decode(in));
                    case REFUSED -> new Refused(reason(take(in, 1).get()));
                    default -> throw new Malformed("a kind that is none");
                };
        if (in.hasRemaining()) {
            throw new Malformed("something follows the message");
        }
        return message;
    }

    /** Whether these bytes, made by {@link #encode}, say that it doesn't go on. */
    static boolean isRefusal(byte[] encoded) {
        return encoded.length > 1 && encoded[1] == REFUSED;
    }

    /** So many of the next bytes. */
    static ByteBuffer take(ByteBuffer in, int bytes) throws Malformed {
        if (in.remaining() < bytes) {
            throw new Malformed("it ends too early");
        }
        ByteBuffer part = in.slice(in.position(), bytes);
        in.position(in.position() + bytes);
        return part;
    }

    private static byte[] array(ByteBuffer in, int bytes) throws Malformed {
        byte[] part = new byte[bytes];
        take(in, bytes).get(part);
        return part;
    }

    private static long attempt(ByteBuffer in) throws Malformed {
        return take(in, ATTEMPT_BYTES).getLong();
    }

    private static byte[] tag(ByteBuffer in) throws Malformed {
        return array(in, TAG_BYTES);
    }

    private static Reason reason(byte number) throws Malformed {
        for (Reason reason : Reason.values()) {
            if (reason.number() == number) {
                return reason;
            }
        }
        throw new Malformed("a reason that is none");
    }

    private static Proved proved(ByteBuffer in) throws Malformed {
        ECPoint point = point(in);
        ECPoint v = point(in);
        BigInteger r = new BigInteger(1, array(in, SCALAR_BYTES));
        if (r.compareTo(ECJPAKECurves.NIST_P256.getN()) >= 0) {
            throw new Malformed("a number above the curve's order");
        }
        return new Proved(point, v, r);
    }

    private static ECPoint point(ByteBuffer in) throws Malformed {
        byte[] encoded = array(in, 1 + 2 * SCALAR_BYTES);
        if (encoded[0] != 4) {
            throw new Malformed("not an uncompressed point");
        }
        try {
            return ECJPAKECurves.NIST_P256.getCurve().decodePoint(encoded);
        } catch (IllegalArgumentException e) {
            throw new Malformed("a point that isn't on the curve");
        }
    }
}
