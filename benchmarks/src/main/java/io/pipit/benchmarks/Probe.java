package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Asks programs whether they are up. */
final class Probe {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** How long an answer may take. */
    static final int PATIENCE_MILLIS = 20;

    /** CON, GET, its message ID and no token; {@code /.well-known/core}. */
    private static final byte[] COAP_QUESTION = coapQuestion();

    private Probe() {}

    private static byte[] coapQuestion() {
        ByteBuffer question = ByteBuffer.allocate(32);
        question.put((byte) 0x40).put((byte) 1).putShort((short) 1);
        question.put((byte) 0xbb).put(".well-known".getBytes(US_ASCII));
        question.put((byte) 4).put("core".getBytes(US_ASCII));
        return Arrays.copyOf(question.array(), question.position());
    }

    /** Whether a CoAP server answers on this port. */
    static boolean coap(int port) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(LOOPBACK, port);
            socket.send(new DatagramPacket(COAP_QUESTION, COAP_QUESTION.length));
            byte[] answer = new byte[1_500];
            socket.receive(new DatagramPacket(answer, answer.length));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the first byte that comes back over TCP is this one. */
    static boolean tcp(int port, byte[] question, byte first) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(LOOPBACK, port));
            socket.getOutputStream().write(question);
            return socket.getInputStream().read() == first;
        } catch (IOException e) {
            return false;
        }
    }
}
