package io.pipit.coap.door;

/**
 * Tells what a datagram of DTLS 1.2 holds by its headers alone, without making an object: RFC 6347,
 * sections 4.1 and 4.2.2; RFC 9146, section 4.
 */
public final class DtlsDatagram {
    /** What it begins with. */
    public enum Kind {
        /** Nothing that DTLS 1.2 allows, or that a node ever sends: to be dropped. */
        MALFORMED,
        /** A ClientHello that answers nothing. */
        HELLO,
        /** A ClientHello that says that it has the cookie for its address. */
        HELLO_WITH_COOKIE,
        /** A record of a session, by its connection ID. */
        CONNECTION_ID,
        /** Any other: it belongs to a session or a handshake that goes by the address. */
        OTHER
    }

    /** What a HelloVerifyRequest with its record takes: no ClientHello may be smaller. */
    public static final int HELLO_VERIFY_BYTES = 60;

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int APPLICATION_DATA = 23;
    private static final int TLS12_CID = 25;
    private static final int CLIENT_HELLO = 1;
    private static final int DTLS_MAJOR = 0xfe;
    private static final int DTLS_1_2_MINOR = 0xfd;

    // Places in a record: type 1, version 2, epoch 2, sequence number 6, length 2.
    private static final int EPOCH = 3;
    private static final int SEQUENCE_NUMBER = 5;
    private static final int LENGTH = 11;
    private static final int RECORD_BYTES = 13;

    // In a handshake message: type 1, length 3, sequence 2, fragment's offset 3, its length 3.
    private static final int MESSAGE_LENGTH = 1;
    private static final int FRAGMENT_OFFSET = 6;
    private static final int FRAGMENT_LENGTH = 9;
    private static final int MESSAGE_BYTES = 12;

    // In a ClientHello: version 2, random 32, session ID 1 + n, cookie 1 + n.
    private static final int RANDOM = 2;
    private static final int RANDOM_END = 34;
    private static final int SESSION_BYTES_MAX = 32;
    private static final int COOKIE_BYTES = 32;

    private DtlsDatagram() {}

    /**
     * What it is.
     *
     * @param idBytes length of the connection IDs that this node gives out
     */
    public static Kind of(byte[] data, int offset, int length, int idBytes) {
        if (length < RECORD_BYTES || !isRecord(data, offset)) {
            return Kind.MALFORMED;
        }
        boolean withId = data[offset] == TLS12_CID;
        int head = withId ? RECORD_BYTES + idBytes : RECORD_BYTES;
        if (length < head || number(data, offset + head - 2, 2) > length - head) {
            // Cut off within a head, the library throws at it.
            return Kind.MALFORMED;
        }
        if (isHello(data, offset)) {
            return hello(data, offset, length);
        }
        if (holdsMore(data, offset, length, idBytes)) {
            // At a hello the library ends the session of whoever seems to have sent that.
            return Kind.MALFORMED;
        }
        return withId ? Kind.CONNECTION_ID : Kind.OTHER;
    }

    /**
     * Whether a datagram begins with a record of a session: plain application data, or with its ID.
     */
    public static boolean isApplicationData(byte[] data, int offset, int length) {
        return length > 0 && (data[offset] == APPLICATION_DATA || data[offset] == TLS12_CID);
    }

    /** Whether the connection ID of this record, of kind {@code CONNECTION_ID}, is one of ours. */
    public static boolean isOurs(byte[] data, int offset, ConnectionIds ids) {
        return ids.contains(data, offset + LENGTH);
    }

    /** Stands for this ClientHello, however often it is sent. */
    public static long fingerprint(byte[] data, int offset) {
        int random = offset + RECORD_BYTES + MESSAGE_BYTES + RANDOM;
        long number = Hashes.number(data, random, random + Long.BYTES);
        return Hashes.mix(number)
                ^ Hashes.number(data, random + Long.BYTES, random + 2 * Long.BYTES);
    }

    private static boolean isRecord(byte[] data, int offset) {
        int type = data[offset];
        boolean newVersion = data[offset + 2] == (byte) DTLS_1_2_MINOR;
        return type >= CHANGE_CIPHER_SPEC
                && type <= TLS12_CID
                && type != TLS12_CID - 1
                && data[offset + 1] == (byte) DTLS_MAJOR
                // Hellos come in records of 1.0 too, so that everybody understands them.
                && (newVersion || type < APPLICATION_DATA)
                // No session here lives for a second epoch or 2^40 records.
                && number(data, offset + EPOCH, 2) <= 1
                && data[offset + SEQUENCE_NUMBER] == 0;
    }

    private static boolean isHello(byte[] data, int offset) {
        return data[offset] == HANDSHAKE
                && number(data, offset + EPOCH, 2) == 0
                && number(data, offset + LENGTH, 2) > 0
                && data[offset + RECORD_BYTES] == CLIENT_HELLO;
    }

    /** Whether behind the first record there is one that no node sends there. */
    private static boolean holdsMore(byte[] data, int offset, int length, int idBytes) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int head = data[at] == TLS12_CID ? RECORD_BYTES + idBytes : RECORD_BYTES;
            if (end - at < head) {
                return true;
            }
            int bytes = number(data, at + head - 2, 2);
            if (bytes > end - at - head || isHello(data, at)) {
                return true;
            }
            at += head + bytes;
        }
        return false;
    }

    /** One that is alone in its datagram and whole: no node's hello is larger than a datagram. */
    private static Kind hello(byte[] data, int offset, int length) {
        int message = offset + RECORD_BYTES;
        int body = message + MESSAGE_BYTES;
        int end = offset + length;
        int bodyBytes = length - RECORD_BYTES - MESSAGE_BYTES;
        if (length < HELLO_VERIFY_BYTES
                || number(data, offset + LENGTH, 2) != length - RECORD_BYTES
                || number(data, message + MESSAGE_LENGTH, 3) != bodyBytes
                || number(data, message + FRAGMENT_OFFSET, 3) != 0
                || number(data, message + FRAGMENT_LENGTH, 3) != bodyBytes) {
            return Kind.MALFORMED;
        }
        int session = body + RANDOM_END;
        int sessionBytes = number(data, session, 1);
        int cookie = session + 1 + sessionBytes;
        if (sessionBytes > SESSION_BYTES_MAX || cookie >= end) {
            return Kind.MALFORMED;
        }
        int cookieBytes = number(data, cookie, 1);
        if (cookieBytes == 0) {
            return Kind.HELLO;
        }
        return cookieBytes == COOKIE_BYTES && cookie + cookieBytes < end
                ? Kind.HELLO_WITH_COOKIE
                : Kind.MALFORMED;
    }

    private static int number(byte[] data, int at, int bytes) {
        return (int) Hashes.number(data, at, at + bytes);
    }
}
