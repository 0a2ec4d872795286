package io.pipit.coap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Somebody with an address of 127.0.0.0/8 who sends what they like. */
final class Stranger implements AutoCloseable {
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int HELLO_VERIFY_REQUEST = 3;

    /** Where the cookie's length is in a HelloVerifyRequest with its record. */
    private static final int COOKIE_LENGTH = 13 + 12 + 2;

    /** ECDHE-ECDSA with AES-128-GCM, raw public keys, secp256r1: what a node speaks. */
    private static final byte[] OFFER =
            HexFormat.of()
                    .parseHex(
                            "0002c02b0100"
                                    + "0026"
                                    + "000a000400020017"
                                    + "000b00020100"
                                    + "000d000400020403"
                                    + "001300020102"
                                    + "001400020102"
                                    + "00170000");

    private final DatagramSocket socket;
    private final InetSocketAddress target;

    Stranger(InetAddress source, InetSocketAddress target) throws IOException {
        this.socket = new DatagramSocket(new InetSocketAddress(source, 0));
        this.target = target;
    }

    /** One of many addresses that no other test uses. */
    static InetAddress source(int number) {
        byte[] address = {127, 77, (byte) (number >> 8), (byte) number};
        try {
            return InetAddress.getByAddress(address);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    void send(byte[] bytes) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, target));
    }

    /** What comes back first; null where nothing does. */
    byte @Nullable [] receive(Duration atMost) throws IOException {
        socket.setSoTimeout((int) atMost.toMillis());
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            return null;
        }
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    /** All that comes back until it is quiet for so long, bytes. */
    int answered(Duration quiet) throws IOException {
        int bytes = 0;
        for (byte[] some = receive(quiet); some != null; some = receive(quiet)) {
            bytes += some.length;
        }
        return bytes;
    }

    /**
     * Begins a handshake, shows that its address is its own, and leaves it at that.
     *
     * @return whether it got as far as that
     */
    boolean leaveHalfOpen(long random, Duration patience) throws IOException {
        send(hello(random, 0, new byte[0]));
        byte[] verify = receive(patience);
        byte[] cookie = verify == null ? null : cookie(verify);
        if (cookie == null) {
            return false;
        }
        send(hello(random, 1, cookie));
        return true;
    }

    /** What a HelloVerifyRequest brings; null where it is another thing. */
    static byte @Nullable [] cookie(byte[] datagram) {
        if (datagram[0] != HANDSHAKE || datagram[13] != HELLO_VERIFY_REQUEST) {
            return null;
        }
        int from = COOKIE_LENGTH + 1;
        return Arrays.copyOfRange(datagram, from, from + datagram[COOKIE_LENGTH]);
    }

    /** A ClientHello in its record. */
    static byte[] hello(long random, int sequence, byte[] cookie) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {(byte) 0xfe, (byte) 0xfd});
        byte[] bytes = new byte[32];
        new Random(random).nextBytes(bytes);
        body.writeBytes(bytes);
        body.write(0);
        body.write(cookie.length);
        body.writeBytes(cookie);
        body.writeBytes(OFFER);
        return handshake(CLIENT_HELLO, sequence, body.toByteArray());
    }

    /** A handshake message in a record of epoch 0. */
    static byte[] handshake(int type, int sequence, byte[] body) {
        ByteBuffer message = ByteBuffer.allocate(12 + body.length);
        message.put((byte) type).put((byte) 0).putShort((short) body.length);
        message.putShort((short) sequence);
        message.put((byte) 0).putShort((short) 0);
        message.put((byte) 0).putShort((short) body.length);
        message.put(body);
        return record(HANDSHAKE, 0, sequence, message.array());
    }

    static byte[] record(int type, int epoch, long sequence, byte[] fragment) {
        ByteBuffer record = ByteBuffer.allocate(13 + fragment.length);
        record.put((byte) type).put((byte) 0xfe).put((byte) 0xfd);
        record.putShort((short) epoch);
        record.putShort((short) (sequence >> 32)).putInt((int) sequence);
        record.putShort((short) fragment.length).put(fragment);
        return record.array();
    }

    @Override
    public void close() {
        socket.close();
    }
}
