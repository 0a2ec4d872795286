package io.pipit.config;

import io.pipit.config.Configuration.Actuator;
import io.pipit.config.rule.KnownSeries.Traits;
import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.Spelling;
import io.pipit.config.toml.Document;
import io.pipit.config.toml.Entry;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** {@code [[actuator]]} of one configuration, with the drivers' own keys. One thread. */
final class ActuatorSection {
    /** The most actuators of a node. */
    private static final int ACTUATORS_MAX = 64;

    /** The most kinds of writers that are put in an order. */
    private static final int WRITERS_MAX = 16;

    private static final Duration LEASE_MIN = Duration.ofMillis(100);
    private static final Duration LEASE_MAX = Duration.ofDays(366);

    /** Only what changes is said of an actuator, and its own node knows it meanwhile. */
    private static final Duration STALE_AFTER = Duration.ofDays(3_650);

    private static final Setting<String> NAME =
            Setting.required(
                    "name",
                    Kind.name("fan"),
                    "What it is called. No sensor may be called so: what it is set to is a series, too.");
    private static final Setting<String> DRIVER =
            Setting.required(
                    "driver",
                    Kind.text("a driver such as \"gpio-output\"", Names.FORM, driver -> driver),
                    "What sets it; `pipit actuators --drivers` lists them.");
    private static final Setting<Duration> LEASE =
            Setting.withDefault(
                    "lease",
                    Kind.duration(LEASE_MIN, LEASE_MAX),
                    "10m",
                    "How long a write holds that doesn't say. After that it is safe again.");
    private static final Setting<Duration> LEASE_LONGEST =
            Setting.withDefault(
                    "max-lease",
                    Kind.duration(LEASE_MIN, LEASE_MAX),
                    "1d",
                    "The longest that a write may hold.");
    private static final Setting<List<String>> PRIORITY =
            Setting.withDefault(
                    "priority",
                    Kind.list(
                            Kind.text(
                                    "a writer such as \"local\" or \"peer:shed\"",
                                    "(local|peer|rule|mqtt)(:" + Names.FORM + ")?",
                                    "is no writer: known are local, peer, rule and mqtt, and one of them"
                                            + " as in \"peer:shed\""),
                            0,
                            WRITERS_MAX),
                    List.of(),
                    "Whose writes come before others', first to last: local, peer, rule, mqtt, or one of"
                            + " them as in \"peer:shed\". Among equals the last one counts.");
    static final Section ACTUATOR =
            Section.repeated(
                            "actuator",
                            ACTUATORS_MAX,
                            "Something to set. A driver may have keys of its own besides these.",
                            NAME,
                            DRIVER,
                            LEASE,
                            LEASE_LONGEST,
                            PRIORITY)
                    .andOthers();

    private final Drivers drivers;
    private final List<Actuator> actuators;

    /** Also of those that were refused. */
    private final Set<String> names = new TreeSet<>();

    ActuatorSection(Document document, Drivers drivers) {
        this.drivers = drivers;
        this.actuators = document.each(ACTUATOR, this::actuator);
    }

    List<Actuator> actuators() {
        return actuators;
    }

    Set<String> names() {
        return names;
    }

    /** What rules may go by of an actuator among {@link #names}: known until it changes. */
    Traits traits(String name, String quantity) throws Malformed {
        Optional<DriverDescriptor> driver =
                actuators.stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .flatMap(one -> drivers.named(one.driver()));
        if (driver.isPresent() && !driver.get().mayHave(quantity)) {
            throw new Malformed("the actuator " + name + " sets no " + driver.get().hint(quantity));
        }
        return new Traits(
                STALE_AFTER,
                driver.flatMap(one -> one.quantity(quantity)).map(DriverDescriptor.Quantity::unit));
    }

    /** For how long a write to one may hold at the most; its range is said when it is set. */
    Duration longestLease(String name) throws Malformed {
        if (!names.contains(name)) {
            throw new Malformed(
                    "this node has no actuator "
                            + Malformed.quote(name)
                            + ": "
                            + Spelling.hint(name, names));
        }
        return actuators.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .map(Actuator::maxLease)
                .orElse(LEASE_MAX);
    }

    private Optional<Actuator> actuator(Entry in) {
        in.find(NAME)
                .ifPresent(name -> {
                    names.add(name);
                    String what = "a sensor or actuator " + Malformed.quote(name);
                    in.once(NAME, what, "sensor", name);
                });
        Optional<Duration> lease = in.find(LEASE);
        Optional<Duration> longest = in.find(LEASE_LONGEST);
        if (in.has(LEASE)
                && lease.isPresent()
                && longest.isPresent()
                && lease.get().compareTo(longest.get()) > 0) {
            in.refuse(
                    LEASE,
                    "lease: "
                            + Durations.format(lease.get())
                            + " is longer than the "
                            + Durations.format(longest.get())
                            + " of max-lease: shorten it, or raise that");
        }
        Map<String, Object> options =
                drivers.of(in, DRIVER).map(driver -> Drivers.options(in, driver)).orElse(Map.of());
        return in.made(() ->
                new Actuator(
                        in.get(NAME),
                        in.get(DRIVER),
                        shorter(in.get(LEASE), in.get(LEASE_LONGEST)),
                        in.get(LEASE_LONGEST),
                        in.get(PRIORITY),
                        options));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
