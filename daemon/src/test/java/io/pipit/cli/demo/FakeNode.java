package io.pipit.cli.demo;

import io.pipit.config.Configuration;
import io.pipit.config.ConfigurationLoader;
import io.pipit.config.DriverDescriptor;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.Series;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.tcp.EventLoop;
import io.pipit.tcp.UnixSocketServer;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that answers like a node of the demo: two series of its own and of each peer, ten
 * readings a second, by the wall clock. What it is to do wrong stands in the environment.
 */
public final class FakeNode {
    /** "missing", "twice", "die" or nothing. */
    static final String FAULT = "PIPIT_TEST_FAULT";

    private static final long STEP_MICROS = 100_000;
    private static final Pattern NAME = Pattern.compile("name = \"([a-z0-9-]+)\"");
    private static final List<String> SERIES = List.of("air/temperature", "host/load");

    private final Configuration configuration;
    private final String id;

    /** Whom it was paired with: ID by name. */
    private final Map<String, String> known = new ConcurrentSkipListMap<>();

    private final String fault;
    private final long startMicros;

    private FakeNode(Configuration configuration, String id, String fault, long startMicros) {
        this.configuration = configuration;
        this.id = id;
        this.fault = fault;
        this.startMicros = startMicros;
    }

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[arguments.length - 1]);
        String fault = System.getenv().getOrDefault(FAULT, "");
        if (fault.equals("die")) {
            System.err.println("bad luck");
            System.exit(1);
        }
        var drivers =
                List.of(
                        new DriverDescriptor("host", false, false, List.of()),
                        new DriverDescriptor("bme280", true, true, List.of()));
        var loaded = new ConfigurationLoader(drivers).load(file, Environment.ofProcess());
        Configuration configuration =
                switch (loaded) {
                    case LoadedConfiguration.Accepted(Configuration right) -> right;
                    case LoadedConfiguration.Refused(var problems, int _) ->
                            throw new IllegalStateException(problems.toString());
                };
        String id = Identity.loadOrCreate(configuration.node().dataDir()).id().toString();
        // All count from the same moment: when the demo's folder was made.
        long start = Files.getLastModifiedTime(file.getParent().getParent()).toMillis() * 1_000;
        FakeNode node = new FakeNode(configuration, id, fault, start);
        var server =
                new UnixSocketServer(
                        configuration.node().runDir(),
                        node::handle,
                        SessionLimits.LOCAL,
                        new Metrics(),
                        new EventLoop(Thread.ofPlatform().daemon().factory()));
        server.start();
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private void handle(Request request, Exchange exchange) {
        switch (String.join("/", request.path())) {
            case "health" -> json(exchange, Map.of("status", "ok"));
            case "peers" -> json(exchange, peers());
            case "history" -> history(request, exchange);
            case "pairing" -> pairing(request, exchange);
            default -> exchange.respond(new Response(404, Request.NONE, new byte[0], 60));
        }
    }

    /** Trusts all who are there, whatever the code: this one can't talk to them. */
    private void pairing(Request request, Exchange exchange) {
        try (var folders = Files.list(configuration.node().runDir().getParent())) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                Matcher name = NAME.matcher(Files.readString(folder.resolve("pipit.toml")));
                if (name.find() && !name.group(1).equals(configuration.node().name())) {
                    known.put(
                            name.group(1),
                            Identity.loadOrCreate(folder.resolve("data")).id().toString());
                }
            }
        } catch (IOException | IdentityException e) {
            throw new IllegalStateException(e);
        }
        json(
                exchange,
                request.method() == Request.Method.POST
                        ? Map.of("code", "12345678", "addresses", List.of())
                        : Map.of("paired", true));
    }

    private static void json(Exchange exchange, Object value) {
        exchange.respond(new Response(205, 50, Document.write(value, Format.JSON), 60));
    }

    private Map<String, Object> peers() {
        List<Object> peers = new ArrayList<>();
        known.forEach((name, peer) ->
                peers.add(Map.of("id", peer, "name", name, "live", true, "rtt-p50-ms", 1.5)));
        return Map.of("id", id, "peers", peers);
    }

    private void history(Request request, Exchange exchange) {
        Map<String, String> query = new HashMap<>();
        request.query().forEach(q -> query.put(q.split("=", 2)[0], q.split("=", 2)[1]));
        Filter filter = Filter.of(query.get("series"));
        boolean newest = query.containsKey("newest");
        List<Senml.Item> items = new ArrayList<>();
        Map<String, String> nodes = new LinkedHashMap<>();
        nodes.put(configuration.node().name(), id);
        nodes.putAll(known);
        long now = (System.currentTimeMillis() * 1_000 - startMicros) / STEP_MICROS;
        nodes.forEach((name, origin) -> {
            for (long sequence = newest ? now - 1 : 1; sequence <= now; sequence++) {
                String series = SERIES.get((int) (sequence % SERIES.size()));
                if (filter.matches(name, Series.parse(series).orElseThrow())) {
                    items.add(item(origin, series, sequence));
                }
            }
        });
        boolean peers = !items.isEmpty() && !items.getFirst().base().equals(id + "/");
        if (peers && fault.equals("missing")) {
            items.removeIf(item -> item.sequence() == 5);
        }
        if (peers && fault.equals("twice") && !newest) {
            items.add(items.size() / 2, items.get(items.size() / 2));
        }
        exchange.respond(new Response(205, 112, Senml.encode(page(items, query), Format.CBOR), 60));
    }

    private static List<Senml.Item> page(List<Senml.Item> items, Map<String, String> query) {
        int from = 0;
        for (int i = 0; i < items.size(); i++) {
            Senml.Item item = items.get(i);
            String place = item.base().replace("/", "") + ":" + item.log() + ":" + item.sequence();
            from = place.equals(query.get("after")) ? i + 1 : from;
        }
        return items.subList(from, Math.min(items.size(), from + 500));
    }

    private Senml.Item item(String origin, String series, long sequence) {
        long time = startMicros + sequence * STEP_MICROS;
        return new Senml.Item(
                origin + "/", series, "Cel", time, 20.5, null, new LogId(7), sequence);
    }
}
