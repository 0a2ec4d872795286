package io.pipit.node.mqtt;

import io.pipit.config.Configuration;
import io.pipit.config.Configuration.Quantity;
import io.pipit.config.Configuration.Sensor;
import io.pipit.config.text.BrokerAddress;
import io.pipit.host.Threads;
import io.pipit.identity.TrustStore;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Series;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.mqtt.Counters;
import io.pipit.mqtt.MqttBridge;
import io.pipit.mqtt.Ports;
import io.pipit.port.Entropy;
import io.pipit.port.Inbox;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingStore;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Actuators;
import io.pipit.resource.doctor.Doctor.Finding;
import io.pipit.resource.doctor.Doctor.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge to MQTT of one run of the node, where one is configured: made, changed and closed by
 * one thread. Without one, nothing of it is loaded.
 */
public final class NodeMqtt implements AutoCloseable {
    private static final String FILE = "mqtt.json";
    private static final int EXAMINE_SECONDS_MAX = 8;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Logger LOG = LoggerFactory.getLogger(NodeMqtt.class);

    private final NodeId self;
    private final Path dataDir;
    private final TrustStore trust;
    private final ReadingHistory history;
    private final Map<ReadingStore.Cursor, Long> held;
    private final Actuators actuators;
    private final Host host;
    private volatile @Nullable Configuration configuration;
    private volatile @Nullable MqttBridge bridge;
    private @Nullable Counters counters;

    /** What all parts of the node work with. */
    public record Host(
            Inbox inbox,
            TimeSource time,
            Entropy entropy,
            Threads threads,
            Health health,
            Metrics metrics) {}

    /**
     * Bridges nothing yet.
     *
     * @param held up to where peers' logs were committed when the store was opened
     */
    public NodeMqtt(
            NodeId self,
            Path dataDir,
            TrustStore trust,
            ReadingHistory history,
            Map<ReadingStore.Cursor, Long> held,
            Actuators actuators,
            Host host) {
        this.self = self;
        this.dataDir = dataDir;
        this.trust = trust;
        this.history = history;
        this.held = held;
        this.actuators = actuators;
        this.host = host;
    }

    /** Bridges as this says from now on; undisturbed where that says nothing else than before. */
    public void apply(Configuration changed) {
        Configuration before = configuration;
        configuration = changed;
        if (before != null && before.mqtt().equals(changed.mqtt())) {
            return;
        }
        Optional<BrokerAddress> broker = changed.mqtt().broker();
        MqttBridge running = bridge;
        if (running != null) {
            bridge = null;
            if (broker.isPresent()) {
                running.close();
            } else {
                running.retire();
            }
        }
        broker.ifPresent(address -> {
            bridge = begun(changed, address);
            LOG.info("readings are published to {}", address);
        });
    }

    private MqttBridge begun(Configuration settings, BrokerAddress broker) {
        String version = NodeMqtt.class.getPackage().getImplementationVersion();
        return new MqttBridge(
                settings.mqtt(),
                broker,
                new Ports(
                        new Peer(self, settings.node().name(), null, Set.of()),
                        trust::list,
                        history,
                        held,
                        this::expected,
                        actuators,
                        host.inbox(),
                        host.time(),
                        host.entropy(),
                        host.health(),
                        counters(),
                        dataDir.resolve(FILE),
                        version == null ? "0" : version),
                host.threads().timer("mqtt"),
                host.threads().named("mqtt-client"));
    }

    /** Registered once, and only where there is something to count. */
    private Counters counters() {
        Counters known = counters;
        if (known == null) {
            known =
                    Counters.in(
                            host.metrics(),
                            () -> {
                                MqttBridge running = bridge;
                                return running == null ? 0 : running.waiting();
                            },
                            () -> {
                                MqttBridge running = bridge;
                                return running == null ? 0 : running.inFlight();
                            });
            counters = known;
        }
        return known;
    }

    /** How often a reading of a series comes at the least, where its sensor is configured. */
    private Optional<Duration> expected(Series series) {
        Configuration present = configuration;
        return present == null
                ? Optional.empty()
                : present.sensors().stream()
                        .filter(sensor -> sensor.name().equals(series.sensor()))
                        .findFirst()
                        .map(sensor -> expected(sensor, sensor.quantity().get(series.quantity())));
    }

    private static Duration expected(Sensor sensor, @Nullable Quantity quantity) {
        boolean heldBack =
                quantity == null
                        ? sensor.onChange()
                        : quantity.deadband().isPresent()
                                || quantity.onChange().orElse(sensor.onChange());
        Duration often =
                quantity == null
                        ? sensor.averageOver().orElse(sensor.every())
                        : quantity.every()
                                .or(quantity::averageOver)
                                .or(sensor::averageOver)
                                .orElse(sensor.every());
        Duration rarely =
                quantity == null
                        ? sensor.atLeastEvery()
                        : quantity.atLeastEvery().orElse(sensor.atLeastEvery());
        return heldBack && rarely.compareTo(often) > 0 ? rarely : often;
    }

    /** Tries the broker; off where there is none. */
    public CompletionStage<List<Finding>> examine() {
        MqttBridge running = bridge;
        if (running == null) {
            return CompletableFuture.completedFuture(List.of());
        }
        String what = "broker " + running.broker();
        return running.examine()
                .toCompletableFuture()
                .orTimeout(EXAMINE_SECONDS_MAX, TimeUnit.SECONDS)
                .handle((nanos, failure) ->
                        List.of(
                                failure == null
                                        ? passed(what, running, nanos)
                                        : failed(what, failure)));
    }

    private static Finding passed(String what, MqttBridge running, long nanos) {
        String lacking = running.lacking();
        return lacking.isEmpty()
                ? Finding.ok(
                        "mqtt",
                        what,
                        "acknowledged within %.1f ms, %d waiting"
                                .formatted(nanos / NANOS_PER_MILLI, running.waiting()))
                : found(what, State.DOUBTFUL, lacking);
    }

    private static Finding failed(String what, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause == null || cause instanceof TimeoutException
                ? new Finding(
                        "mqtt",
                        what,
                        State.FAILED,
                        "no answer within " + EXAMINE_SECONDS_MAX + " s",
                        "see that it runs and can be reached from here")
                : found(what, State.FAILED, String.valueOf(cause.getMessage()));
    }

    /** The line ends in what to do, where that is known. */
    private static Finding found(String what, State state, String says) {
        int remedy = says.lastIndexOf(": ");
        return new Finding(
                "mqtt",
                what,
                state,
                remedy < 0 ? says : says.substring(0, remedy),
                remedy < 0
                        ? "it is tried again by itself; see the broker's own log"
                        : says.substring(remedy + 2));
    }

    @Override
    public void close() {
        MqttBridge running = bridge;
        bridge = null;
        if (running != null) {
            running.close();
        }
    }
}
