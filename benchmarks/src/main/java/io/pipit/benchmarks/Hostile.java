package io.pipit.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Strangers at 2,000 addresses of 127.0.0.0/8 who send one node what they like. One thread. */
final class Hostile implements AutoCloseable {
    static final int SOURCES = 2_000;

    private static final int HELLO_VERIFY_REQUEST = 3;
    private static final int RECORD_BYTES = 13;
    private static final int COOKIE_LENGTH = RECORD_BYTES + 12 + 2;
    private static final byte[] NO_COOKIE = new byte[0];

    /** ECDHE-ECDSA with AES-128-GCM, raw public keys, secp256r1: what a node speaks. */
    private static final byte[] OFFER =
            HexFormat.of()
                    .parseHex(
                            "0002c02b01000026000a000400020017000b00020100"
                                    + "000d0004000204030013000201020014000201020017"
                                    + "0000");

    private final InetSocketAddress target;
    private final DatagramChannel[] channels = new DatagramChannel[SOURCES];
    private final byte[] @Nullable [] hellos = new byte[SOURCES][];
    private final ByteBuffer answer = ByteBuffer.allocate(2_048);
    private final Random random = new Random(5);
    private long sent;
    private long refused;
    private long halfOpen;
    private long answeredBytes;
    private long sentBytes;

    Hostile(InetSocketAddress target) throws IOException {
        this.target = target;
        for (int i = 0; i < SOURCES; i++) {
            byte[] source = {127, 66, (byte) (i >> 8), (byte) i};
            channels[i] = DatagramChannel.open();
            channels[i].bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
            channels[i].configureBlocking(false);
        }
    }

    /**
     * Sends so many, of all kinds.
     *
     * @param perSecond how fast; what the machine can't do is said by how long it takes
     */
    void flood(long many, int perSecond) throws IOException {
        long begin = System.nanoTime();
        long until = sent + many;
        // Not each turn has something to send: who got no cookie can't go on.
        for (long i = 0; sent < until; i++) {
            pace(begin, i, perSecond);
            int source = (int) (i % SOURCES);
            switch ((int) (i / SOURCES % 10)) {
                case 0, 1 -> send(source, noise(random.nextInt(1, 200)));
                case 2, 3 -> send(source, hello(random.nextLong(), 0, NO_COOKIE));
                case 4 -> send(source, hello(random.nextLong(), 1, noise(32)));
                case 5 -> begin(source);
                case 6 -> goOn(source);
                case 7 -> send(source, record(25, 1, i, noise(60)));
                case 8 -> send(source, record(23, 1, 7, new byte[60]));
                default ->
                        send(
                                source,
                                i % 2 == 0
                                        ? new byte[] {0x40, 1, 0, 1}
                                        : record(22, 0, i, fragment()));
            }
        }
    }

    /** Begins so many handshakes and leaves each half-open. */
    void leaveHalfOpen(long many, int perSecond) throws IOException {
        long begin = System.nanoTime();
        // Answers come meanwhile: so the second half of each follows some others' first.
        int behind = 50;
        for (long i = 0; i < many + behind; i++) {
            pace(begin, i, perSecond);
            if (i < many) {
                begin((int) (i % SOURCES));
            }
            if (i >= behind) {
                goOn((int) ((i - behind) % SOURCES));
            }
        }
    }

    private static void pace(long begin, long i, int perSecond) {
        long due = begin + i * 1_000_000_000L / perSecond;
        if (i % 20 == 0) {
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private void begin(int source) throws IOException {
        byte[] hello = hello(random.nextLong(), 0, NO_COOKIE);
        hellos[source] = hello;
        send(source, hello);
    }

    private void goOn(int source) throws IOException {
        byte[] hello = hellos[source];
        answer.clear();
        for (; channels[source].receive(answer) != null; answer.clear()) {
            answeredBytes += answer.position();
            byte[] verify = Arrays.copyOf(answer.array(), answer.position());
            if (hello != null
                    && verify.length > COOKIE_LENGTH
                    && verify[RECORD_BYTES] == HELLO_VERIFY_REQUEST) {
                int from = COOKIE_LENGTH + 1;
                byte[] cookie = Arrays.copyOfRange(verify, from, from + verify[COOKIE_LENGTH]);
                send(source, withCookie(hello, cookie));
                halfOpen++;
                hellos[source] = null;
                hello = null;
            }
        }
    }

    private void send(int source, byte[] bytes) throws IOException {
        if (channels[source].send(ByteBuffer.wrap(bytes), target) == 0) {
            refused++;
        }
        sent++;
        sentBytes += bytes.length;
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] hello(long seed, int sequence, byte[] cookie) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return hello(bytes, sequence, cookie);
    }

    private static byte[] withCookie(byte[] hello, byte[] cookie) {
        int from = RECORD_BYTES + 12 + 2;
        return hello(Arrays.copyOfRange(hello, from, from + 32), 1, cookie);
    }

    private static byte[] hello(byte[] random, int sequence, byte[] cookie) {
        int body = 2 + 32 + 1 + 1 + cookie.length + OFFER.length;
        ByteBuffer message = ByteBuffer.allocate(12 + body);
        message.put((byte) 1).put((byte) 0).putShort((short) body).putShort((short) sequence);
        message.put((byte) 0).putShort((short) 0).put((byte) 0).putShort((short) body);
        message.putShort((short) 0xfefd).put(random).put((byte) 0);
        message.put((byte) cookie.length).put(cookie).put(OFFER);
        return record(22, 0, sequence, message.array());
    }

    private static byte[] fragment() {
        return HexFormat.of().parseHex("0b000100000100000000001000000000000000000000000000000000");
    }

    private static byte[] record(int type, int epoch, long sequence, byte[] fragment) {
        ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES + fragment.length);
        record.put((byte) type).putShort((short) 0xfefd).putShort((short) epoch);
        record.putShort((short) 0).putInt((int) sequence);
        record.putShort((short) fragment.length).put(fragment);
        return record.array();
    }

    long sent() {
        return sent;
    }

    long halfOpen() {
        return halfOpen;
    }

    /** Bytes that came back for each byte sent. */
    double amplification() {
        return (double) answeredBytes / sentBytes;
    }

    long refused() {
        return refused;
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel channel : channels) {
            channel.close();
        }
    }
}
