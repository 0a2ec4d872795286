package io.pipit.config;

import io.pipit.config.Configuration.Access;
import io.pipit.config.Configuration.Grant;
import io.pipit.config.Configuration.Level;
import io.pipit.config.Configuration.Subscribe;
import io.pipit.config.Section.Setting;
import io.pipit.config.rule.Action;
import io.pipit.config.rule.ConditionParser;
import io.pipit.config.text.BrokerAddress;
import io.pipit.config.text.HostPort;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.NodeIds;
import io.pipit.config.text.Patterns;
import io.pipit.config.text.Secret;
import io.pipit.config.text.Spelling;
import io.pipit.config.text.Units;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every section and key there is: what the loader, the JSON Schema and the hints are made from. */
final class Keys {
    /** The most sensors of a node. */
    static final int SENSORS_MAX = 256;

    /** The most peers that a file provisions, and the most subscriptions. */
    static final int PEERS_MAX = 256;

    /** The most addresses to listen on. */
    static final int LISTEN_MAX = 16;

    /** The most roles of a peer, and the most patterns of a subscription. */
    static final int PATTERNS_MAX = 32;

    /** The most actuators of a node. */
    static final int ACTUATORS_MAX = 64;

    /** The most kinds of writers that are put in an order. */
    static final int WRITERS_MAX = 16;

    private static final Duration LEASE_MIN = Duration.ofMillis(100);
    private static final Duration LEASE_MAX = Duration.ofDays(366);

    /** The most quantities of a sensor for which something is set. */
    static final int QUANTITIES_MAX = 64;

    /** The most rules of a node. */
    static final int RULES_MAX = 64;

    private static final Duration EVERY_MIN = Duration.ofMillis(10);
    private static final Duration EVERY_MAX = Duration.ofDays(1);

    /** What a scale, an offset or the end of a range may be, and minus that. */
    private static final double NUMBER_MAX = 1e15;

    /** {@code sun_path} less its closing zero. */
    private static final int SOCKET_PATH_BYTES_MAX = 107;

    /** What a quota of files may be. */
    private static final long FILES_BYTES_MAX = 1L << 50;

    private static final String SOCKET = "pipit.sock";
    private static final String CLIENT_ID_FORM = "[!-~]{1,128}";
    private static final String TOPIC_PREFIX_FORM =
            "[A-Za-z0-9_.-]{1,64}(/[A-Za-z0-9_.-]{1,64}){0,7}";
    private static final int I2C_ADDRESS_MIN = 0x03;
    private static final int I2C_ADDRESS_MAX = 0x77;

    static final Setting<String> NODE_NAME =
            Setting.optional(
                    "name",
                    Kind.text("a name such as \"greenhouse\"", Names.FORM, Names::parse),
                    "What this node is called among its peers. The machine's host name where left out.");
    static final Setting<Path> DATA_DIR =
            Setting.withDefault(
                    "data-dir",
                    Kind.folder(),
                    "/var/lib/pipit",
                    "What must outlive a restart: the readings, the node's key, the peers it trusts.");
    static final Setting<Path> RUN_DIR =
            Setting.withDefault(
                    "run-dir",
                    Kind.folder().then(Keys::fitsSocket),
                    "/run/pipit",
                    "The socket that the pipit commands talk to.");

    static final Setting<List<HostPort>> LISTEN =
            Setting.withDefault(
                    "listen",
                    Kind.list(Kind.hostPort().then(Keys::literal), 0, LISTEN_MAX),
                    List.of("0.0.0.0:5684", "[::]:5684"),
                    "Where paired peers reach this node, over UDP and TCP, always encrypted.");
    static final Setting<HostPort> MONITOR =
            Setting.withDefault(
                    "monitor",
                    Kind.hostPort().then(Keys::loopback),
                    "127.0.0.1:5683",
                    "Where programs on this machine read it, unencrypted; a loopback address.");
    static final Setting<Access> MONITOR_ACCESS =
            Setting.withDefault(
                    "monitor-access",
                    Kind.choice(Access.class),
                    "read",
                    "What they may read: \"read\" for everything, \"health\" for the node's state alone.");
    static final Setting<Boolean> ANNOUNCE_NAME =
            Setting.withDefault(
                    "announce-name",
                    Kind.flag(),
                    false,
                    "Whether strangers on the network learn this node's name, and not its ID alone.");

    static final Setting<Boolean> MULTICAST =
            Setting.withDefault(
                    "multicast",
                    Kind.flag(),
                    true,
                    "Whether nodes on the same link find each other by CoAP multicast.");
    static final Setting<Boolean> DNS_SD =
            Setting.withDefault(
                    "dns-sd", Kind.flag(), true, "Whether they do so by DNS-SD, as _coaps._udp.");

    static final Setting<Duration> KEEP =
            Setting.withDefault(
                    "keep",
                    Kind.duration(Duration.ofMinutes(1), Duration.ofDays(36_500)),
                    "90d",
                    "How long readings are kept.");
    static final Setting<Long> MAX_SIZE =
            Setting.withDefault(
                    "max-size",
                    Kind.size(1L << 20, 16L << 40),
                    "1GiB",
                    "The most they may take on the disk; beyond it the oldest go first.");
    static final Setting<Duration> COMMIT_EVERY =
            Setting.withDefault(
                    "commit-every",
                    Kind.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
                    "1s",
                    "What a power cut may cost of this node's own newest readings. Longer is kinder to an"
                            + " SD card.");

    static final Setting<Long> WRITE_BUDGET =
            Setting.optional(
                    "write-budget",
                    Kind.size(1L << 20, 1L << 50),
                    "How much may be written to the card for them in 24 hours; more is said in /health.");

    static final Setting<Level> LEVEL =
            Setting.withDefault(
                    "level",
                    Kind.choice(Level.class),
                    "info",
                    "How much goes to the journal: \"error\", \"warning\", \"info\" or \"debug\".");

    static final Setting<HostPort> HTTP =
            Setting.optional(
                    "http",
                    Kind.hostPort().then(Keys::literal),
                    "Where Prometheus finds this node's numbers, over HTTP at /metrics. Nowhere where left"
                            + " out.");
    static final Setting<Boolean> BEYOND_LOOPBACK =
            Setting.withDefault(
                    "beyond-loopback",
                    Kind.flag(),
                    false,
                    "Whether that may be an address that others reach; it is not encrypted.");

    static final Setting<HostPort> PAGE_HTTP =
            Setting.optional(
                    "http",
                    Kind.hostPort().then(Keys::literal),
                    "Where a browser finds the page that shows this node. Nowhere where left out.");
    static final Setting<Boolean> PAGE_BEYOND_LOOPBACK =
            Setting.withDefault(
                    "beyond-loopback",
                    Kind.flag(),
                    false,
                    "Whether that may be an address that others reach; anybody there sees it, and it is"
                            + " not encrypted.");

    static final Setting<Path> SHARE =
            Setting.optional(
                    "share",
                    Kind.folder(),
                    "The folder whose files peers with the role bulk may read.");
    static final Setting<Path> INBOX =
            Setting.optional(
                    "inbox",
                    Kind.folder(),
                    "The folder into which peers with the role bulk may put files, each into its own.");
    static final Setting<Long> QUOTA =
            Setting.withDefault(
                    "quota",
                    Kind.size(1, FILES_BYTES_MAX),
                    "16GiB",
                    "The most that one peer's folder in the inbox may hold.");
    static final Setting<Long> INBOX_MAX_SIZE =
            Setting.withDefault(
                    "inbox-max-size",
                    Kind.size(1, FILES_BYTES_MAX),
                    "64GiB",
                    "The most that all of them may hold together.");
    static final Setting<Long> SPOOL_MAX_SIZE =
            Setting.withDefault(
                    "spool-max-size",
                    Kind.size(1, FILES_BYTES_MAX),
                    "16GiB",
                    "The most that files may take that wait to be sent.");
    static final Setting<Long> KEEP_FREE =
            Setting.withDefault(
                    "keep-free",
                    Kind.size(0, FILES_BYTES_MAX),
                    "256MiB",
                    "How much of the disk files never take.");
    static final Setting<Long> RATE =
            Setting.optional(
                    "rate",
                    Kind.size(1_000, 1L << 40),
                    "How many bytes a second are sent at the most, to all peers together.");

    static final Setting<BrokerAddress> BROKER =
            Setting.optional(
                    "broker",
                    Kind.text(
                            "a broker such as \"mqtts://broker.example\"",
                            BrokerAddress.FORM,
                            BrokerAddress::parse),
                    "The broker that readings are published to: mqtts://HOST:PORT, or mqtt:// without"
                            + " TLS. None where left out.");
    static final Setting<String> CLIENT_ID =
            Setting.optional(
                    "client-id",
                    Kind.text("a client ID", CLIENT_ID_FORM, Keys::clientId),
                    "What this node is called at the broker; each client needs another. Made of the"
                            + " node's name and ID where left out.");
    static final Setting<String> USERNAME =
            Setting.optional("username", Kind.line(), "Whom the broker knows this node as.");
    static final Setting<Secret> PASSWORD =
            Setting.optional("password", Kind.secret(), "What proves that.");
    static final Setting<Path> CA =
            Setting.optional(
                    "ca",
                    Kind.file(),
                    "Certificates (PEM) by which the broker's is checked. Those that the system"
                            + " trusts where left out.");
    static final Setting<Path> CERTIFICATE =
            Setting.optional(
                    "certificate",
                    Kind.file(),
                    "This node's certificate (PEM), for brokers that ask for one.");
    static final Setting<Path> PRIVATE_KEY =
            Setting.optional("key", Kind.file(), "The certificate's private key (PEM, PKCS #8).");
    static final Setting<String> TOPIC_PREFIX =
            Setting.withDefault(
                    "topic-prefix",
                    Kind.text(
                            "the beginning of a topic such as \"pipit\"",
                            TOPIC_PREFIX_FORM,
                            Keys::topicPrefix),
                    "pipit",
                    "What topics begin with: pipit/<node>/<sensor>/<quantity>.");
    static final Setting<Duration> KEEP_ALIVE =
            Setting.withDefault(
                    "keep-alive",
                    Kind.duration(Duration.ofSeconds(5), Duration.ofHours(1)),
                    "60s",
                    "How soon either side notices that the other one is gone.");
    static final Setting<List<String>> MQTT_SERIES =
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
    static final Setting<Boolean> HOME_ASSISTANT =
            Setting.withDefault(
                    "home-assistant",
                    Kind.flag(),
                    false,
                    "Whether Home Assistant is told of them, so that it shows them by itself.");
    static final Setting<List<String>> COMMANDS =
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
    static final Setting<Duration> COMMAND_LEASE =
            Setting.withDefault(
                    "command-lease",
                    Kind.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
                    "10m",
                    "How long a command holds that doesn't say.");

    static final Setting<Configuration.Provider> PROVIDER =
            Setting.withDefault(
                    "provider",
                    Kind.choice(Configuration.Provider.class),
                    "linux",
                    "Who reaches I2C, SPI and GPIO lines: \"linux\" for Pipit itself, \"pi4j-ffm\" for"
                            + " Pi4J's plugin, whose jar lies in the folder for drivers.");

    static final Setting<String> SENSOR_NAME =
            Setting.required(
                    "name",
                    Kind.text("a name such as \"air\"", Names.FORM, Names::parse),
                    "What it is called; its series are name/quantity.");
    static final Setting<String> DRIVER =
            Setting.required(
                    "driver",
                    Kind.text("a driver such as \"bme280\"", Names.FORM, driver -> driver),
                    "What reads it; `pipit sensors --drivers` lists them.");
    static final Setting<String> BUS =
            Setting.optional(
                    "bus",
                    Kind.text("a bus such as \"i2c-1\"", "[a-z0-9][a-z0-9.-]{0,31}", Keys::bus),
                    "Where a chip is connected: \"i2c-1\" for /dev/i2c-1, or \"simulated\".");
    static final Setting<Long> ADDRESS =
            Setting.optional(
                    "address",
                    Kind.integer(I2C_ADDRESS_MIN, I2C_ADDRESS_MAX),
                    "The chip's address on its bus, as `i2cdetect` shows it.");
    static final Setting<Duration> EVERY =
            Setting.withDefault(
                    "every", Kind.duration(EVERY_MIN, EVERY_MAX), "10s", "How often it is read.");

    static final Setting<Boolean> ON_CHANGE =
            Setting.withDefault(
                    "on-change",
                    Kind.flag(),
                    false,
                    "Whether a reading goes out only where it differs from the last one that did.");
    static final Setting<Duration> AVERAGE_OVER =
            Setting.optional(
                    "average-over",
                    Kind.duration(EVERY_MIN, EVERY_MAX),
                    "Over how long readings are averaged: one goes out for each such time.");
    static final Setting<Duration> AT_LEAST_EVERY =
            Setting.withDefault(
                    "at-least-every",
                    Kind.duration(EVERY_MIN, EVERY_MAX),
                    "10m",
                    "With on-change or a deadband: how often a reading goes out though nothing changes.");

    static final Setting<String> UNIT =
            Setting.optional(
                    "unit",
                    Kind.text("a unit such as \"hPa\"", Units.FORM, Units::parse),
                    "What it is converted to, as SenML writes it (RFC 8428, RFC 8798); for a count, a"
                            + " voltage or the like what scale makes of it. All else here is in it.");
    static final Setting<Double> SCALE =
            Setting.withDefault(
                    "scale",
                    Kind.number(-NUMBER_MAX, NUMBER_MAX).then(Keys::notZero),
                    1.0,
                    "What a value is multiplied by.");
    static final Setting<Double> OFFSET =
            Setting.withDefault(
                    "offset",
                    Kind.number(-NUMBER_MAX, NUMBER_MAX),
                    0.0,
                    "What is added to it after that.");
    static final Setting<Configuration.Range> RANGE =
            Setting.optional(
                    "range",
                    Kind.range(NUMBER_MAX),
                    "What is possible, the lowest and the highest; what is outside is a fault, not a"
                            + " reading.");
    static final Setting<Boolean> QUANTITY_ON_CHANGE =
            Setting.optional(
                    "on-change", Kind.flag(), "As of the sensor, for this quantity alone.");
    static final Setting<Double> DEADBAND =
            Setting.optional(
                    "deadband",
                    Kind.number(0, NUMBER_MAX),
                    "A reading goes out only where it differs by more than this from the last one"
                            + " that did.");
    static final Setting<Duration> QUANTITY_AVERAGE_OVER =
            Setting.optional(
                    "average-over",
                    AVERAGE_OVER.kind(),
                    "As of the sensor, for this quantity alone.");
    static final Setting<Duration> QUANTITY_AT_LEAST_EVERY =
            Setting.optional(
                    "at-least-every",
                    AT_LEAST_EVERY.kind(),
                    "As of the sensor, for this quantity alone.");

    static final Setting<Duration> QUANTITY_EVERY =
            Setting.optional(
                    "every",
                    EVERY.kind(),
                    "How often one of its readings goes out, where that is to be more rarely than the"
                            + " sensor is read; in place of average-over.");

    /** What stands for the name of a quantity in the header of its table. */
    static final String ANY_QUANTITY = "NAME";

    /** A quantity of a sensor. */
    static final Section QUANTITY = quantity(ANY_QUANTITY);

    static final Setting<Map<String, Section.Part>> QUANTITIES =
            Setting.optional(
                    "quantity",
                    Kind.tables(QUANTITY, QUANTITIES_MAX),
                    "How its quantities are calibrated, checked and sent.");

    static final Setting<String> ACTUATOR_NAME =
            Setting.required(
                    "name",
                    Kind.text("a name such as \"fan\"", Names.FORM, Names::parse),
                    "What it is called. No sensor may be called so: what it is set to is a series, too.");
    static final Setting<String> OUTPUT_DRIVER =
            Setting.required(
                    "driver",
                    Kind.text("a driver such as \"gpio-output\"", Names.FORM, driver -> driver),
                    "What sets it; `pipit actuators --drivers` lists them.");
    static final Setting<Duration> LEASE =
            Setting.withDefault(
                    "lease",
                    Kind.duration(LEASE_MIN, LEASE_MAX),
                    "10m",
                    "How long a write holds that doesn't say. After that it is safe again.");
    static final Setting<Duration> LEASE_LONGEST =
            Setting.withDefault(
                    "max-lease",
                    Kind.duration(LEASE_MIN, LEASE_MAX),
                    "1d",
                    "The longest that a write may hold.");
    static final Setting<List<String>> PRIORITY =
            Setting.withDefault(
                    "priority",
                    Kind.list(
                            Kind.text(
                                    "a writer such as \"local\" or \"peer:shed\"",
                                    "(local|peer|rule|mqtt)(:" + Names.FORM + ")?",
                                    Keys::writer),
                            0,
                            WRITERS_MAX),
                    List.of(),
                    "Whose writes come before others', first to last: local, peer, rule, mqtt, or one of"
                            + " them as in \"peer:shed\". Among equals the last one counts.");

    static final Setting<String> PEER_NAME =
            Setting.required(
                    "name",
                    Kind.text("a name such as \"shed\"", Names.FORM, Names::parse),
                    "What the peer is called.");
    static final Setting<String> ID =
            Setting.required(
                    "id",
                    Kind.text("a node ID", NodeIds.FORM, NodeIds::parse),
                    "Its node ID, which `pipit id` prints on that node.");
    static final Setting<HostPort> PEER_ADDRESS =
            Setting.optional(
                    "address",
                    Kind.hostPort().then(Keys::reachable),
                    "Where it listens. Without one, this node waits until the peer is found, or comes by itself.");
    static final Setting<List<Grant>> ROLES =
            Setting.withDefault(
                    "roles",
                    Kind.list(
                            Kind.text(
                                    "a role such as \"read\"",
                                    "(monitor|read|write|bulk|admin)(:" + Patterns.FORM + ")?",
                                    Grant::parse),
                            0,
                            PATTERNS_MAX),
                    List.of("monitor", "read"),
                    "What it may do here: monitor, read, write, bulk, admin; with a pattern as in"
                            + " \"read:air/*\".");

    static final Setting<String> SUBSCRIBE_PEER =
            Setting.required(
                    "peer",
                    Kind.text(
                            "a node's name, a node ID or \"*\"",
                            "\\*|" + Names.FORM + "|" + NodeIds.FORM,
                            Keys::peer),
                    "Whose: a node's name, its ID, or \"*\" for every paired peer.");
    static final Setting<List<String>> SERIES =
            Setting.required(
                    "series",
                    Kind.list(
                            Kind.text(
                                    "a pattern such as \"*/temperature\"",
                                    Patterns.FORM,
                                    Patterns::series),
                            1,
                            PATTERNS_MAX),
                    "Patterns over its series, sensor/quantity: \"*\" is one of the two, \"**\" both.");

    static final Setting<String> RULE_NAME =
            Setting.optional(
                    "name",
                    Kind.text("a name such as \"cooling\"", Names.FORM, Names::parse),
                    "What it is called; rule-1 and so on, by its place, where left out.");
    static final Setting<Kind.Value> WHEN =
            Setting.required(
                    "when",
                    Kind.raw(Map.of("type", "string", "maxLength", ConditionParser.CHARS_MAX)),
                    "The condition, as in \"greenhouse/air/temperature > 30 until < 27 for 2m\";"
                            + " docs/RULES.md has all of it.");
    static final Setting<Kind.Value> SET =
            Setting.required(
                    "set",
                    Kind.raw(Action.schema()),
                    "What is set, and renewed, while it is true: actuators, and for how long each"
                            + " write holds.");
    static final Setting<Kind.Value> OTHERWISE =
            Setting.optional(
                    "otherwise",
                    Kind.raw(Action.schema()),
                    "Likewise while it is false. Left out, what was set ends with its lease.");
    static final Setting<Kind.Value> UNKNOWN =
            Setting.optional(
                    "unknown",
                    Kind.raw(Action.schema()),
                    "Likewise while nobody knows, since a value is stale or a peer is gone. Left out,"
                            + " what was set ends with its lease.");
    static final Setting<Duration> STALE_AFTER =
            Setting.optional(
                    "stale-after",
                    Kind.duration(EVERY_MIN, Duration.ofDays(30)),
                    "The age at which a value in it is none any more. Left out, it is three times the"
                            + " time between two readings of an own sensor, at least 30s; 5m for a"
                            + " peer's.");
    static final Setting<ZoneId> TIME_ZONE =
            Setting.optional(
                    "time-zone",
                    Kind.text(
                            "a time zone such as \"Europe/Berlin\"",
                            "[A-Za-z0-9_+/-]{1,64}",
                            Keys::zone),
                    "Of the times of day in it. The machine's where left out.");

    static final Section NODE =
            new Section(
                    "node",
                    1,
                    false,
                    List.of(NODE_NAME, DATA_DIR, RUN_DIR),
                    "Who this node is and where it keeps its things.");
    static final Section COAP =
            new Section(
                    "coap",
                    1,
                    false,
                    List.of(LISTEN, MONITOR, MONITOR_ACCESS, ANNOUNCE_NAME),
                    "Where this node answers.");
    static final Section DISCOVERY =
            new Section(
                    "discovery",
                    1,
                    false,
                    List.of(MULTICAST, DNS_SD),
                    "How this node finds others, and they it.");
    static final Section STORE =
            new Section(
                    "store",
                    1,
                    false,
                    List.of(KEEP, MAX_SIZE, COMMIT_EVERY, WRITE_BUDGET),
                    "How long this node remembers.");
    static final Section LOG =
            new Section("log", 1, false, List.of(LEVEL), "What goes to the journal.");
    static final Section METRICS =
            new Section(
                    "metrics",
                    1,
                    false,
                    List.of(HTTP, BEYOND_LOOPBACK),
                    "This node's numbers, for Prometheus.");
    static final Section PAGE =
            new Section(
                    "page",
                    1,
                    false,
                    List.of(PAGE_HTTP, PAGE_BEYOND_LOOPBACK),
                    "This node in a browser.");
    static final Section FILES =
            new Section(
                    "files",
                    1,
                    false,
                    List.of(SHARE, INBOX, QUOTA, INBOX_MAX_SIZE, SPOOL_MAX_SIZE, KEEP_FREE, RATE),
                    "Which files peers may have, and put here.");
    static final Section MQTT =
            new Section(
                    "mqtt",
                    1,
                    false,
                    List.of(
                            BROKER,
                            CLIENT_ID,
                            USERNAME,
                            PASSWORD,
                            CA,
                            CERTIFICATE,
                            PRIVATE_KEY,
                            TOPIC_PREFIX,
                            KEEP_ALIVE,
                            MQTT_SERIES,
                            HOME_ASSISTANT,
                            COMMANDS,
                            COMMAND_LEASE),
                    "Where readings are published besides, over MQTT.");
    static final Section HARDWARE =
            new Section(
                    "hardware", 1, false, List.of(PROVIDER), "How buses and lines are reached.");
    static final Section SENSOR =
            new Section(
                    "sensor",
                    SENSORS_MAX,
                    true,
                    List.of(
                            SENSOR_NAME,
                            DRIVER,
                            BUS,
                            ADDRESS,
                            EVERY,
                            ON_CHANGE,
                            AVERAGE_OVER,
                            AT_LEAST_EVERY,
                            QUANTITIES),
                    "Something to measure. A driver may have keys of its own besides these.");
    static final Section ACTUATOR =
            new Section(
                    "actuator",
                    ACTUATORS_MAX,
                    true,
                    List.of(ACTUATOR_NAME, OUTPUT_DRIVER, LEASE, LEASE_LONGEST, PRIORITY),
                    "Something to set. A driver may have keys of its own besides these.");
    static final Section PEER =
            new Section(
                    "peer",
                    PEERS_MAX,
                    false,
                    List.of(PEER_NAME, ID, PEER_ADDRESS, ROLES),
                    "Another node that this one knows.");
    static final Section SUBSCRIBE =
            new Section(
                    "subscribe",
                    PEERS_MAX,
                    false,
                    List.of(SUBSCRIBE_PEER, SERIES),
                    "What this node wants of its peers' readings.");

    static final Section RULE =
            new Section(
                    "rule",
                    RULES_MAX,
                    false,
                    List.of(RULE_NAME, WHEN, SET, OTHERWISE, UNKNOWN, STALE_AFTER, TIME_ZONE),
                    "What this node sets while something is so.");

    static final List<Section> SECTIONS =
            List.of(
                    NODE, COAP, DISCOVERY, STORE, LOG, METRICS, PAGE, FILES, MQTT, HARDWARE, SENSOR,
                    ACTUATOR, PEER, SUBSCRIBE, RULE);

    private Keys() {}

    /** The table of a quantity of this name. */
    static Section quantity(String name) {
        return new Section(
                "sensor.quantity." + name,
                1,
                false,
                List.of(
                        UNIT,
                        SCALE,
                        OFFSET,
                        RANGE,
                        QUANTITY_ON_CHANGE,
                        DEADBAND,
                        QUANTITY_AVERAGE_OVER,
                        QUANTITY_AT_LEAST_EVERY,
                        QUANTITY_EVERY),
                "How a quantity of the sensor is calibrated, checked and sent.");
    }

    private static String clientId(String text) throws Malformed {
        if (!text.matches(CLIENT_ID_FORM)) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a client ID: it has 1 to 128 characters, no spaces among"
                            + " them");
        }
        return text;
    }

    private static String topicPrefix(String text) throws Malformed {
        if (!text.matches(TOPIC_PREFIX_FORM)) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " can't begin a topic: write words of letters, digits, \"_\", \".\" and"
                            + " \"-\" with \"/\" between them");
        }
        return text;
    }

    private static Optional<Double> notZero(Kind.Value value, Double scale) {
        return scale == 0 ? value.refuse("must not be 0") : Optional.of(scale);
    }

    private static Optional<Path> fitsSocket(Kind.Value value, Path folder) {
        int bytes = folder.resolve(SOCKET).toString().getBytes(StandardCharsets.UTF_8).length;
        return bytes <= SOCKET_PATH_BYTES_MAX
                ? Optional.of(folder)
                : value.refuse(
                        "is too long for a Unix socket in it: its path has "
                                + bytes
                                + " bytes and may have "
                                + SOCKET_PATH_BYTES_MAX
                                + "; take a shorter folder");
    }

    private static Optional<HostPort> literal(Kind.Value value, HostPort address) {
        return address.isLiteral()
                ? Optional.of(address)
                : value.refuse(
                        Malformed.quote(address.host())
                                + " is a name: write one of this machine's addresses, or 0.0.0.0 or"
                                + " [::] for all of them");
    }

    private static Optional<HostPort> loopback(Kind.Value value, HostPort address) {
        return address.isLoopback()
                ? Optional.of(address)
                : value.refuse(
                        "must be a loopback address such as \"127.0.0.1:5683\" or \"[::1]:5683\", since"
                                + " it is not encrypted, but is "
                                + Malformed.quote(address.toString()));
    }

    private static Optional<HostPort> reachable(Kind.Value value, HostPort address) {
        return address.port() > 0
                ? Optional.of(address)
                : value.refuse("has the port 0: write the one that the peer listens on");
    }

    private static String bus(String text) throws Malformed {
        if (!text.matches("[a-z0-9][a-z0-9.-]{0,31}")) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a bus: write \"i2c-1\" for /dev/i2c-1, or \"simulated\"");
        }
        return text;
    }

    private static String writer(String text) throws Malformed {
        if (!text.matches("(local|peer|rule|mqtt)(:" + Names.FORM + ")?")) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is no writer: known are local, peer, rule and mqtt, and one of them as in"
                            + " \"peer:shed\"");
        }
        return text;
    }

    private static ZoneId zone(String text) throws Malformed {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is no time zone: "
                            + Spelling.nearest(text, ZoneId.getAvailableZoneIds())
                                    .map(near -> "did you mean " + Malformed.quote(near) + "?")
                                    .orElse("write one as in \"Europe/Berlin\", or \"UTC\""));
        }
    }

    private static String peer(String text) throws Malformed {
        if (text.equals(Subscribe.EVERY_PEER)) {
            return text;
        }
        return NodeIds.looksLikeOne(text) ? NodeIds.parse(text) : Names.parse(text);
    }
}
