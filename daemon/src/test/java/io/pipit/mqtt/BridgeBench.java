package io.pipit.mqtt;

import io.pipit.config.Configuration;
import io.pipit.config.text.BrokerAddress;
import io.pipit.host.ManualTime;
import io.pipit.host.ManualTimer;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.mqtt.broker.Broker.Message;
import io.pipit.port.acting.Actuators.Actuator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A bridge between a fake node and a fake broker, stepped by hand; it begins nothing by itself. */
abstract class BridgeBench {
    static final String TEMPERATURE = "pipit/greenhouse/air/temperature";
    static final BrokerAddress BROKER = new BrokerAddress(true, "broker.example", 8_883);
    static final Actuator FAN = new Actuator(null, "fan", "on", "/", 0, 1, true, 0);

    @TempDir Path folder;
    final ManualTime time = new ManualTime();
    ManualTimer timer = new ManualTimer(time);
    final FakeNode node = new FakeNode();
    final FakeBroker broker = new FakeBroker();
    Path file;
    Bridge bridge;

    /** What the bridge said in the log. */
    final List<String> logged = new ArrayList<>();

    private final Logger logger = Logger.getLogger(Report.class.getName());
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    logged.add(entry.getMessage());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void place() {
        file = folder.resolve("mqtt.json");
        // Other tests change what the root lets through.
        logger.setLevel(Level.INFO);
        logger.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
        logger.setLevel(null);
    }

    static Configuration.Mqtt settings(
            List<String> series, boolean homeAssistant, List<String> commands) {
        return new Configuration.Mqtt(
                Optional.of(BROKER),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "pipit",
                Duration.ofSeconds(60),
                series,
                homeAssistant,
                commands,
                Duration.ofMinutes(10));
    }

    void start(Configuration.Mqtt settings) {
        bridge =
                new Bridge(
                        settings,
                        MqttBridge.identity(
                                settings, BROKER, FakeNode.peer(FakeNode.SELF, "greenhouse")),
                        node.ports(file, time),
                        timer,
                        broker);
        bridge.start();
        timer.advanceMillis(0);
    }

    void start() {
        start(settings(List.of("**"), false, List.of()));
    }

    void connect() {
        broker.listener.connected(FakeBroker.ROOMY);
        timer.advanceMillis(0);
    }

    void startConnected() {
        start();
        connect();
    }

    /** Another run of the program. */
    void restart() {
        bridge.stop();
        timer.advanceMillis(0);
        broker.published.clear();
        startConnected();
    }

    /** All that is to be published, and its acknowledgements. */
    void settle() {
        do {
            timer.advanceMillis(Bridge.LOOK_MILLIS);
        } while (broker.acknowledge() > 0);
        timer.advanceMillis(0);
    }

    Status status() {
        return node.health.parts().get(Part.MQTT).status();
    }

    String reason() {
        return node.health.parts().get(Part.MQTT).reason();
    }

    static List<Double> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Double::valueOf).toList();
    }

    void arrive(String topic, String payload, boolean retained) {
        broker.listener.arrived(
                new Message(topic, payload.getBytes(StandardCharsets.UTF_8), retained));
        timer.advanceMillis(0);
    }
}
