package io.pipit.mqtt.broker;

import io.pipit.config.text.BrokerAddress;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.jspecify.annotations.Nullable;

/**
 * The way to a broker, in place of the library's own: with an end to all that it waits for, since
 * {@link #stop} closes the socket under whatever is being done with it, and with the broker's name
 * checked. Guards the library, besides: from an end that comes before it has started all its
 * threads, for which it would wait for ever, and from a length that no packet here has, for which
 * it would make room at once. And reads along why the broker refuses the connection, since the
 * library doesn't know all reasons for that.
 */
final class BrokerSocket implements NetworkModule {
    /** How long one of the broker's addresses may take to take the connection, milliseconds. */
    static final int CONNECT_MILLIS_MAX = 5_000;

    /** How long the handshake of TLS may be silent, milliseconds. */
    static final int HANDSHAKE_MILLIS_MAX = 8_000;

    /** Of an incoming packet: a command or an acknowledgement. */
    static final int PACKET_BYTES_MAX = 256 * 1024;

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final Login.Identity login;
    private final CountDownLatch written = new CountDownLatch(1);
    private @Nullable Socket plain;
    private @Nullable Socket usable;
    private boolean stopped;
    private volatile @Nullable Reason answer;

    BrokerSocket(Login.Identity login) {
        this.login = login;
    }

    @Override
    public void start() throws IOException {
        BrokerAddress broker = login.broker();
        Socket socket = connected(broker);
        if (!broker.tls()) {
            use(socket);
            return;
        }
        SSLSocket tls =
                (SSLSocket)
                        Certificates.sockets(login)
                                .createSocket(socket, broker.host(), broker.port(), true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(PROTOCOLS);
        tls.setSSLParameters(parameters);
        socket.setSoTimeout(HANDSHAKE_MILLIS_MAX);
        tls.startHandshake();
        socket.setSoTimeout(0);
        use(tls);
    }

    /** By the first of its addresses that answers. */
    private Socket connected(BrokerAddress broker) throws IOException {
        IOException first = null;
        for (InetAddress address : InetAddress.getAllByName(broker.host())) {
            Socket socket = new Socket();
            register(socket);
            try {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(address, broker.port()), CONNECT_MILLIS_MAX);
                return socket;
            } catch (IOException e) {
                socket.close();
                first = first == null ? e : first;
            }
        }
        throw first == null ? new SocketException("no address") : first;
    }

    /** Before it is waited for, so that it can be closed meanwhile. */
    private synchronized void register(Socket socket) throws IOException {
        plain = socket;
        if (stopped) {
            socket.close();
            throw new SocketException("given up");
        }
    }

    private synchronized void use(Socket socket) throws IOException {
        if (stopped) {
            socket.close();
            throw new SocketException("given up");
        }
        usable = socket;
    }

    private synchronized Socket socket() throws IOException {
        Socket socket = usable;
        if (socket == null) {
            throw new SocketException("not connected");
        }
        return socket;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new Incoming(socket().getInputStream());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new Outgoing(socket().getOutputStream());
    }

    /** Below TLS, whose own closing would wait for a broker that reads nothing. */
    @Override
    public synchronized void stop() throws IOException {
        stopped = true;
        if (plain != null) {
            plain.close();
        }
    }

    /** What the broker said to the connection, where it refused it. */
    Optional<Reason> refusal() {
        return Optional.ofNullable(answer).filter(Reason::isFailure);
    }

    @Override
    public String getServerURI() {
        return login.broker().toString();
    }

    /** Lets nothing through, an end least of all, before the connection was asked for. */
    private final class Incoming extends FilterInputStream {
        private static final int CONTINUES = 0x80;
        private static final int SEVEN_BITS = 7;

        /** Of a CONNACK: its flags, and the reason code (MQTT 5, section 3.2.2). */
        private static final int ANSWER_BYTES = 2;

        private int answered;
        private boolean inLength;
        private int shift;
        private long length;
        private long left;

        Incoming(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            await();
            int read = super.read();
            if (read >= 0) {
                follow(read);
            }
            return read;
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            await();
            // Within a packet, or else one by one: its length must be seen before it is used.
            if (left == 0) {
                int one = most == 0 ? 0 : read();
                if (one < 0 || most == 0) {
                    return most == 0 ? 0 : -1;
                }
                into[from] = (byte) one;
                return 1;
            }
            int read = super.read(into, from, (int) Math.min(most, left));
            for (int i = 0; i < read && answered < ANSWER_BYTES; i++) {
                readAlong(into[from + i] & 0xFF);
            }
            left -= Math.max(0, read);
            return read;
        }

        private void await() throws IOException {
            try {
                written.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SocketException("interrupted");
            }
        }

        /** What the first packet has; nothing comes before the CONNACK. */
        private void readAlong(int one) {
            if (answered < ANSWER_BYTES && ++answered == ANSWER_BYTES) {
                answer = new Reason(one);
            }
        }

        /** Where the stream is within its packets (MQTT 5, section 2.1). */
        private void follow(int read) throws IOException {
            if (left > 0) {
                readAlong(read);
                left--;
            } else if (!inLength) {
                inLength = true;
                shift = 0;
                length = 0;
            } else {
                length |= (long) (read & ~CONTINUES & 0xFF) << shift;
                shift += SEVEN_BITS;
                if (length > PACKET_BYTES_MAX || shift > 4 * SEVEN_BITS) {
                    throw new IOException(
                            "it sent a packet of more than " + PACKET_BYTES_MAX + " bytes");
                }
                if ((read & CONTINUES) == 0) {
                    inLength = false;
                    left = length;
                }
            }
        }
    }

    /** Says when the first packet goes out, whatever becomes of it. */
    private final class Outgoing extends FilterOutputStream {
        Outgoing(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            written.countDown();
            out.write(one);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            written.countDown();
            out.write(from, offset, length);
        }
    }
}
