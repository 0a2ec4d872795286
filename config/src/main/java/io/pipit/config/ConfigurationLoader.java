package io.pipit.config;

import io.pipit.config.Configuration.Actuator;
import io.pipit.config.Configuration.Coap;
import io.pipit.config.Configuration.Discovery;
import io.pipit.config.Configuration.Files;
import io.pipit.config.Configuration.Hardware;
import io.pipit.config.Configuration.Log;
import io.pipit.config.Configuration.Metrics;
import io.pipit.config.Configuration.Mqtt;
import io.pipit.config.Configuration.Node;
import io.pipit.config.Configuration.Page;
import io.pipit.config.Configuration.Peer;
import io.pipit.config.Configuration.Sensor;
import io.pipit.config.Configuration.Store;
import io.pipit.config.Configuration.Subscribe;
import io.pipit.config.Problem.Place;
import io.pipit.config.Section.Entry;
import io.pipit.config.Section.Part;
import io.pipit.config.Section.Setting;
import io.pipit.config.rule.Action;
import io.pipit.config.rule.ConditionParser;
import io.pipit.config.rule.KnownSeries;
import io.pipit.config.rule.Misread;
import io.pipit.config.rule.Rule;
import io.pipit.config.rule.WrittenString;
import io.pipit.config.text.HostPort;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Spelling;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

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

    /** Only what changes is said of an actuator, and its own node knows it meanwhile. */
    private static final Duration ACTUATORS_STALE_AFTER = Duration.ofDays(3_650);

    /** Says what is wrong with a provider of buses and lines for those who have to use it. */
    @FunctionalInterface
    public interface Providers {
        /** A line; empty where nothing is. */
        Optional<String> problemWith(Configuration.Provider provider);
    }

    private final Map<String, DriverDescriptor> drivers = new LinkedHashMap<>();
    private final Map<String, DriverDescriptor> outputs = new LinkedHashMap<>();
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
        this.providers = providers;
        drivers.forEach(driver -> add(driver, Keys.SENSOR, this.drivers));
        outputs.forEach(driver -> add(driver, Keys.ACTUATOR, this.outputs));
    }

    private static void add(
            DriverDescriptor driver, Section section, Map<String, DriverDescriptor> to) {
        if (to.putIfAbsent(driver.name(), driver) != null) {
            throw new IllegalArgumentException("two drivers are called " + driver.name());
        }
        driver.options().forEach(option -> check(driver, section, option.key()));
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

    private static void check(DriverDescriptor driver, Section section, Setting<?> key) {
        String name = driver.name() + "." + key.name();
        if (section.has(key.name())) {
            throw new IllegalArgumentException(
                    name + " has the name of a key of every " + section.name());
        }
        Object fallback = key.fallback();
        if (fallback != null) {
            var nowhere = new Place(Path.of(driver.name()), 1, 1);
            var scope =
                    new Scope(
                            new Environment(Map.of(), ""),
                            Path.of("/"),
                            problem -> {
                                throw new IllegalArgumentException(problem.toString());
                            });
            key.kind().reader().read(new Kind.Value(name, fallback, nowhere, scope));
        }
    }

    private record Scope(Environment environment, Path base, Consumer<Problem> reporter)
            implements Kind.Scope {
        @Override
        public void report(Problem problem) {
            reporter.accept(problem);
        }
    }

    /** One reading of one configuration. */
    private final class Reading {
        private final Path main;
        private final Environment environment;
        private final Scope scope;
        private final List<Problem> problems = new ArrayList<>();
        private int omitted;
        private String ownName = "";
        private final Map<String, List<Part>> parts = new HashMap<>();

        /** Also of those that were refused. */
        private final Set<String> sensorNames = new TreeSet<>();

        private final Set<String> actuatorNames = new TreeSet<>();

        /** What may be there once, and where it was first. */
        private final Map<List<Object>, Place> taken = new HashMap<>();

        private final Map<Path, String> texts = new HashMap<>();

        /** What is wanted of whom, as far as the subscriptions were read. */
        private final Map<String, Set<String>> wanted = new HashMap<>();

        Reading(Path main, Environment environment) {
            this.main = main;
            this.environment = environment;
            Path folder = main.toAbsolutePath().normalize().getParent();
            this.scope =
                    new Scope(environment, folder == null ? Path.of("/") : folder, this::report);
        }

        LoadedConfiguration load() {
            var source = new Source(this::report);
            List<Path> files = source.files(main);
            for (Path file : files) {
                source.parse(file).ifPresent(parsed -> sort(file, parsed));
            }
            Optional<Node> node = node(single(Keys.NODE));
            Optional<Coap> coap = coap(single(Keys.COAP));
            Optional<Discovery> discovery = discovery(single(Keys.DISCOVERY));
            Optional<Store> store = store(single(Keys.STORE));
            Optional<Log> log = log(single(Keys.LOG));
            Optional<Metrics> metrics = metrics(single(Keys.METRICS));
            Optional<Page> page = page(single(Keys.PAGE));
            Optional<Files> shared = files(single(Keys.FILES));
            Optional<Mqtt> mqtt = mqtt(single(Keys.MQTT));
            Optional<Hardware> hardware = hardware(single(Keys.HARDWARE));
            List<Sensor> sensors = each(Keys.SENSOR, this::sensor);
            List<Actuator> actuators = each(Keys.ACTUATOR, this::actuator);
            List<Peer> peers = each(Keys.PEER, this::peer);
            List<Subscribe> subscriptions = each(Keys.SUBSCRIBE, in -> subscribe(in, peers));
            List<Rule> rules = each(Keys.RULE, in -> rule(in, sensors, actuators));
            if (!problems.isEmpty()) {
                problems.sort(
                        Comparator.comparingInt((Problem problem) -> files.indexOf(problem.file()))
                                .thenComparingInt(Problem::line)
                                .thenComparingInt(Problem::column));
                return new LoadedConfiguration.Refused(problems, omitted);
            }
            return new LoadedConfiguration.Accepted(
                    new Configuration(
                            node.orElseThrow(),
                            coap.orElseThrow(),
                            discovery.orElseThrow(),
                            store.orElseThrow(),
                            log.orElseThrow(),
                            metrics.orElseThrow(),
                            page.orElseThrow(),
                            shared.orElseThrow(),
                            mqtt.orElseThrow(),
                            hardware.orElseThrow(),
                            sensors,
                            actuators,
                            peers,
                            subscriptions,
                            rules));
        }

        private void report(Problem problem) {
            if (problems.size() < PROBLEMS_MAX) {
                problems.add(problem);
            } else {
                omitted++;
            }
        }

        /** Lays each table of the file with its section. */
        private void sort(Path file, Source.Parsed parsed) {
            texts.put(file, parsed.text());
            TomlTable root = parsed.table();
            for (String name : root.keySet()) {
                Place place =
                        Place.of(file, root.inputPositionOf(List.of(name)), new Place(file, 1, 1));
                Optional<Section> section =
                        Keys.SECTIONS.stream()
                                .filter(known -> known.name().equals(name))
                                .findFirst();
                Object value = root.get(List.of(name));
                if (section.isEmpty()) {
                    report(place.problem(unknown(name, value)));
                } else if (value instanceof TomlTable table && !section.get().repeated()) {
                    lay(section.get(), new Part(file, table, parsed.whole(), place));
                } else if (value instanceof TomlArray array && section.get().repeated()) {
                    for (int i = 0; i < array.size(); i++) {
                        Place here = Place.of(file, array.inputPositionOf(i), place);
                        if (array.get(i) instanceof TomlTable table) {
                            lay(section.get(), new Part(file, table, parsed.whole(), here));
                        } else {
                            report(
                                    here.problem(
                                            "must be a table: write " + section.get().header()));
                        }
                    }
                } else {
                    report(
                            place.problem(
                                    Malformed.quote(name)
                                            + " must be a table: write "
                                            + section.get().header()
                                            + " on a line of its own and its keys below"));
                }
            }
        }

        private void lay(Section section, Part part) {
            parts.computeIfAbsent(section.name(), _ -> new ArrayList<>()).add(part);
        }

        private static String unknown(String name, @Nullable Object value) {
            List<String> known = Keys.SECTIONS.stream().map(Section::name).toList();
            String headers =
                    String.join(", ", Keys.SECTIONS.stream().map(Section::header).toList());
            if (!(value instanceof TomlTable) && !(value instanceof TomlArray)) {
                Optional<Section> owner =
                        Keys.SECTIONS.stream().filter(section -> section.has(name)).findFirst();
                if (owner.isPresent()) {
                    return Malformed.quote(name)
                            + " stands outside of any section: it belongs in "
                            + owner.get().header();
                }
            }
            return "unknown section "
                    + Malformed.quote(name)
                    + ": "
                    + Spelling.nearest(name, known)
                            .map(near -> "did you mean " + Malformed.quote(near) + "? ")
                            .orElse("")
                    + "Sections are "
                    + headers;
        }

        private Entry single(Section section) {
            Entry in =
                    new Entry(
                            section,
                            parts.getOrDefault(section.name(), List.of()),
                            new Place(main, 1, 1),
                            scope);
            in.refuseUnknown(List.of());
            return in;
        }

        private <T> List<T> each(Section section, Function<Entry, Optional<T>> reader) {
            List<Part> all = parts.getOrDefault(section.name(), List.of());
            if (all.size() > section.entriesMax()) {
                report(
                        all.get(section.entriesMax())
                                .header()
                                .problem(
                                        "there may be "
                                                + section.entriesMax()
                                                + " "
                                                + section.header()
                                                + ", but there are "
                                                + all.size()));
            }
            List<T> read = new ArrayList<>();
            for (Part part : all.subList(0, Math.min(all.size(), section.entriesMax()))) {
                reader.apply(new Entry(section, List.of(part), part.header(), scope))
                        .ifPresent(read::add);
            }
            return read;
        }

        private Optional<Node> node(Entry in) {
            Optional<String> name = in.get(Keys.NODE_NAME);
            var dataDir = in.get(Keys.DATA_DIR);
            var runDir = in.get(Keys.RUN_DIR);
            String own = name.orElseGet(environment::nodeName);
            ownName = own;
            return in.sound()
                    ? Optional.of(new Node(own, dataDir.orElseThrow(), runDir.orElseThrow()))
                    : Optional.empty();
        }

        private Optional<Coap> coap(Entry in) {
            var listen = in.get(Keys.LISTEN);
            var monitor = in.get(Keys.MONITOR);
            var access = in.get(Keys.MONITOR_ACCESS);
            var announce = in.get(Keys.ANNOUNCE_NAME);
            return in.sound()
                    ? Optional.of(
                            new Coap(
                                    listen.orElseThrow(),
                                    monitor.orElseThrow(),
                                    access.orElseThrow(),
                                    announce.orElseThrow()))
                    : Optional.empty();
        }

        private Optional<Discovery> discovery(Entry in) {
            var multicast = in.get(Keys.MULTICAST);
            var dnsSd = in.get(Keys.DNS_SD);
            return in.sound()
                    ? Optional.of(new Discovery(multicast.orElseThrow(), dnsSd.orElseThrow()))
                    : Optional.empty();
        }

        private Optional<Store> store(Entry in) {
            var keep = in.get(Keys.KEEP);
            var maxSize = in.get(Keys.MAX_SIZE);
            var commitEvery = in.get(Keys.COMMIT_EVERY);
            var writeBudget = in.get(Keys.WRITE_BUDGET);
            return in.sound()
                    ? Optional.of(
                            new Store(
                                    keep.orElseThrow(),
                                    maxSize.orElseThrow(),
                                    commitEvery.orElseThrow(),
                                    whole(writeBudget)))
                    : Optional.empty();
        }

        private Optional<Log> log(Entry in) {
            return in.get(Keys.LEVEL).map(Log::new);
        }

        private Optional<Metrics> metrics(Entry in) {
            var http = in.get(Keys.HTTP);
            var beyond = in.get(Keys.BEYOND_LOOPBACK);
            refuseBeyondLoopback(in, Keys.HTTP, http, beyond);
            return in.sound()
                    ? Optional.of(new Metrics(http, beyond.orElseThrow()))
                    : Optional.empty();
        }

        private Optional<Page> page(Entry in) {
            var http = in.get(Keys.PAGE_HTTP);
            var beyond = in.get(Keys.PAGE_BEYOND_LOOPBACK);
            refuseBeyondLoopback(in, Keys.PAGE_HTTP, http, beyond);
            return in.sound()
                    ? Optional.of(new Page(http, beyond.orElseThrow()))
                    : Optional.empty();
        }

        /** Unless it is said that this is meant. */
        private static void refuseBeyondLoopback(
                Entry in,
                Setting<HostPort> key,
                Optional<HostPort> http,
                Optional<Boolean> beyond) {
            if (in.sound()
                    && http.isPresent()
                    && !http.get().isLoopback()
                    && !beyond.orElse(false)) {
                in.refuse(
                        in.place(key),
                        "http: others than this machine's programs reach "
                                + http.get()
                                + ", unencrypted; write 127.0.0.1, or beyond-loopback = true");
            }
        }

        private Optional<Files> files(Entry in) {
            var share = in.get(Keys.SHARE);
            var inbox = in.get(Keys.INBOX);
            var quota = in.get(Keys.QUOTA);
            var inboxMaxSize = in.get(Keys.INBOX_MAX_SIZE);
            var spoolMaxSize = in.get(Keys.SPOOL_MAX_SIZE);
            var keepFree = in.get(Keys.KEEP_FREE);
            var rate = in.get(Keys.RATE);
            return in.sound()
                    ? Optional.of(
                            new Files(
                                    share,
                                    inbox,
                                    quota.orElseThrow(),
                                    inboxMaxSize.orElseThrow(),
                                    spoolMaxSize.orElseThrow(),
                                    keepFree.orElseThrow(),
                                    whole(rate)))
                    : Optional.empty();
        }

        private Optional<Mqtt> mqtt(Entry in) {
            var broker = in.get(Keys.BROKER);
            var clientId = in.get(Keys.CLIENT_ID);
            var username = in.get(Keys.USERNAME);
            var password = in.get(Keys.PASSWORD);
            var ca = in.get(Keys.CA);
            var certificate = in.get(Keys.CERTIFICATE);
            var key = in.get(Keys.PRIVATE_KEY);
            var topicPrefix = in.get(Keys.TOPIC_PREFIX);
            var keepAlive = in.get(Keys.KEEP_ALIVE);
            var series = in.get(Keys.MQTT_SERIES);
            var homeAssistant = in.get(Keys.HOME_ASSISTANT);
            var commands = in.get(Keys.COMMANDS);
            var lease = in.get(Keys.COMMAND_LEASE);
            if (in.has(Keys.CERTIFICATE) != in.has(Keys.PRIVATE_KEY)) {
                in.refuse(
                        in.place(in.has(Keys.PRIVATE_KEY) ? Keys.PRIVATE_KEY : Keys.CERTIFICATE),
                        "certificate and key are of use together alone: set both");
            }
            if (broker.isPresent() && !broker.get().tls()) {
                for (Setting<?> setting : List.of(Keys.CA, Keys.CERTIFICATE)) {
                    if (in.has(setting)) {
                        in.refuse(
                                in.place(setting),
                                setting.name()
                                        + ": there is no TLS with mqtt://; write mqtts:// for the"
                                        + " broker");
                    }
                }
            }
            return in.sound()
                    ? Optional.of(
                            new Mqtt(
                                    broker,
                                    clientId,
                                    username,
                                    password,
                                    ca,
                                    certificate,
                                    key,
                                    topicPrefix.orElseThrow(),
                                    keepAlive.orElseThrow(),
                                    series.orElseThrow(),
                                    homeAssistant.orElseThrow(),
                                    commands.orElseThrow(),
                                    lease.orElseThrow()))
                    : Optional.empty();
        }

        private static OptionalLong whole(Optional<Long> number) {
            return number.map(OptionalLong::of).orElseGet(OptionalLong::empty);
        }

        private Optional<Hardware> hardware(Entry in) {
            Optional<Configuration.Provider> provider = in.get(Keys.PROVIDER);
            provider.flatMap(providers::problemWith)
                    .ifPresent(wrong -> in.refuse(in.place(Keys.PROVIDER), "provider: " + wrong));
            return in.sound() ? provider.map(Hardware::new) : Optional.empty();
        }

        private Optional<Sensor> sensor(Entry in) {
            var name = in.get(Keys.SENSOR_NAME);
            var bus = in.get(Keys.BUS);
            var address = in.get(Keys.ADDRESS);
            name.ifPresent(sensorNames::add);
            name.ifPresent(it ->
                    once(in, Keys.SENSOR_NAME, "the sensor " + Malformed.quote(it), "sensor", it));
            if (bus.isPresent() && address.isPresent()) {
                String chip = "address 0x%02x on %s".formatted(address.get(), bus.get());
                once(in, Keys.ADDRESS, chip, bus.get(), address.get());
            }
            return new SensorReader(drivers, scope).read(in, name, bus, address);
        }

        private Optional<Actuator> actuator(Entry in) {
            var name = in.get(Keys.ACTUATOR_NAME);
            name.ifPresent(actuatorNames::add);
            name.ifPresent(it ->
                    once(
                            in,
                            Keys.ACTUATOR_NAME,
                            "a sensor or actuator " + Malformed.quote(it),
                            "sensor",
                            it));
            return new SensorReader(outputs, scope).actuator(in, name);
        }

        private Optional<Peer> peer(Entry in) {
            in.refuseUnknown(List.of());
            var name = in.get(Keys.PEER_NAME);
            var id = in.get(Keys.ID);
            var address = in.get(Keys.PEER_ADDRESS);
            var roles = in.get(Keys.ROLES);
            name.ifPresent(
                    it -> once(in, Keys.PEER_NAME, "the peer " + Malformed.quote(it), "peer", it));
            if (name.isPresent() && name.get().equals(ownName)) {
                in.refuse(
                        in.place(Keys.PEER_NAME),
                        "name: "
                                + Malformed.quote(ownName)
                                + " is this node's own: each needs another");
            }
            id.ifPresent(it -> once(in, Keys.ID, "the peer " + it, "id", it));
            return in.sound()
                    ? Optional.of(
                            new Peer(
                                    name.orElseThrow(),
                                    id.orElseThrow(),
                                    address,
                                    roles.orElseThrow()))
                    : Optional.empty();
        }

        private Optional<Subscribe> subscribe(Entry in, List<Peer> peers) {
            in.refuseUnknown(List.of());
            var peer = in.get(Keys.SUBSCRIBE_PEER);
            var series = in.get(Keys.SERIES);
            if (peer.isPresent() && series.isPresent()) {
                refuseTooMany(in, peer.get(), series.get(), peers);
            }
            return in.sound()
                    ? Optional.of(new Subscribe(peer.orElseThrow(), series.orElseThrow()))
                    : Optional.empty();
        }

        private Optional<Rule> rule(Entry in, List<Sensor> sensors, List<Actuator> actuators) {
            in.refuseUnknown(List.of());
            var name = in.get(Keys.RULE_NAME);
            name.ifPresent(
                    it -> once(in, Keys.RULE_NAME, "the rule " + Malformed.quote(it), "rule", it));
            var staleAfter = in.get(Keys.STALE_AFTER);
            var timeZone = in.get(Keys.TIME_ZONE);
            KnownSeries known =
                    new SensorReader(drivers, scope)
                            .known(sensors, sensorNames, driven(actuators, staleAfter), staleAfter);
            var when = in.get(Keys.WHEN).flatMap(value -> when(value, known));
            var set = in.get(Keys.SET).flatMap(this::action);
            var otherwise = in.get(Keys.OTHERWISE).flatMap(this::action);
            var unknown = in.get(Keys.UNKNOWN).flatMap(this::action);
            boolean whole =
                    in.sound()
                            && when.isPresent()
                            && set.isPresent()
                            && otherwise.isPresent() == in.has(Keys.OTHERWISE)
                            && unknown.isPresent() == in.has(Keys.UNKNOWN);
            return whole
                    ? Optional.of(
                            new Rule(
                                    name,
                                    when.orElseThrow(),
                                    set.orElseThrow(),
                                    otherwise,
                                    unknown,
                                    staleAfter,
                                    timeZone))
                    : Optional.empty();
        }

        private Optional<Rule.When> when(Kind.Value value, KnownSeries known) {
            if (!(value.raw() instanceof String raw)) {
                return value.mustBe("a condition such as \"air/temperature > 30\"");
            }
            try {
                String text = environment.expand(raw);
                return parsed(value, text, text.equals(raw), known);
            } catch (Malformed e) {
                return value.refuse(e.getMessage());
            }
        }

        /** Where variables were filled in, an error is at the key: nothing says more. */
        private Optional<Rule.When> parsed(
                Kind.Value value, String text, boolean asWritten, KnownSeries known) {
            try {
                return Optional.of(
                        new Rule.When(text, ConditionParser.parse(text, ownName, known)));
            } catch (Misread e) {
                Place key = value.place();
                Place exact =
                        WrittenString.find(
                                        asWritten ? texts.getOrDefault(key.file(), "") : "",
                                        new WrittenString.Spot(key.line(), key.column()),
                                        e.offset())
                                .map(spot -> new Place(key.file(), spot.line(), spot.column()))
                                .orElse(key);
                return new Kind.Value(value.label(), value.raw(), exact, scope)
                        .refuse(e.getMessage());
            }
        }

        private Optional<Action> action(Kind.Value value) {
            if (!(value.raw() instanceof TomlTable table)) {
                return value.mustBe("a table such as { fan = true, for = \"10m\" }");
            }
            Place place = value.place();
            return Action.read(
                    table,
                    ownName,
                    this::checkActuator,
                    (at, message) ->
                            new Kind.Value(
                                            value.label(),
                                            value.raw(),
                                            Place.of(place.file(), at, place),
                                            scope)
                                    .refuse(message));
        }

        /** An actuator's value is known until it changes. */
        private KnownSeries driven(List<Actuator> actuators, Optional<Duration> staleAfter) {
            return series -> {
                if (!actuatorNames.contains(series.sensor())) {
                    Set<String> names = new TreeSet<>(sensorNames);
                    names.addAll(actuatorNames);
                    throw new Malformed(
                            "this node has no sensor "
                                    + Malformed.quote(series.sensor())
                                    + ": "
                                    + Spelling.hint(series.sensor(), names));
                }
                Optional<DriverDescriptor> driver =
                        actuators.stream()
                                .filter(one -> one.name().equals(series.sensor()))
                                .findFirst()
                                .map(one -> outputs.get(one.driver()));
                List<String> sets =
                        driver.stream()
                                .flatMap(one -> one.quantities().stream())
                                .map(DriverDescriptor.Quantity::name)
                                .toList();
                if (!sets.isEmpty() && !sets.contains(series.quantity())) {
                    throw new Malformed(
                            "the actuator "
                                    + series.sensor()
                                    + " sets no "
                                    + Malformed.quote(series.quantity())
                                    + ": "
                                    + Spelling.hint(series.quantity(), sets));
                }
                return new KnownSeries.Traits(
                        staleAfter.orElse(ACTUATORS_STALE_AFTER),
                        driver.flatMap(one -> one.quantity(series.quantity()))
                                .map(DriverDescriptor.Quantity::unit));
            };
        }

        /** Its range is its driver's, and said when it is set. */
        private void checkActuator(String actuator, double value) throws Malformed {
            if (!actuatorNames.contains(actuator)) {
                throw new Malformed(
                        "this node has no actuator "
                                + Malformed.quote(actuator)
                                + ": "
                                + Spelling.hint(actuator, actuatorNames));
            }
        }

        /** Adds up over all subscriptions to one peer, by its name, its ID and with all others. */
        private void refuseTooMany(Entry in, String peer, List<String> series, List<Peer> peers) {
            wanted.computeIfAbsent(peer, _ -> new HashSet<>()).addAll(series);
            Set<String> whose = peer.equals(Subscribe.EVERY_PEER) ? wanted.keySet() : Set.of(peer);
            int most = 0;
            for (String one : whose) {
                Set<String> all = new HashSet<>(wanted.getOrDefault(one, Set.of()));
                all.addAll(wanted.getOrDefault(Subscribe.EVERY_PEER, Set.of()));
                for (Peer known : peers) {
                    if (known.name().equals(one)) {
                        all.addAll(wanted.getOrDefault(known.id(), Set.of()));
                    } else if (known.id().equals(one)) {
                        all.addAll(wanted.getOrDefault(known.name(), Set.of()));
                    }
                }
                most = Math.max(most, all.size());
            }
            if (most > Subscribe.PATTERNS_MAX) {
                in.refuse(
                        in.place(Keys.SERIES),
                        "series: with this "
                                + most
                                + " patterns are wanted of one peer, and there may be "
                                + Subscribe.PATTERNS_MAX
                                + ": write wider ones, as in \"air/*\" or \"*/temperature\"");
            }
        }

        /** Reports the entry where what the parts say was there before. */
        private void once(Entry in, Setting<?> key, String what, Object... identity) {
            Place place = in.place(key);
            Place first = taken.putIfAbsent(List.of(identity), place);
            if (first != null) {
                in.refuse(place, what + " is there already, in " + first.seenFrom(place));
            }
        }
    }
}
