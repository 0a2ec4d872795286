package io.pipit.config;

import io.pipit.config.Configuration.Access;
import io.pipit.config.Configuration.Coap;
import io.pipit.config.Configuration.Discovery;
import io.pipit.config.Configuration.Metrics;
import io.pipit.config.Configuration.Page;
import io.pipit.config.text.HostPort;
import io.pipit.config.text.Malformed;
import io.pipit.config.toml.Document;
import io.pipit.config.toml.Entry;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import io.pipit.config.toml.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Where a node answers and how it is found: {@code [coap]}, {@code [metrics]} and the like. */
final class NetworkSections {
    /** The most addresses to listen on. */
    private static final int LISTEN_MAX = 16;

    private static final Setting<List<HostPort>> LISTEN =
            Setting.withDefault(
                    "listen",
                    Kind.list(Kind.hostPort().then(NetworkSections::literal), 0, LISTEN_MAX),
                    List.of("0.0.0.0:5684", "[::]:5684"),
                    "Where paired peers reach this node, over UDP and TCP, always encrypted.");
    private static final Setting<HostPort> MONITOR =
            Setting.withDefault(
                    "monitor",
                    Kind.hostPort().then(NetworkSections::loopback),
                    "127.0.0.1:5683",
                    "Where programs on this machine read it, unencrypted; a loopback address.");
    private static final Setting<Access> MONITOR_ACCESS =
            Setting.withDefault(
                    "monitor-access",
                    Kind.choice(Access.class),
                    "read",
                    "What they may read: \"read\" for everything, \"health\" for the node's state alone.");
    private static final Setting<Boolean> ANNOUNCE_NAME =
            Setting.withDefault(
                    "announce-name",
                    Kind.flag(),
                    false,
                    "Whether strangers on the network learn this node's name, and not its ID alone.");
    static final Section COAP =
            Section.single(
                    "coap",
                    "Where this node answers.",
                    LISTEN,
                    MONITOR,
                    MONITOR_ACCESS,
                    ANNOUNCE_NAME);

    private static final Setting<Boolean> MULTICAST =
            Setting.withDefault(
                    "multicast",
                    Kind.flag(),
                    true,
                    "Whether nodes on the same link find each other by CoAP multicast.");
    private static final Setting<Boolean> DNS_SD =
            Setting.withDefault(
                    "dns-sd", Kind.flag(), true, "Whether they do so by DNS-SD, as _coaps._udp.");
    static final Section DISCOVERY =
            Section.single(
                    "discovery", "How this node finds others, and they it.", MULTICAST, DNS_SD);

    private static final Setting<HostPort> METRICS_HTTP =
            Setting.optional(
                    "http",
                    Kind.hostPort().then(NetworkSections::literal),
                    "Where Prometheus finds this node's numbers, over HTTP at /metrics. Nowhere where left"
                            + " out.");
    private static final Setting<Boolean> METRICS_BEYOND_LOOPBACK =
            Setting.withDefault(
                    "beyond-loopback",
                    Kind.flag(),
                    false,
                    "Whether that may be an address that others reach; it is not encrypted.");
    static final Section METRICS =
            Section.single(
                    "metrics",
                    "This node's numbers, for Prometheus.",
                    METRICS_HTTP,
                    METRICS_BEYOND_LOOPBACK);

    private static final Setting<HostPort> PAGE_HTTP =
            Setting.optional(
                    "http",
                    Kind.hostPort().then(NetworkSections::literal),
                    "Where a browser finds the page that shows this node. Nowhere where left out.");
    private static final Setting<Boolean> PAGE_BEYOND_LOOPBACK =
            Setting.withDefault(
                    "beyond-loopback",
                    Kind.flag(),
                    false,
                    "Whether that may be an address that others reach; anybody there sees it, and it is"
                            + " not encrypted.");
    static final Section PAGE =
            Section.single("page", "This node in a browser.", PAGE_HTTP, PAGE_BEYOND_LOOPBACK);

    private NetworkSections() {}

    static Optional<Coap> coap(Document document) {
        Entry in = document.single(COAP);
        return in.made(() ->
                new Coap(
                        in.get(LISTEN),
                        in.get(MONITOR),
                        in.get(MONITOR_ACCESS),
                        in.get(ANNOUNCE_NAME)));
    }

    static Optional<Discovery> discovery(Document document) {
        Entry in = document.single(DISCOVERY);
        return in.made(() -> new Discovery(in.get(MULTICAST), in.get(DNS_SD)));
    }

    static Optional<Metrics> metrics(Document document) {
        return overHttp(
                document.single(METRICS), METRICS_HTTP, METRICS_BEYOND_LOOPBACK, Metrics::new);
    }

    static Optional<Page> page(Document document) {
        return overHttp(document.single(PAGE), PAGE_HTTP, PAGE_BEYOND_LOOPBACK, Page::new);
    }

    /** Where others reach it, unencrypted, it has to be said that this is meant. */
    private static <T> Optional<T> overHttp(
            Entry in,
            Setting<HostPort> http,
            Setting<Boolean> beyondLoopback,
            BiFunction<Optional<HostPort>, Boolean, T> make) {
        Optional<HostPort> address = in.find(http);
        if (in.sound()
                && address.isPresent()
                && !address.get().isLoopback()
                && !in.get(beyondLoopback)) {
            in.refuse(
                    http,
                    "http: others than this machine's programs reach "
                            + address.get()
                            + ", unencrypted; write 127.0.0.1, or beyond-loopback = true");
        }
        return in.made(() -> make.apply(address, in.get(beyondLoopback)));
    }

    private static Optional<HostPort> literal(Value value, HostPort address) {
        return address.isLiteral()
                ? Optional.of(address)
                : value.refuse(
                        Malformed.quote(address.host())
                                + " is a name: write one of this machine's addresses, or 0.0.0.0 or"
                                + " [::] for all of them");
    }

    private static Optional<HostPort> loopback(Value value, HostPort address) {
        return address.isLoopback()
                ? Optional.of(address)
                : value.refuse(
                        "must be a loopback address such as \"127.0.0.1:5683\" or \"[::1]:5683\", since"
                                + " it is not encrypted, but is "
                                + Malformed.quote(address.toString()));
    }
}
