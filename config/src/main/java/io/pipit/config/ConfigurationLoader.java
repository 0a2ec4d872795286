package io.pipit.config;

import io.pipit.config.rule.KnownSeries;
import io.pipit.config.rule.Rule;
import io.pipit.config.rule.RuleSection;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Spelling;
import io.pipit.config.toml.Document;
import io.pipit.config.toml.Problem;
import io.pipit.config.toml.Section;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads a configuration from TOML: a file and each {@code conf.d/*.toml} beside it, in the order of
 * their names. Sensors, actuators, peers, subscriptions and rules of all files add up; a key of the
 * other sections that several files set is checked in each of them, and the last file's counts.
 *
 * <p>In strings {@code ${NAME}} and {@code ${NAME:-default}} stand for environment variables; a
 * second dollar sign in front, {@code $${NAME}}, makes that plain text. Bad input never throws: it
 * comes back as problems, all of them at once. Safe for use by several threads.
 *
 * {@snippet :
 * var host = new DriverDescriptor("host", false, false, List.of());
 * var loader = new ConfigurationLoader(List.of(host));
 * switch (loader.load(Path.of("/etc/pipit/pipit.toml"), Environment.ofProcess())) {
 *     case LoadedConfiguration.Accepted(Configuration configuration) -> start(configuration);
 *     case LoadedConfiguration.Refused(List<Problem> problems, int omitted) ->
 *             problems.forEach(System.err::println);
 * }
 * }
 */
public final class ConfigurationLoader {
    /** The most problems that are listed; the others are counted. */
    public static final int PROBLEMS_MAX = 100;

    private static final String DEFAULT = "pipit.toml";

    /** How often a peer measures isn't known here. */
    private static final Duration PEERS_STALE_AFTER = Duration.ofMinutes(5);

    /** All that there are: what the loader, the JSON Schema and the hints are made from. */
    static final List<Section> SECTIONS =
            List.of(
                    NodeSections.NODE,
                    NetworkSections.COAP,
                    NetworkSections.DISCOVERY,
                    NodeSections.STORE,
                    NodeSections.LOG,
                    NetworkSections.METRICS,
                    NetworkSections.PAGE,
                    NodeSections.FILES,
                    MqttSection.MQTT,
                    NodeSections.HARDWARE,
                    SensorSection.SENSOR,
                    ActuatorSection.ACTUATOR,
                    PeerSections.PEER,
                    PeerSections.SUBSCRIBE,
                    RuleSection.RULE);

    /** Says what is wrong with a provider of buses and lines for those who have to use it. */
    @FunctionalInterface
    public interface Providers {
        /** A line; empty where nothing is. */
        Optional<String> problemWith(Configuration.Provider provider);
    }

    private final Drivers drivers;
    private final Drivers outputs;
    private final Providers providers;

    /** A loader that knows these drivers, and takes every provider to be there. */
    public ConfigurationLoader(List<DriverDescriptor> drivers) {
        this(drivers, List.of(), provider -> Optional.empty());
    }

    /**
     * A loader that knows these drivers and providers.
     *
     * @param outputs the drivers of actuators
     * @throws IllegalArgumentException where two have one name, or an option has the name of a key
     *     that every sensor or actuator has, or a default that it would refuse itself
     */
    public ConfigurationLoader(
            List<DriverDescriptor> drivers, List<DriverDescriptor> outputs, Providers providers) {
        this.drivers = new Drivers(SensorSection.SENSOR, drivers);
        this.outputs = new Drivers(ActuatorSection.ACTUATOR, outputs);
        this.providers = providers;
    }

    /** The annotated default configuration, as {@code pipit config} prints it. */
    public static String annotatedDefault() {
        try (InputStream in = ConfigurationLoader.class.getResourceAsStream(DEFAULT)) {
            if (in == null) {
                throw new IllegalStateException(DEFAULT + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the file and its {@code conf.d}. */
    public LoadedConfiguration load(Path file, Environment environment) {
        return new Reading(file, environment).load();
    }

    /** One reading of one configuration. */
    private final class Reading {
        private final Path main;
        private final Environment environment;
        private final List<Problem> problems = new ArrayList<>();
        private int omitted;

        Reading(Path main, Environment environment) {
            this.main = main;
            this.environment = environment;
        }

        LoadedConfiguration load() {
            Path folder = main.toAbsolutePath().normalize().getParent();
            Path base = folder == null ? Path.of("/") : folder;
            var document = new Document(main, SECTIONS, environment.scope(base, this::report));
            var node = document.single(NodeSections.NODE);
            String ownName = NodeSections.name(node, environment);
            var who = NodeSections.node(node, environment);
            var coap = NetworkSections.coap(document);
            var discovery = NetworkSections.discovery(document);
            var store = NodeSections.store(document);
            var log = NodeSections.log(document);
            var metrics = NetworkSections.metrics(document);
            var page = NetworkSections.page(document);
            var files = NodeSections.files(document);
            var mqtt = MqttSection.mqtt(document);
            var hardware = NodeSections.hardware(document, providers);
            var sensors = new SensorSection(document, drivers);
            var actuators = new ActuatorSection(document, outputs);
            var peers = new PeerSections(document, ownName);
            List<Rule> rules =
                    RuleSection.rules(
                            document, ownName, series(sensors, actuators), actuators::longestLease);
            if (!problems.isEmpty()) {
                problems.sort(document.order());
                return new LoadedConfiguration.Refused(problems, omitted);
            }
            return new LoadedConfiguration.Accepted(
                    new Configuration(
                            who.orElseThrow(),
                            coap.orElseThrow(),
                            discovery.orElseThrow(),
                            store.orElseThrow(),
                            log.orElseThrow(),
                            metrics.orElseThrow(),
                            page.orElseThrow(),
                            files.orElseThrow(),
                            mqtt.orElseThrow(),
                            hardware.orElseThrow(),
                            sensors.sensors(),
                            actuators.actuators(),
                            peers.peers(),
                            peers.subscriptions(),
                            rules));
        }

        private static KnownSeries series(SensorSection sensors, ActuatorSection actuators) {
            return series -> {
                String name = series.sensor();
                if (series.node().isPresent()) {
                    return new KnownSeries.Traits(PEERS_STALE_AFTER, Optional.empty());
                }
                if (sensors.names().contains(name)) {
                    return sensors.traits(name, series.quantity());
                }
                if (actuators.names().contains(name)) {
                    return actuators.traits(name, series.quantity());
                }
                Set<String> names = new TreeSet<>(sensors.names());
                names.addAll(actuators.names());
                throw new Malformed(
                        "this node has no sensor "
                                + Malformed.quote(name)
                                + ": "
                                + Spelling.hint(name, names));
            };
        }

        private void report(Problem problem) {
            if (problems.size() < PROBLEMS_MAX) {
                problems.add(problem);
            } else {
                omitted++;
            }
        }
    }
}
