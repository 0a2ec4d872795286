package io.pipit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Format;
import io.pipit.wire.ProblemDetails;
import io.pipit.wire.Senml;
import io.pipit.wire.WireException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** Answers as a daemon would, from a list of readings. */
final class FakeTree implements Resources {
    static final NodeId OWN = NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();
    static final NodeId PEER = NodeId.of(new FakeKey());
    static final LogId LOG = new LogId(0x0123456789abcdefL);

    final List<Senml.Item> readings = new CopyOnWriteArrayList<>();
    final BlockingQueue<Exchange> observers = new LinkedBlockingQueue<>();
    final List<String> changes = new CopyOnWriteArrayList<>();

    /** Only its encoding matters. */
    private static final class FakeKey implements java.security.PublicKey {
        private static final long serialVersionUID = 1;

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[] {1};
        }
    }

    void add(NodeId node, long sequence, String series, double value, String unit, long micros) {
        readings.add(item(node, sequence, series, value, unit, micros));
    }

    static Senml.Item item(
            NodeId node, long sequence, String series, double value, String unit, long micros) {
        return new Senml.Item(node + "/", series, unit, micros, value, null, LOG, sequence);
    }

    @Override
    public void handle(Request request, Exchange exchange) {
        String path = String.join("/", request.path());
        if (path.endsWith("actuators/pump")) {
            exchange.respond(
                    new Response(
                            409,
                            ProblemDetails.CONTENT_FORMAT,
                            new ProblemDetails(409, "Conflict", "pump is held by rule").encode(),
                            0));
            return;
        }
        if (request.method() == Request.Method.PUT && path.contains("actuators/")) {
            changes.add(path + " " + setting(request));
            exchange.respond(new Response(204, Request.NONE, new byte[0], 0));
            return;
        }
        if (request.method() != Request.Method.GET) {
            changes.add(
                    request.method()
                            + " "
                            + path
                            + " "
                            + request.query()
                            + " "
                            + new String(request.payload(), UTF_8));
            exchange.respond(new Response(204, Request.NONE, new byte[0], 60));
            return;
        }
        switch (path) {
            case "health" ->
                    json(
                            exchange,
                            """
                            {"status":"degraded","parts":{"store":{"status":"ok"},\
                            "clock":{"status":"degraded","reason":"no NTP"}}}\
                            """);
            case "peers" ->
                    json(
                            exchange,
                            "{\"id\":\"%s\",\"peers\":[{\"id\":\"%s\",\"name\":\"shed\",\"reachable\":true,\"rtt-p50-ms\":1.25,\"live\":true,\"last\":null,\"via\":{\"udp\":true}}]}"
                                    .formatted(OWN, PEER));
            case "trust" ->
                    json(
                            exchange,
                            "[{\"id\":\"%s\",\"name\":\"shed\",\"roles\":[\"monitor\",\"read\"]}]"
                                    .formatted(PEER));
            case "sensors" ->
                    json(
                            exchange,
                            """
                            {"sensors":[{"name":"air","state":"ok","since-seconds-ago":90.0,\
                            "quantities":["pressure","temperature"]},{"name":"soil","state":"failed",\
                            "reason":"nobody there","since-seconds-ago":200.0,\
                            "retry-in-seconds":20.5,"quantities":[]}]}\
                            """);
            case "rules" ->
                    json(
                            exchange,
                            """
                            {"rules":[{"name":"cooling","when":"air/temperature > 30","state":"true",\
                            "since-seconds-ago":90.0,"fired":1,"sets":[{"actuator":"fan","value":1.0,\
                            "state":"set","held":true,"seconds-ago":5.0},{"actuator":"shed/fan",\
                            "value":0.5,"state":"refused","reason":"nobody there","held":true,\
                            "seconds-ago":6.0}]},{"name":"rule-2","when":"x/y > 1","state":"unknown",\
                            "since-seconds-ago":200.0,"why":"no reading of x/y yet","fired":0,"sets":[]}]}\
                            """);
            case "actuators" ->
                    json(
                            exchange,
                            request.query().isEmpty()
                                    ? """
                                    {"actuators":[{"name":"fan","quantity":"state","unit":"/","min":0,"max":1,\
                                    "on-off":true,"safe":0,"value":1,"since-seconds-ago":12.5,\
                                    "held-by":{"kind":"peer","name":"shed"},"left-seconds":587.5,"state":"ok"},\
                                    {"name":"vent","quantity":"position","unit":"deg","min":0,"max":180,\
                                    "on-off":false,"safe":null,"value":null,"state":"failed","reason":"no such line"}],\
                                    "peers":[{"node":"shed","name":"pump","quantity":"level","unit":"/","min":0,\
                                    "max":1,"on-off":false,"safe":0}]}\
                                    """
                                    : """
                                    {"acts":[{"time":"2026-11-01T12:00:00Z","actuator":"fan","what":"set","value":1,\
                                    "by":"peer","name":"shed","for-seconds":600},{"time":"2026-11-01T12:00:05Z",\
                                    "actuator":"fan","what":"failed","value":null,"by":"local","reason":"no such line"}]}\
                                    """);
            case "doctor" ->
                    json(
                            exchange,
                            """
                            {"findings":[{"part":"clock","what":"clock","state":"ok",\
                            "says":"synchronised"},{"part":"peer","what":"shed over UDP",\
                            "state":"failed","says":"no answer","remedy":"switch it on"}]}\
                            """);
            case "history" -> history(request, exchange);
            case "forbidden" -> exchange.respond(new Response(403, Request.NONE, new byte[0], 60));
            default ->
                    exchange.respond(
                            new Response(
                                    404,
                                    ProblemDetails.CONTENT_FORMAT,
                                    new ProblemDetails(404, "not here", "try elsewhere").encode(),
                                    60));
        }
    }

    /** What is set, and for how long. */
    private static String setting(Request request) {
        try {
            Senml.Setting setting = Senml.decodeSetting(request.payload(), Format.CBOR);
            return setting.item().value() + " for " + setting.holdMicros() + " us";
        } catch (WireException e) {
            throw new AssertionError(e);
        }
    }

    private static void json(Exchange exchange, String text) {
        exchange.respond(new Response(205, 50, text.getBytes(UTF_8), 60));
    }

    private void history(Request request, Exchange exchange) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String part : request.query()) {
            int equals = part.indexOf('=');
            query.put(part.substring(0, equals), part.substring(equals + 1));
        }
        Filter filter = Filter.of(query.getOrDefault("series", "**"));
        List<Senml.Item> found = new ArrayList<>();
        boolean begun = !query.containsKey("after");
        int limit = Math.min(3, Integer.parseInt(query.getOrDefault("limit", "3")));
        for (Senml.Item item : request.observe() ? List.<Senml.Item>of() : readings) {
            String node = item.base().equals(OWN + "/") ? "greenhouse" : "shed";
            Optional<Series> series = Series.parse(item.name());
            if (begun && found.size() < limit && filter.matches(node, series.orElseThrow())) {
                if (query.containsKey("newest")) {
                    found.removeIf(
                            f -> f.base().equals(item.base()) && f.name().equals(item.name()));
                }
                found.add(item);
            }
            String place = item.base().replace("/", "") + ":" + item.log() + ":" + item.sequence();
            begun |= place.equals(query.get("after"));
        }
        answer(exchange, found);
        if (request.observe()) {
            observers.add(exchange);
        }
    }

    static void answer(Exchange exchange, List<Senml.Item> items) {
        exchange.respond(
                new Response(205, Format.CBOR.senml(), Senml.encode(items, Format.CBOR), 60));
    }
}
