package io.pipit.config;

import io.pipit.config.Configuration.Mqtt;
import io.pipit.config.text.BrokerAddress;
import io.pipit.config.text.Patterns;
import io.pipit.config.text.Secret;
import io.pipit.config.toml.Document;
import io.pipit.config.toml.Entry;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code [mqtt]}. */
final class MqttSection {
    /** The most patterns of series, and of actuators. */
    private static final int PATTERNS_MAX = 32;

    private static final Setting<BrokerAddress> BROKER =
            Setting.optional(
                    "broker",
                    Kind.text(
                            "a broker such as \"mqtts://broker.example\"",
                            BrokerAddress.FORM,
                            BrokerAddress::parse),
                    "The broker that readings are published to: mqtts://HOST:PORT, or mqtt:// without"
                            + " TLS. None where left out.");
    private static final Setting<String> CLIENT_ID =
            Setting.optional(
                    "client-id",
                    Kind.text(
                            "a client ID",
                            "[!-~]{1,128}",
                            "is not a client ID: it has 1 to 128 characters, no spaces among them"),
                    "What this node is called at the broker; each client needs another. Made of the"
                            + " node's name and ID where left out.");
    private static final Setting<String> USERNAME =
            Setting.optional("username", Kind.line(), "Whom the broker knows this node as.");
    private static final Setting<Secret> PASSWORD =
            Setting.optional("password", Kind.secret(), "What proves that.");
    private static final Setting<Path> CA =
            Setting.optional(
                    "ca",
                    Kind.file(),
                    "Certificates (PEM) by which the broker's is checked. Those that the system"
                            + " trusts where left out.");
    private static final Setting<Path> CERTIFICATE =
            Setting.optional(
                    "certificate",
                    Kind.file(),
                    "This node's certificate (PEM), for brokers that ask for one.");
    private static final Setting<Path> PRIVATE_KEY =
            Setting.optional("key", Kind.file(), "The certificate's private key (PEM, PKCS #8).");
    private static final Setting<String> TOPIC_PREFIX =
            Setting.withDefault(
                    "topic-prefix",
                    Kind.text(
                            "the beginning of a topic such as \"pipit\"",
                            "[A-Za-z0-9_.-]{1,64}(/[A-Za-z0-9_.-]{1,64}){0,7}",
                            "can't begin a topic: write words of letters, digits, \"_\", \".\" and"
                                    + " \"-\" with \"/\" between them"),
                    "pipit",
                    "What topics begin with: pipit/<node>/<sensor>/<quantity>.");
    private static final Setting<Duration> KEEP_ALIVE =
            Setting.withDefault(
                    "keep-alive",
                    Kind.duration(Duration.ofSeconds(5), Duration.ofHours(1)),
                    "60s",
                    "How soon either side notices that the other one is gone.");
    private static final Setting<List<String>> SERIES =
            Setting.withDefault(
                    "series",
                    Kind.list(
                            Kind.text(
                                    "a pattern such as \"*/*/temperature\"",
                                    Patterns.FORM,
                                    Patterns::fleet),
                            1,
                            PATTERNS_MAX),
                    List.of("**"),
                    "Which series are published: node/sensor/quantity, or sensor/quantity for this"
                            + " node's own.");
    private static final Setting<Boolean> HOME_ASSISTANT =
            Setting.withDefault(
                    "home-assistant",
                    Kind.flag(),
                    false,
                    "Whether Home Assistant is told of them, so that it shows them by itself.");
    private static final Setting<List<String>> COMMANDS =
            Setting.withDefault(
                    "commands",
                    Kind.list(
                            Kind.text(
                                    "an actuator such as \"fan\"",
                                    Patterns.FORM,
                                    Patterns::fleetActuator),
                            0,
                            PATTERNS_MAX),
                    List.of(),
                    "Which actuators may be set over MQTT: this node's as \"fan\", a peer's as"
                            + " \"shed/fan\", patterns too.");
    private static final Setting<Duration> COMMAND_LEASE =
            Setting.withDefault(
                    "command-lease",
                    Kind.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
                    "10m",
                    "How long a command holds that doesn't say.");
    static final Section MQTT =
            Section.single(
                    "mqtt",
                    "Where readings are published besides, over MQTT.",
                    BROKER,
                    CLIENT_ID,
                    USERNAME,
                    PASSWORD,
                    CA,
                    CERTIFICATE,
                    PRIVATE_KEY,
                    TOPIC_PREFIX,
                    KEEP_ALIVE,
                    SERIES,
                    HOME_ASSISTANT,
                    COMMANDS,
                    COMMAND_LEASE);

    private MqttSection() {}

    static Optional<Mqtt> mqtt(Document document) {
        Entry in = document.single(MQTT);
        if (in.has(CERTIFICATE) != in.has(PRIVATE_KEY)) {
            in.refuse(
                    in.has(PRIVATE_KEY) ? PRIVATE_KEY : CERTIFICATE,
                    "certificate and key are of use together alone: set both");
        }
        if (in.find(BROKER).filter(broker -> !broker.tls()).isPresent()) {
            for (Setting<?> setting : List.of(CA, CERTIFICATE)) {
                if (in.has(setting)) {
                    in.refuse(
                            setting,
                            setting.name()
                                    + ": there is no TLS with mqtt://; write mqtts:// for the"
                                    + " broker");
                }
            }
        }
        return in.made(() ->
                new Mqtt(
                        in.find(BROKER),
                        in.find(CLIENT_ID),
                        in.find(USERNAME),
                        in.find(PASSWORD),
                        in.find(CA),
                        in.find(CERTIFICATE),
                        in.find(PRIVATE_KEY),
                        in.get(TOPIC_PREFIX),
                        in.get(KEEP_ALIVE),
                        in.get(SERIES),
                        in.get(HOME_ASSISTANT),
                        in.get(COMMANDS),
                        in.get(COMMAND_LEASE)));
    }
}
