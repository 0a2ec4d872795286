package io.pipit.discovery.multicast;

import io.pipit.model.NodeId;
import java.nio.ByteBuffer;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Whom an asker knows already, so that those needn't answer: a Bloom filter over their IDs, which
 * says yes of a few others too. Each question has a filter of its own, made with its token, so that
 * who is taken for known by one is asked by the next. Immutable.
 */
final class Known {
    /**
     * The largest filter; as base64 it is an option of at most 255 bytes (RFC 7252, section 5.10).
     */
    static final int BYTES_MAX = 144;

    /** The smallest one. */
    private static final int BYTES_MIN = 8;

    /** One byte for each that is known: with three hashes 3 of 100 others are taken for known. */
    private static final int HASHES = 3;

    private static final long MULTIPLIER_1 = 0xbf58476d1ce4e5b9L;
    private static final long MULTIPLIER_2 = 0x94d049bb133111ebL;

    private final byte[] bits;
    private final long salt;

    private Known(byte[] bits, long salt) {
        this.bits = bits;
        this.salt = salt;
    }

    /** These, for the question with this token. */
    static Known of(Collection<NodeId> ids, byte[] token) {
        byte[] bits = new byte[Math.clamp(ids.size(), BYTES_MIN, BYTES_MAX)];
        Known known = new Known(bits, salt(token));
        for (NodeId id : ids) {
            for (int i = 0; i < HASHES; i++) {
                int bit = known.bit(id, i);
                bits[bit >> 3] |= (byte) (1 << (bit & 7));
            }
        }
        return known;
    }

    /** What {@link #bytes} gave; null where that can't be. */
    static @Nullable Known read(byte[] bits, byte[] token) {
        return bits.length == 0 || bits.length > BYTES_MAX
                ? null
                : new Known(bits.clone(), salt(token));
    }

    /** Whether this one is among them; of a few it says so wrongly. */
    boolean mayHold(NodeId id) {
        for (int i = 0; i < HASHES; i++) {
            int bit = bit(id, i);
            if ((bits[bit >> 3] & (1 << (bit & 7))) == 0) {
                return false;
            }
        }
        return true;
    }

    byte[] bytes() {
        return bits.clone();
    }

    private static long salt(byte[] token) {
        long salt = 0;
        for (byte b : token) {
            salt = salt << 8 | (b & 0xff);
        }
        return salt;
    }

    /** IDs are hashes themselves; what has to be done is to mix in the token. */
    private int bit(NodeId id, int number) {
        long mixed = ByteBuffer.wrap(id.toBytes()).getLong(4 * number % 8) ^ (salt + number);
        mixed = (mixed ^ (mixed >>> 30)) * MULTIPLIER_1;
        mixed = (mixed ^ (mixed >>> 27)) * MULTIPLIER_2;
        mixed ^= mixed >>> 31;
        return (int) Long.remainderUnsigned(mixed, 8L * bits.length);
    }
}
