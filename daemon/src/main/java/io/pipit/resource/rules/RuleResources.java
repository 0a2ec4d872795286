package io.pipit.resource.rules;

import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import io.pipit.port.rules.RuleEvent;
import io.pipit.port.rules.RuleStatus;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.ProblemDetails;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the tree: {@code /rules}, on the socket alone, GET. The node loop says how they
 * stand. Thread-safe; nothing here waits.
 */
public final class RuleResources implements Resources {
    private static final List<String> RULES = List.of("rules");
    private static final int CONTENT = 205;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int NOT_ACCEPTABLE = 406;
    private static final int UNAVAILABLE = 503;
    private static final int RETRY_SECONDS = 5;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Resources rest;
    private final Inbox inbox;
    private final TimeSource time;

    /**
     * @param rest what answers everything else
     */
    public RuleResources(Resources rest, Inbox inbox, TimeSource time) {
        this.rest = rest;
        this.inbox = inbox;
        this.time = time;
    }

    @Override
    public void handle(Request request, Exchange exchange) {
        if (request.caller().via() != Via.SOCKET || !request.path().equals(RULES)) {
            rest.handle(request, exchange);
        } else if (request.method() != Request.Method.GET) {
            refuse(exchange, METHOD_NOT_ALLOWED, "Method Not Allowed", "allowed here: GET", 0);
        } else if (request.accept() == Request.NONE || request.accept() == Format.JSON.document()) {
            answer(exchange, Format.JSON);
        } else if (request.accept() == Format.CBOR.document()) {
            answer(exchange, Format.CBOR);
        } else {
            refuse(
                    exchange,
                    NOT_ACCEPTABLE,
                    "Not Acceptable",
                    "content-formats here: "
                            + Format.JSON.document()
                            + " and "
                            + Format.CBOR.document(),
                    0);
        }
    }

    @Override
    public @Nullable Intake intake(Request request, long bytes, Exchange exchange) {
        return rest.intake(request, bytes, exchange);
    }

    private void answer(Exchange exchange, Format format) {
        var asked = new CompletableFuture<List<RuleStatus>>();
        var _ =
                asked.thenAccept(rules ->
                        exchange.respondOnce(
                                new Response(
                                        CONTENT,
                                        format.document(),
                                        Document.write(document(rules), format),
                                        0)));
        if (!inbox.offer(new Event.Rule(new RuleEvent.Asked(asked)))) {
            refuse(
                    exchange,
                    UNAVAILABLE,
                    "Service Unavailable",
                    "the node is too busy to say how its rules stand",
                    RETRY_SECONDS);
        }
    }

    private Map<String, Object> document(List<RuleStatus> rules) {
        List<Object> all = new ArrayList<>();
        for (RuleStatus rule : rules) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("name", rule.name());
            fields.put("when", rule.condition());
            fields.put("state", rule.truth().toString());
            fields.put("since-seconds-ago", secondsSince(rule.sinceNanos()));
            if (!rule.why().isEmpty()) {
                fields.put("why", rule.why());
            }
            fields.put("fired", rule.fired());
            fields.put("sets", rule.sets().stream().map(this::set).toList());
            all.add(fields);
        }
        return Map.of("rules", all);
    }

    private Map<String, Object> set(RuleStatus.Set set) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("actuator", set.actuator());
        fields.put("value", set.value());
        fields.put("state", set.state().toString());
        if (!set.reason().isEmpty()) {
            fields.put("reason", set.reason());
        }
        fields.put("held", set.held());
        fields.put("seconds-ago", secondsSince(set.atNanos()));
        return fields;
    }

    private double secondsSince(long nanos) {
        return Math.round((time.monotonicNanos() - nanos) / NANOS_PER_SECOND * 1e3) / 1e3;
    }

    private static void refuse(
            Exchange exchange, int code, String title, String why, int retrySeconds) {
        exchange.respondOnce(
                new Response(
                        code,
                        ProblemDetails.CONTENT_FORMAT,
                        new ProblemDetails(code, title, why).encode(),
                        retrySeconds));
    }
}
