package io.pipit.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A CoAP message as it travels over a reliable transport (RFC 8323, section 3.2). Immutable as long
 * as nobody writes to its arrays.
 *
 * <pre>
 * Len:4 TKL:4 | Extended Length 0, 1, 2, 4 bytes | Code 1 | Token 0-8 | Options | 0xFF Payload
 * </pre>
 *
 * <p>Len counts what follows the token: 0 to 12 bytes as it is, 13, 14 and 15 with one, two and
 * four bytes more.
 *
 * @param code {@code class * 100 + detail}: 205 is 2.05 Content, 1 is GET
 * @param token 0 to 8 bytes
 * @param payload may be empty
 */
public record Frame(int code, byte[] token, Options options, byte[] payload) {
    /** Empty message: may be sent at any time and is ignored (RFC 8323, section 3.4). */
    public static final int EMPTY = 0;

    public static final int GET = 1;
    public static final int POST = 2;
    public static final int PUT = 3;
    public static final int DELETE = 4;

    /** Capabilities and settings: each side's first message (section 5.3). */
    public static final int CSM = 701;

    public static final int PING = 702;
    public static final int PONG = 703;

    /** The sender is about to close and takes no more requests (section 5.5). */
    public static final int RELEASE = 704;

    /** The sender gives up on the connection (section 5.6). */
    public static final int ABORT = 705;

    /** Of a CSM: the largest message that its sender takes, bytes. */
    public static final int CSM_MAX_MESSAGE_SIZE = 2;

    /** Of a CSM: its sender can do block-wise transfers, BERT where its messages may be large. */
    public static final int CSM_BLOCK_WISE_TRANSFER = 4;

    /** Of a Ping and its Pong. */
    public static final int PING_CUSTODY = 2;

    /** Of a Release: where to connect instead, may be there several times. */
    public static final int RELEASE_ALTERNATIVE_ADDRESS = 2;

    /** Of a Release: seconds to wait before the next connection. */
    public static final int RELEASE_HOLD_OFF = 4;

    /** Of an Abort: the number of the CSM option that wasn't understood. */
    public static final int ABORT_BAD_CSM_OPTION = 2;

    /** What a peer takes that didn't say (section 5.3.1), bytes. */
    public static final int MESSAGE_BYTES_BASE = 1_152;

    /** The header, the longest extended length, code, token and payload marker: bytes. */
    public static final int OVERHEAD_BYTES_MAX = 1 + 4 + 1 + 8 + 1;

    private static final int TOKEN_BYTES_MAX = 8;

    /** All of a message but its payload, and a byte of that, fit into this or can't be read. */
    private static final int HEAD_BYTES_MAX = OVERHEAD_BYTES_MAX + Options.BYTES_MAX + 1;

    private static final int MARKER = 0xff;
    private static final int DIAGNOSTIC_CHARS_MAX = 200;
    private static final int ONE_BYTE_BASE = 13;
    private static final int TWO_BYTES_BASE = 269;
    private static final int FOUR_BYTES_BASE = 65_805;
    private static final byte[] NOTHING = {};

    public Frame {
        if (token.length > TOKEN_BYTES_MAX) {
            throw new IllegalArgumentException("a token of " + token.length + " bytes");
        }
        if (code < 0 || code / 100 > 7 || code % 100 > 31) {
            throw new IllegalArgumentException("not a code: " + code);
        }
    }

    /** Without payload. */
    public Frame(int code, byte[] token, Options options) {
        this(code, token, options, NOTHING);
    }

    /** A signalling message without token and payload. */
    public static Frame signal(int code, Options options) {
        return new Frame(code, NOTHING, options, NOTHING);
    }

    /**
     * Gives up on a connection (section 5.6).
     *
     * @param why for the other side's people
     */
    public static Frame abort(String why, Options options) {
        return new Frame(ABORT, NOTHING, options, why.getBytes(StandardCharsets.UTF_8));
    }

    /** What a payload says to people (RFC 7252, section 5.5.2); not more than a line of it. */
    public String diagnostic() {
        String text = new String(payload, StandardCharsets.UTF_8);
        return text.lines()
                .findFirst()
                .map(line -> line.substring(0, Math.min(line.length(), DIAGNOSTIC_CHARS_MAX)))
                .orElse("");
    }

    /** Whether it speaks of the connection rather than of a resource: 7.xx. */
    public boolean isSignal() {
        return code / 100 == 7;
    }

    /** Whether it asks for something: 0.01 to 0.31. */
    public boolean isRequest() {
        return code > 0 && code < 100;
    }

    /** Whether it answers something: 2.xx, 4.xx or 5.xx. */
    public boolean isResponse() {
        return code / 100 == 2 || code / 100 == 4 || code / 100 == 5;
    }

    /** The code as people write it: {@code 2.05}. */
    public String codeText() {
        return "%d.%02d".formatted(code / 100, code % 100);
    }

    /** The message's bytes. */
    public byte[] encode() {
        byte[] head = encodeHead(payload.length);
        byte[] whole = Arrays.copyOf(head, Math.addExact(head.length, payload.length));
        System.arraycopy(payload, 0, whole, head.length, payload.length);
        return whole;
    }

    /**
     * All of the message but its payload, for one that is sent from elsewhere right after it.
     *
     * @param payloadBytes how many bytes follow, 0 to 2^31 - 1 in place of {@link #payload}
     */
    public byte[] encodeHead(int payloadBytes) {
        ByteBuffer body = ByteBuffer.allocate(options.bytesMax() + 1);
        options.encode(body);
        if (payloadBytes > 0) {
            body.put((byte) MARKER);
        }
        body.flip();
        int length = Math.addExact(body.remaining(), payloadBytes);
        int more =
                length < ONE_BYTE_BASE
                        ? 0
                        : length < TWO_BYTES_BASE ? 1 : length < FOUR_BYTES_BASE ? 2 : 4;
        ByteBuffer out = ByteBuffer.allocate(2 + more + token.length + body.remaining());
        int nibble = more == 0 ? length : more == 1 ? 13 : more == 2 ? 14 : 15;
        out.put((byte) (nibble << 4 | token.length));
        switch (more) {
            case 1 -> out.put((byte) (length - ONE_BYTE_BASE));
            case 2 -> out.putShort((short) (length - TWO_BYTES_BASE));
            case 4 -> out.putInt(length - FOUR_BYTES_BASE);
            default -> {
                // the nibble said it all
            }
        }
        return out.put((byte) ((code / 100) << 5 | code % 100)).put(token).put(body).array();
    }

    /**
     * A message whose payload is taken apart from it.
     *
     * @param frame without its payload
     * @param bytes of the message before the payload, or all of it where it has none
     * @param payloadBytes that follow
     */
    public record Head(Frame frame, int bytes, int payloadBytes) {}

    /**
     * Takes the next message off the front of a stream.
     *
     * @param in what has arrived, big-endian; its position moves behind the message, and not at all
     *     where that isn't complete
     * @param messageBytesMax the largest message that was announced; a longer one is refused by its
     *     header, before anything is made for it
     * @return nothing as long as more bytes are needed
     * @throws WireException where the stream can't be read any further
     */
    public static Optional<Frame> decode(ByteBuffer in, int messageBytesMax) throws WireException {
        int start = in.position();
        Start first = Start.of(in, messageBytesMax);
        if (first == null || in.remaining() < first.total) {
            return Optional.empty();
        }
        ByteBuffer message = in.slice(start, first.total);
        Frame head = first.head(message);
        byte[] payload = new byte[message.remaining()];
        message.get(payload);
        in.position(start + first.total);
        return Optional.of(new Frame(head.code, head.token, head.options, payload));
    }

    /**
     * Takes all but the payload of the next message off the front of a stream, so that the payload
     * can be taken as it arrives.
     *
     * @param in as for {@link #decode}; its position moves behind what was taken
     * @param messageBytesMax as for {@link #decode}
     * @return nothing as long as more bytes are needed: of a large message about {@link
     *     Options#BYTES_MAX}, so that its options are all there
     * @throws WireException where the stream can't be read any further
     */
    public static Optional<Head> decodeHead(ByteBuffer in, int messageBytesMax)
            throws WireException {
        int start = in.position();
        Start first = Start.of(in, messageBytesMax);
        if (first == null || in.remaining() < Math.min(first.total, HEAD_BYTES_MAX)) {
            return Optional.empty();
        }
        ByteBuffer message = in.slice(start, Math.min(first.total, in.remaining()));
        Frame head = first.head(message);
        int bytes = message.position();
        in.position(start + bytes);
        return Optional.of(new Head(head, bytes, first.total - bytes));
    }

    /**
     * How long the message at the front of a stream is in all; nothing where that isn't known yet.
     *
     * @throws WireException as for {@link #decode}
     */
    public static OptionalInt bytesOf(ByteBuffer in, int messageBytesMax) throws WireException {
        Start first = Start.of(in, messageBytesMax);
        return first == null ? OptionalInt.empty() : OptionalInt.of(first.total);
    }

    /**
     * What the first bytes say.
     *
     * @param codeAt where the code stands
     * @param total bytes of the message
     */
    private record Start(int codeAt, int tokenBytes, int total) {
        static @Nullable Start of(ByteBuffer in, int messageBytesMax) throws WireException {
            int start = in.position();
            if (!in.hasRemaining()) {
                return null;
            }
            int head = in.get(start) & 0xff;
            int nibble = head >> 4;
            int tokenBytes = head & 0xf;
            if (tokenBytes > TOKEN_BYTES_MAX) {
                throw new WireException("a token of " + tokenBytes + " bytes");
            }
            int more = nibble < 13 ? 0 : nibble == 13 ? 1 : nibble == 14 ? 2 : 4;
            if (in.remaining() < 1 + more) {
                return null;
            }
            long length =
                    switch (more) {
                        case 1 -> (in.get(start + 1) & 0xff) + (long) ONE_BYTE_BASE;
                        case 2 -> (in.getShort(start + 1) & 0xffff) + (long) TWO_BYTES_BASE;
                        case 4 -> (in.getInt(start + 1) & 0xffffffffL) + FOUR_BYTES_BASE;
                        default -> nibble;
                    };
            long total = 2 + more + tokenBytes + length;
            if (total > messageBytesMax) {
                throw new WireException(
                        "a message of "
                                + total
                                + " bytes where "
                                + messageBytesMax
                                + " are allowed");
            }
            return new Start(1 + more, tokenBytes, (int) total);
        }

        /** All but the payload; the position moves to where that begins. */
        Frame head(ByteBuffer message) throws WireException {
            message.position(codeAt);
            int code = message.get() & 0xff;
            byte[] token = new byte[tokenBytes];
            message.get(token);
            Options options = Options.decode(message);
            return new Frame((code >> 5) * 100 + (code & 31), token, options);
        }
    }

    @Override
    public String toString() {
        return codeText() + " " + HexFormat.of().formatHex(token) + " +" + payload.length;
    }
}
