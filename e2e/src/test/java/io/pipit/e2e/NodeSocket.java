package io.pipit.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Asks a node over its Unix socket (CoAP over TCP, RFC 8323, section 3.2) by code of its own. A
 * verb asks the same and takes a Java for it, which is a second and more of a processor: too much
 * for looking again and again how far something is.
 */
final class NodeSocket {
    static final int GET = 1;
    static final int POST = 2;
    static final int PUT = 3;
    static final int DELETE = 4;

    static final int LINKS = 40;
    static final int JSON = 50;
    static final int SENML_JSON = 110;
    static final int ANY = -1;

    /** 7.01 with Max-Message-Size 8 MB and Block-Wise-Transfer. */
    private static final byte[] CSM = {0x50, (byte) 0xe1, 0x23, (byte) 0x80, 0x00, 0x00, 0x20};

    private static final int URI_PATH = 11;
    private static final int CONTENT_FORMAT = 12;
    private static final int URI_QUERY = 15;
    private static final int ACCEPT = 17;
    private static final int PAYLOAD_MARKER = 0xff;

    /** Signals are 7.xx. */
    private static final int SIGNAL_CLASS = 7;

    /**
     * What came back.
     *
     * @param code 205 for 2.05
     */
    record Answer(int code, byte[] payload) {
        String text() {
            return new String(payload, UTF_8);
        }
    }

    private NodeSocket() {}

    /** Reads something, {@code /peers} or {@code /history?series=**}. */
    static Answer get(Path socket, String target, int accept) throws IOException {
        return ask(socket, GET, target, accept, new byte[0]);
    }

    /** Asks one question on a connection of its own; a payload is JSON. */
    static Answer ask(Path socket, int method, String target, int accept, byte[] payload)
            throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            write(channel, CSM);
            write(channel, request(method, target, accept, payload));
            InputStream in = Channels.newInputStream(channel);
            while (true) {
                Answer answer = read(in);
                if (answer.code / 100 != SIGNAL_CLASS) {
                    return answer;
                }
            }
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            int _ = channel.write(left);
        }
    }

    private static byte[] request(int method, String target, int accept, byte[] payload) {
        String[] parts = target.split("\\?", 2);
        Options options = new Options();
        for (String segment : parts[0].substring(1).split("/", -1)) {
            options.add(URI_PATH, segment.getBytes(UTF_8));
        }
        if (payload.length > 0) {
            options.add(CONTENT_FORMAT, new byte[] {JSON});
        }
        if (parts.length > 1) {
            for (String query : parts[1].split("&", -1)) {
                options.add(URI_QUERY, query.getBytes(UTF_8));
            }
        }
        if (accept != ANY) {
            options.add(ACCEPT, new byte[] {(byte) accept});
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(options.bytes.toByteArray());
        if (payload.length > 0) {
            body.write(PAYLOAD_MARKER);
            body.writeBytes(payload);
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        int[] length = nibble(body.size());
        frame.write(length[0] << 4);
        extended(frame, length);
        frame.write(method);
        frame.writeBytes(body.toByteArray());
        return frame.toByteArray();
    }

    /** RFC 7252, section 3.1. */
    private static final class Options {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int last;

        void add(int number, byte[] value) {
            int[] delta = nibble(number - last);
            int[] length = nibble(value.length);
            bytes.write(delta[0] << 4 | length[0]);
            extended(bytes, delta);
            extended(bytes, length);
            bytes.writeBytes(value);
            last = number;
        }
    }

    /** Four bits, then how many bytes follow, and what they say. */
    private static int[] nibble(int number) {
        if (number < 13) {
            return new int[] {number, 0, 0};
        }
        return number < 269 ? new int[] {13, 1, number - 13} : new int[] {14, 2, number - 269};
    }

    private static void extended(ByteArrayOutputStream out, int[] number) {
        for (int left = number[1]; left > 0; left--) {
            out.write(number[2] >> (8 * (left - 1)));
        }
    }

    private static Answer read(InputStream in) throws IOException {
        int first = in.read();
        if (first < 0) {
            throw new EOFException("the node closed the connection");
        }
        int length = first >> 4;
        if (length >= 13) {
            int[] offsets = {13, 269, 65_805};
            int more = 1 << (length - 13);
            int number = 0;
            for (byte each : in.readNBytes(more)) {
                number = number << 8 | (each & 0xff);
            }
            length = number + offsets[length - 13];
        }
        int code = in.read();
        byte[] _ = in.readNBytes(first & 0xf);
        byte[] rest = in.readNBytes(length);
        return new Answer((code >> 5) * 100 + (code & 0x1f), payload(rest));
    }

    private static byte[] payload(byte[] rest) {
        int at = 0;
        while (at < rest.length && (rest[at] & 0xff) != PAYLOAD_MARKER) {
            int delta = (rest[at] & 0xff) >> 4;
            int length = rest[at] & 0xf;
            at += 1 + (delta == 13 ? 1 : delta == 14 ? 2 : 0);
            int value = length;
            if (length == 13) {
                value = 13 + (rest[at++] & 0xff);
            } else if (length == 14) {
                value = 269 + ((rest[at++] & 0xff) << 8 | (rest[at++] & 0xff));
            }
            at += value;
        }
        return Arrays.copyOfRange(rest, Math.min(at + 1, rest.length), rest.length);
    }
}
