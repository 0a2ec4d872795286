package io.pipit.http.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers what a test said, and keeps what it was asked, by any thread. */
final class FakeTree implements Resources {
    /** As JSON, by path. */
    final Map<String, String> documents =
            new HashMap<>(
                    Map.of(
                            "health", "{\"status\":\"ok\"}",
                            "peers", "{\"peers\":[]}",
                            "sensors", "{\"sensors\":[]}",
                            "history", "[]"));

    /** In place of a document. */
    final Map<String, Response> refusals = new HashMap<>();

    final List<Request> asked = new CopyOnWriteArrayList<>();

    /** Who watches. */
    final List<Exchange> watching = new CopyOnWriteArrayList<>();

    boolean refusesWatching;

    @Override
    public void handle(Request request, Exchange exchange) {
        asked.add(request);
        String path = String.join("/", request.path());
        if (request.observe()) {
            if (refusesWatching) {
                exchange.respond(new Response(503, Request.NONE, new byte[0], 5));
                return;
            }
            watching.add(exchange);
            exchange.respond(pack(List.of()));
            exchange.onClosed(() -> watching.remove(exchange));
        } else if (refusals.containsKey(path)) {
            exchange.respond(refusals.get(path));
        } else {
            exchange.respond(
                    new Response(
                            205,
                            request.accept(),
                            documents.getOrDefault(path, "").getBytes(UTF_8),
                            5));
        }
    }

    private static Response pack(List<Senml.Item> items) {
        return new Response(205, Format.CBOR.senml(), Senml.encode(items, Format.CBOR), 60);
    }

    void arrives(Senml.Item... items) {
        List.copyOf(watching).forEach(one -> one.respond(pack(List.of(items))));
    }

    List<Request> asked(String path) {
        return asked.stream().filter(request -> request.path().equals(List.of(path))).toList();
    }
}
