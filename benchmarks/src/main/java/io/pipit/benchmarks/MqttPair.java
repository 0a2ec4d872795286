package io.pipit.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import javax.net.SocketFactory;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.jspecify.annotations.Nullable;

/**
 * A publisher and a subscriber at a broker; the topic is a series', the payload the eight bytes of
 * a time.
 */
final class MqttPair implements AutoCloseable, Arrivals {
    /** Below mosquitto's own limit, 20. */
    private static final int IN_FLIGHT_MAX = 15;

    private static final int OWED_MAX_MILLIS = 10_000;

    private final int qos;
    private final LongConsumer arrived;
    private final MqttAsyncClient publisher;
    private final MqttAsyncClient subscriber;

    /**
     * @param arrived hears each time that comes, on a thread of the client's
     */
    MqttPair(Broker broker, int qos, LongConsumer arrived) throws MqttException {
        this.qos = qos;
        this.arrived = arrived;
        subscriber = connected(broker, "subscriber-" + qos, this);
        subscriber.subscribe("pipit" + qos + "/#", qos).waitForCompletion();
        publisher = connected(broker, "publisher-" + qos, null);
    }

    private static MqttAsyncClient connected(
            Broker broker, String id, @Nullable MqttCallback callback) throws MqttException {
        MqttAsyncClient client =
                new MqttAsyncClient("tcp://127.0.0.1:" + broker.port, id, new MemoryPersistence());
        if (callback != null) {
            client.setCallback(callback);
        }
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setSocketFactory(new NoDelay());
        client.connect(options).waitForCompletion();
        return client;
    }

    /** Waits while the broker, which writes to its disk, owes more than it takes at once. */
    void publish(long nanos) throws MqttException {
        for (int i = 0;
                publisher.getInFlightMessageCount() >= IN_FLIGHT_MAX && i < OWED_MAX_MILLIS;
                i++) {
            LockSupport.parkNanos(1_000_000);
        }
        publisher.publish(
                "pipit" + qos + "/a/tick/monotonic",
                ByteBuffer.allocate(Long.BYTES).putLong(nanos).array(),
                qos,
                false);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        arrived.accept(ByteBuffer.wrap(message.getPayload()).getLong());
    }

    @Override
    public void close() {
        try {
            publisher.disconnectForcibly(100, 100, false);
            subscriber.disconnectForcibly(100, 100, false);
            publisher.close();
            subscriber.close();
        } catch (MqttException e) {
            System.err.println("a client of mosquitto: " + e.getMessage());
        }
    }

    /** Paho's sockets leave Nagle's algorithm on, which would hold every second message back. */
    private static final class NoDelay extends SocketFactory {
        @Override
        public Socket createSocket() throws IOException {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return new Socket(host, port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort)
                throws IOException {
            return new Socket(host, port, local, localPort);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return new Socket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
                throws IOException {
            return new Socket(host, port, local, localPort);
        }
    }
}
