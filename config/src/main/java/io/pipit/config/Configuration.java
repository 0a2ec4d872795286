package io.pipit.config;

import io.pipit.config.rule.Rule;
import io.pipit.config.text.BrokerAddress;
import io.pipit.config.text.HostPort;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Patterns;
import io.pipit.config.text.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a node is told to be: one immutable value, checked as a whole. The records are the tables of
 * the file, their components its keys ({@code dataDir} is {@code data-dir}); two of them are equal
 * where nothing changed, so that a reload sees what did.
 */
public record Configuration(
        Node node,
        Coap coap,
        Discovery discovery,
        Store store,
        Log log,
        Metrics metrics,
        Page page,
        Files files,
        Mqtt mqtt,
        Hardware hardware,
        List<Sensor> sensors,
        List<Actuator> actuators,
        List<Peer> peers,
        List<Subscribe> subscriptions,
        List<Rule> rules) {
    public Configuration {
        sensors = List.copyOf(sensors);
        actuators = List.copyOf(actuators);
        peers = List.copyOf(peers);
        subscriptions = List.copyOf(subscriptions);
        rules = List.copyOf(rules);
    }

    /**
     * {@code [node]}: who it is and where it keeps its things.
     *
     * @param name its name; that of the machine where none is set
     * @param dataDir absolute; the store, the key, the trust list
     * @param runDir absolute; the socket. Short enough for one
     */
    public record Node(String name, Path dataDir, Path runDir) {}

    /**
     * {@code [coap]}: where it answers.
     *
     * @param listen where paired peers reach it, UDP and TCP; literals, port 0 lets the system
     *     choose; may be empty
     * @param monitor where programs of this machine read it, UDP and TCP; a loopback literal
     * @param monitorAccess what they may read
     * @param announceName whether strangers on the link learn its name
     */
    public record Coap(
            List<HostPort> listen, HostPort monitor, Access monitorAccess, boolean announceName) {
        public Coap {
            listen = List.copyOf(listen);
        }
    }

    /** What the monitoring endpoint shows: readings too, or the node's own state alone. */
    public enum Access {
        READ,
        HEALTH
    }

    /**
     * {@code [discovery]}: how it finds others, and they it. What it remembers, what the
     * configuration says and what peers tell is always used.
     *
     * @param multicast by CoAP multicast on each link
     * @param dnsSd by DNS-SD, with the machine's Avahi where there is one
     */
    public record Discovery(boolean multicast, boolean dnsSd) {}

    /**
     * {@code [store]}: how long it remembers.
     *
     * @param keep the age at which a reading may go
     * @param maxSize bytes on disk at which the oldest go
     * @param commitEvery what a power cut may cost of this node's own newest readings
     * @param writeBudget bytes that may be written for it in a day; more is said in the health
     */
    public record Store(
            Duration keep, long maxSize, Duration commitEvery, OptionalLong writeBudget) {}

    /** {@code [log]}: what goes to the journal. */
    public record Log(Level level) {}

    /**
     * {@code [metrics]}: its numbers for Prometheus.
     *
     * @param http where they are answered over HTTP; a literal, nowhere without one
     * @param beyondLoopback whether that may be where others than this machine's programs reach it
     */
    public record Metrics(Optional<HostPort> http, boolean beyondLoopback) {}

    /**
     * {@code [page]}: the page for a browser.
     *
     * @param http where it is; a literal, nowhere without one
     * @param beyondLoopback whether that may be where others than this machine's programs reach it
     */
    public record Page(Optional<HostPort> http, boolean beyondLoopback) {}

    /**
     * {@code [files]}: bulk.
     *
     * @param share the folder that peers may read; absolute; nothing is shared without one
     * @param inbox the folder that peers may write to; absolute; nothing is taken without one
     * @param quota bytes in the folder of one peer in the inbox
     * @param inboxMaxSize bytes in all of these together
     * @param spoolMaxSize bytes of files that wait to be sent
     * @param keepFree bytes of the disk that are left to others
     * @param rate bytes a second that are sent, to all peers together; as many as go without one
     */
    public record Files(
            Optional<Path> share,
            Optional<Path> inbox,
            long quota,
            long inboxMaxSize,
            long spoolMaxSize,
            long keepFree,
            OptionalLong rate) {}

    /**
     * {@code [mqtt]}: where readings are published besides.
     *
     * @param broker nowhere without one
     * @param clientId what it is called there; made of its name and ID without one
     * @param ca certificates by which the broker's is checked, a PEM file; those that the system
     *     trusts without one
     * @param certificate its own, a PEM file, set exactly where the key is
     * @param key the certificate's, a PEM file
     * @param topicPrefix what topics begin with, without a slash at its end
     * @param keepAlive how long a connection may be silent
     * @param series patterns over {@code node/sensor/quantity}, or over {@code sensor/quantity} for
     *     its own
     * @param homeAssistant whether Home Assistant is told what there is
     * @param commands patterns over {@code node/actuator}, or over {@code actuator} for its own,
     *     that may be set over MQTT
     * @param commandLease how long that holds where the command doesn't say
     */
    public record Mqtt(
            Optional<BrokerAddress> broker,
            Optional<String> clientId,
            Optional<String> username,
            Optional<Secret> password,
            Optional<Path> ca,
            Optional<Path> certificate,
            Optional<Path> key,
            String topicPrefix,
            Duration keepAlive,
            List<String> series,
            boolean homeAssistant,
            List<String> commands,
            Duration commandLease) {
        public Mqtt {
            series = List.copyOf(series);
            commands = List.copyOf(commands);
        }
    }

    /** How much is logged, each level with those before it. */
    public enum Level {
        ERROR,
        WARNING,
        INFO,
        DEBUG
    }

    /** {@code [hardware]}: how buses and lines are reached. */
    public record Hardware(Provider provider) {}

    /** Who reaches the kernel's I2C, SPI, digital lines and PWM. */
    public enum Provider {
        /** Pipit itself. */
        LINUX,
        /** Pi4J's plugin pi4j-plugin-ffm, which others bring along. */
        PI4J_FFM
    }

    /**
     * {@code [[sensor]]}: something that is measured.
     *
     * @param name unique in the node
     * @param driver one of the loader's descriptors
     * @param bus set exactly where the driver needs one
     * @param address the chip's 7-bit address on the bus, set exactly where the driver needs one
     * @param every the time from one measurement to the next
     * @param onChange whether only what differs from what was sent last is sent
     * @param averageOver what readings are averaged over, at least {@code every}; empty where each
     *     stands for itself
     * @param atLeastEvery how often something is sent though nothing changes
     * @param quantity what is set for quantities, by their names
     * @param options the driver's own, with its defaults filled in: {@code String}, {@code Long},
     *     {@code Double}, {@code Boolean} or {@code Duration}
     */
    public record Sensor(
            String name,
            String driver,
            Optional<String> bus,
            OptionalInt address,
            Duration every,
            boolean onChange,
            Optional<Duration> averageOver,
            Duration atLeastEvery,
            Map<String, Quantity> quantity,
            Map<String, Object> options) {
        public Sensor {
            quantity = Map.copyOf(quantity);
            options = Map.copyOf(options);
        }

        /** A text or a choice; empty where it is neither set nor has a default. */
        public Optional<String> text(String option) {
            return option(option, String.class);
        }

        /** A whole number. */
        public OptionalLong integer(String option) {
            return option(option, Long.class).map(OptionalLong::of).orElseGet(OptionalLong::empty);
        }

        /** A number. */
        public OptionalDouble number(String option) {
            return option(option, Double.class)
                    .map(OptionalDouble::of)
                    .orElseGet(OptionalDouble::empty);
        }

        /** A flag. */
        public Optional<Boolean> flag(String option) {
            return option(option, Boolean.class);
        }

        /** A duration. */
        public Optional<Duration> duration(String option) {
            return option(option, Duration.class);
        }

        private <T> Optional<T> option(String option, Class<T> type) {
            return Optional.ofNullable(options.get(option)).map(type::cast);
        }
    }

    /**
     * {@code [sensor.quantity.NAME]}: how a quantity of a sensor is calibrated, checked and sent.
     * What is left out is as the sensor has it.
     *
     * @param unit what values are converted to; for a raw one, a count for instance, what {@code
     *     scale} makes of it. All else is in this unit
     * @param scale what a value is multiplied by, not 0
     * @param offset what is added to it then
     * @param range what is possible; what is outside is a fault
     * @param deadband how much a value has to differ by, more than which, from the last one sent
     * @param every how often one is sent of those that are read, at least the sensor's; where it is
     *     set this quantity isn't averaged, though the sensor be
     */
    public record Quantity(
            Optional<String> unit,
            double scale,
            double offset,
            Optional<Range> range,
            Optional<Boolean> onChange,
            OptionalDouble deadband,
            Optional<Duration> averageOver,
            Optional<Duration> atLeastEvery,
            Optional<Duration> every) {}

    /** From the least to the most, both included. */
    public record Range(double least, double most) {}

    /**
     * {@code [[actuator]]}: something that is set.
     *
     * @param name unique in the node, among its sensors too
     * @param driver one of the loader's descriptors of outputs
     * @param lease how long a write holds that doesn't say, at most {@code maxLease}
     * @param maxLease the longest that a write may hold
     * @param priority whose writes come before others', first to last: {@code local}, {@code peer},
     *     {@code rule}, {@code mqtt}, or one of them as in {@code peer:shed}
     * @param options the driver's own, as of a sensor
     */
    public record Actuator(
            String name,
            String driver,
            Duration lease,
            Duration maxLease,
            List<String> priority,
            Map<String, Object> options) {
        public Actuator {
            priority = List.copyOf(priority);
            options = Map.copyOf(options);
        }
    }

    /**
     * {@code [[peer]]}: another node, for those who provision by file.
     *
     * @param name unique among the peers
     * @param id its node ID, as it is printed
     * @param address where it listens; without one, discovery has to find it
     * @param roles what it may do here
     */
    public record Peer(String name, String id, Optional<HostPort> address, List<Grant> roles) {
        public Peer {
            roles = List.copyOf(roles);
        }
    }

    /** What a peer may do. */
    public enum Role {
        MONITOR,
        READ,
        WRITE,
        BULK,
        ADMIN;

        /** As it is written. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A role, and what it is for: {@code read:air/*}.
     *
     * @param pattern over series, actuators or files, as the role is; {@code **} for all of them
     */
    public record Grant(Role role, String pattern) {
        /** The pattern of a role that is written without one. */
        public static final String EVERYTHING = "**";

        /** The grant that the text says. */
        public static Grant parse(String text) throws Malformed {
            int colon = text.indexOf(':');
            String word = colon < 0 ? text : text.substring(0, colon);
            for (Role role : Role.values()) {
                if (role.toString().equals(word)) {
                    return new Grant(
                            role,
                            colon < 0 ? EVERYTHING : pattern(role, text.substring(colon + 1)));
                }
            }
            throw new Malformed(
                    Malformed.quote(text)
                            + " is not a role: known are monitor, read, write, bulk and admin, and"
                            + " patterns as in \"read:air/*\"");
        }

        private static String pattern(Role role, String text) throws Malformed {
            return switch (role) {
                case READ -> Patterns.readable(text);
                case WRITE -> Patterns.actuator(text);
                case BULK -> Patterns.file(text);
                case MONITOR, ADMIN ->
                        throw new Malformed(
                                "the role \""
                                        + role
                                        + "\" takes no pattern: write \""
                                        + role
                                        + "\"");
            };
        }

        /** As it is written. */
        @Override
        public String toString() {
            return pattern.equals(EVERYTHING) ? role.toString() : role + ":" + pattern;
        }
    }

    /**
     * {@code [[subscribe]]}: what this node wants of others.
     *
     * @param peer a node's name, a node ID as it is printed, or {@value #EVERY_PEER}; it need not
     *     be among the peers, since pairing may bring it
     * @param series patterns over its series, {@code sensor/quantity}
     */
    public record Subscribe(String peer, List<String> series) {
        /** Stands for each paired peer. */
        public static final String EVERY_PEER = "*";

        /** Different patterns that may be wanted of one peer, by all its subscriptions. */
        public static final int PATTERNS_MAX = 64;

        public Subscribe {
            series = List.copyOf(series);
        }
    }
}
