package io.pipit.mqtt.broker;

import io.pipit.config.text.Secret;
import io.pipit.mqtt.broker.Broker.Limits;
import io.pipit.mqtt.broker.Broker.Listener;
import io.pipit.mqtt.broker.Broker.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/**
 * One client of Eclipse Paho for one connection. Where it begins, what it waits for and when it
 * begins again isn't left to the library, which waits for a CONNACK for ever, forgets subscriptions
 * when it reconnects, and drops what it buffers.
 */
final class PahoConnection implements Broker.Connection {
    /** Commands that the broker may have sent before they are acknowledged. */
    private static final int INCOMING_MAX = 16;

    private static final int RECEIVE_MAX_DEFAULT = 65_535;
    private static final int AT_LEAST_ONCE = 1;
    private static final int DISCONNECT_WITH_WILL = 0x04;
    private static final int RETAINED_NOT_SENT = 2;
    private static final int REASON_MAX = 0xFF;

    private final Login login;
    private final Listener listener;
    private final ScheduledExecutorService pool;
    private final BrokerSocket socket;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile int qos = AT_LEAST_ONCE;
    private volatile boolean retains = true;
    private volatile @Nullable MqttAsyncClient client;

    PahoConnection(Login login, Listener listener, ScheduledExecutorService pool) {
        this.login = login;
        this.listener = listener;
        this.pool = pool;
        this.socket = new BrokerSocket(login.identity());
    }

    /** The library's client, on a socket of one's own. */
    private static final class Client extends MqttAsyncClient {
        private final NetworkModule way;

        Client(String id, NetworkModule way, ScheduledExecutorService pool) throws MqttException {
            super("tcp://broker", id, new MemoryPersistence(), null, pool);
            this.way = way;
        }

        @Override
        protected NetworkModule[] createNetworkModules(
                String address, MqttConnectionOptions options) {
            return new NetworkModule[] {way};
        }
    }

    /** What becomes of one thing that was asked of the library. */
    private record Outcome(Consumer<IMqttToken> well, Consumer<Throwable> badly)
            implements MqttActionListener {
        @Override
        public void onSuccess(IMqttToken token) {
            well.accept(token);
        }

        @Override
        public void onFailure(IMqttToken token, Throwable failure) {
            badly.accept(failure);
        }
    }

    void begin() {
        try {
            MqttAsyncClient made = new Client(login.identity().clientId(), socket, pool);
            client = made;
            made.setCallback(new Events());
            made.connect(options(), null, new Outcome(this::connected, this::failed));
        } catch (MqttException | RuntimeException e) {
            failed(e);
        }
    }

    private MqttConnectionOptions options() {
        Login.Identity identity = login.identity();
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setAutomaticReconnect(false);
        options.setCleanStart(login.clean());
        options.setSessionExpiryInterval(login.sessionExpiry().toSeconds());
        options.setKeepAliveInterval((int) identity.keepAlive().toSeconds());
        options.setReceiveMaximum(INCOMING_MAX);
        // The library takes this for a limit of what it sends, too.
        options.setMaximumPacketSize((long) BrokerSocket.PACKET_BYTES_MAX);
        options.setUseSubscriptionIdentifiers(false);
        identity.username().ifPresent(options::setUserName);
        identity.password()
                .map(Secret::reveal)
                .ifPresent(word -> options.setPassword(word.getBytes(StandardCharsets.UTF_8)));
        options.setWill(
                login.will().topic(),
                new MqttMessage(
                        login.will().payload(),
                        login.willAcknowledged() ? AT_LEAST_ONCE : 0,
                        login.will().retained(),
                        new MqttProperties()));
        return options;
    }

    private void connected(IMqttToken token) {
        MqttProperties said = token.getResponseProperties();
        Integer receiveMax = said == null ? null : said.getReceiveMaximum();
        Long packetMax = said == null ? null : said.getMaximumPacketSize();
        Integer qosMax = said == null ? null : said.getMaximumQoS();
        Boolean retainsMessages = said == null ? null : said.isRetainAvailable();
        retains = retainsMessages == null || retainsMessages;
        qos = qosMax == null ? AT_LEAST_ONCE : Math.min(AT_LEAST_ONCE, qosMax);
        if (!over.get()) {
            listener.connected(
                    new Limits(
                            receiveMax == null ? RECEIVE_MAX_DEFAULT : receiveMax,
                            Math.min(
                                    BrokerSocket.PACKET_BYTES_MAX,
                                    packetMax == null ? Long.MAX_VALUE : packetMax),
                            qos == AT_LEAST_ONCE,
                            retains));
        }
    }

    private void failed(Throwable failure) {
        lost(troubleOf(failure));
    }

    private Trouble troubleOf(Throwable failure) {
        // The library takes a reason that it doesn't know, 0x9B, for a malformed packet.
        Optional<Reason> refusal = socket.refusal();
        if (refusal.isPresent()) {
            return Trouble.refused(refusal.get());
        }
        if (!(failure instanceof MqttException known)) {
            return Trouble.of(failure);
        }
        int code = known.getReasonCode();
        if (code > 0 && code <= REASON_MAX) {
            return Trouble.refused(new Reason(code));
        }
        return code == MqttClientException.REASON_CODE_CLIENT_TIMEOUT
                        || code == MqttClientException.REASON_CODE_WRITE_TIMEOUT
                ? Trouble.silent()
                : Trouble.of(failure);
    }

    /** The end of the connection says it better, and comes after it. */
    private static void ignored(Throwable failure) {}

    /** The first one to say so ends it. */
    private void lost(Trouble why) {
        if (over.compareAndSet(false, true)) {
            cut();
            listener.lost(why);
        }
    }

    private void cut() {
        try {
            socket.stop();
        } catch (IOException e) {
            // It is closed all the same.
        }
        // What runs ends by itself, since nothing can be read or written any more.
        pool.shutdown();
    }

    @Override
    public void publish(long number, Message message) {
        MqttAsyncClient to = client;
        if (over.get() || to == null) {
            return;
        }
        try {
            to.publish(
                    message.topic(),
                    new MqttMessage(
                            message.payload(),
                            qos,
                            message.retained() && retains,
                            new MqttProperties()),
                    null,
                    new Outcome(
                            token -> listener.acknowledged(number, worst(token)),
                            PahoConnection::ignored));
        } catch (MqttException | RuntimeException e) {
            unsent(e);
        }
    }

    /** Where the library noticed the end a moment ago, it is about to say why. */
    private void unsent(Exception failure) {
        boolean ending =
                failure instanceof MqttException known
                        && known.getReasonCode()
                                == MqttClientException.REASON_CODE_CLIENT_NOT_CONNECTED;
        if (!ending) {
            failed(failure);
        }
    }

    private static Reason worst(IMqttToken token) {
        int[] codes = token.getReasonCodes();
        return codes == null || codes.length == 0
                ? Reason.SUCCESS
                : new Reason(Arrays.stream(codes).max().orElse(0));
    }

    @Override
    public void subscribe(List<String> topics) {
        MqttAsyncClient to = client;
        if (over.get() || to == null) {
            return;
        }
        MqttSubscription[] wanted =
                topics.stream()
                        .map(topic -> {
                            MqttSubscription one = new MqttSubscription(topic, qos);
                            one.setRetainAsPublished(true);
                            one.setRetainHandling(RETAINED_NOT_SENT);
                            return one;
                        })
                        .toArray(MqttSubscription[]::new);
        try {
            to.subscribe(
                    wanted,
                    null,
                    new Outcome(
                            token -> {
                                int[] codes = token.getReasonCodes();
                                listener.subscribed(
                                        codes == null
                                                ? List.of()
                                                : Arrays.stream(codes)
                                                        .mapToObj(Reason::new)
                                                        .toList());
                            },
                            PahoConnection::ignored),
                    new MqttProperties());
        } catch (MqttException | RuntimeException e) {
            unsent(e);
        }
    }

    @Override
    public void close(long willMillisMax) {
        MqttAsyncClient from = client;
        if (over.compareAndSet(false, true)) {
            try {
                if (willMillisMax > 0 && from != null && from.isConnected()) {
                    from.disconnect(0, null, null, DISCONNECT_WITH_WILL, new MqttProperties())
                            .waitForCompletion(willMillisMax);
                }
            } catch (MqttException | RuntimeException e) {
                // It hears it by the end of the connection.
            } finally {
                cut();
                listener.lost(new Trouble("was left", ""));
            }
        }
    }

    private final class Events implements MqttCallback {
        @Override
        public void disconnected(MqttDisconnectResponse response) {
            MqttException failure = response.getException();
            lost(
                    failure == null
                            ? Trouble.ended(
                                    new Reason(response.getReturnCode() & REASON_MAX),
                                    response.getReasonString())
                            : troubleOf(failure));
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            if (!over.get()) {
                listener.arrived(new Message(topic, message.getPayload(), message.isRetained()));
            }
        }

        @Override
        public void mqttErrorOccurred(MqttException failure) {
            // What comes of it is said by the end of the connection.
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // Each message has a listener of its own.
        }

        @Override
        public void connectComplete(boolean again, String server) {
            // So has the connection.
        }

        @Override
        public void authPacketArrived(int reason, MqttProperties properties) {
            // No method of extended authentication was offered.
        }
    }
}
