package io.pipit.mqtt;

import io.pipit.config.Configuration;
import io.pipit.config.text.BrokerAddress;
import io.pipit.model.Peer;
import io.pipit.mqtt.broker.Login;
import io.pipit.mqtt.broker.PahoBroker;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes readings to an MQTT broker, and sets actuators by it, from its making to {@link
 * #close}. Thread-safe. Nothing of the library is loaded before there is one.
 */
public final class MqttBridge implements AutoCloseable {
    /**
     * What the end waits for, milliseconds: a write to the disk, and the broker's hearing of it.
     */
    private static final long STOP_MILLIS_MAX = 800;

    private static final long WITHDRAW_MILLIS_MAX = 2_500;
    private static final int SHORT_ID_CHARS = 7;
    private static final Logger LOG = LoggerFactory.getLogger(MqttBridge.class);

    private final Bridge bridge;
    private final BrokerAddress broker;
    private final ScheduledExecutorService timer;

    /**
     * Begins to connect.
     *
     * @param settings with a broker
     * @param timer for nothing else; closed with the bridge
     * @param threads of the library
     */
    public MqttBridge(
            Configuration.Mqtt settings,
            BrokerAddress broker,
            Ports ports,
            ScheduledExecutorService timer,
            ThreadFactory threads) {
        this.broker = broker;
        this.timer = timer;
        bridge =
                new Bridge(
                        settings,
                        identity(settings, broker, ports.self()),
                        ports,
                        timer,
                        new PahoBroker(threads));
        if (!broker.tls() && settings.password().isPresent()) {
            LOG.warn("{}: the password goes there unencrypted; mqtts:// encrypts it", broker);
        }
        bridge.start();
    }

    static Login.Identity identity(Configuration.Mqtt settings, BrokerAddress broker, Peer self) {
        String id = self.id().toString().substring(0, SHORT_ID_CHARS).toLowerCase(Locale.ROOT);
        return new Login.Identity(
                broker,
                settings.clientId().orElse("pipit-" + self.name() + "-" + id),
                settings.username(),
                settings.password(),
                settings.ca(),
                settings.certificate(),
                settings.key(),
                settings.keepAlive());
    }

    /** Where it connects to. */
    public BrokerAddress broker() {
        return broker;
    }

    /** How many places of all logs wait to be published. */
    public long waiting() {
        return bridge.waiting();
    }

    /** How many messages wait for their acknowledgement. */
    public long inFlight() {
        return bridge.inFlight();
    }

    /**
     * What the broker that was connected to last lacks, in a line that ends in what to do; empty
     * where it lacks nothing.
     */
    public String lacking() {
        return bridge.lacking();
    }

    /**
     * Has the broker acknowledge something, now; where it acknowledges nothing, sends it something.
     *
     * @return nanoseconds that it took; fails with what is wrong, in a line
     */
    public CompletionStage<Long> examine() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        try {
            timer.execute(() -> bridge.examine(answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /** Takes off Home Assistant what it was told, where the broker is there, and ends. */
    public void retire() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            timer.execute(() -> bridge.withdraw(done));
            done.get(WITHDRAW_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("what Home Assistant was told stays", e);
        }
        close();
    }

    @Override
    public void close() {
        if (timer.isShutdown()) {
            return;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            timer.execute(() -> {
                bridge.stop();
                done.complete(null);
            });
            done.get(STOP_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.warn("the bridge to {} takes too long to stop and is left", broker);
        } catch (Exception e) {
            LOG.warn("while stopping the bridge to {}: {}", broker, e.toString());
        } finally {
            timer.shutdownNow();
        }
    }
}
