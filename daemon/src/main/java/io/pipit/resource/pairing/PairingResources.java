package io.pipit.resource.pairing;

import io.pipit.identity.pairing.Claims;
import io.pipit.identity.pairing.PairingCode;
import io.pipit.identity.pairing.PairingMessage;
import io.pipit.model.Grant;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import io.pipit.resource.pairing.Pairing.Outcome;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.ProblemDetails;
import io.pipit.wire.WireException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the tree: {@code /pair}, to which any key may send messages while a window is open,
 * and on the socket {@code /pairing}, which opens one (POST), shows it (GET), closes it (DELETE)
 * and joins another node's (PUT). A stranger never gets further than here. Thread-safe; nothing
 * here waits.
 */
public final class PairingResources implements Resources {
    private static final List<String> PAIR = List.of(Caller.PAIR);
    private static final List<String> PAIRING = List.of("pairing");
    private static final int WHERE_CHARS_MAX = 255;
    private static final int CREATED = 201;
    private static final int DELETED = 202;
    private static final int CHANGED = 204;
    private static final int CONTENT = 205;
    private static final int BAD_REQUEST = 400;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int FAILED = 500;
    private static final byte[] NOTHING = {};

    private final Resources rest;
    private final Pairing pairing;

    /**
     * @param rest what answers everything else
     */
    public PairingResources(Resources rest, Pairing pairing) {
        this.rest = rest;
        this.pairing = pairing;
    }

    @Override
    public void handle(Request request, Exchange exchange) {
        Via via = request.caller().via();
        if (via == Via.STRANGER) {
            if (request.caller().isHeard(request.method(), request.path())) {
                pair(request, exchange);
            }
            // Else there is no answer: nobody learns here what there is.
        } else if (via == Via.NETWORK && request.path().equals(PAIR)) {
            if (request.method() == Request.Method.POST) {
                pair(request, exchange);
            } else {
                refuse(exchange, METHOD_NOT_ALLOWED, "allowed here: POST");
            }
        } else if (via == Via.SOCKET && request.path().equals(PAIRING)) {
            local(request, exchange);
        } else {
            rest.handle(request, exchange);
        }
    }

    @Override
    public @Nullable Intake intake(Request request, long bytes, Exchange exchange) {
        return request.caller().via() == Via.STRANGER || request.path().equals(PAIR)
                ? null
                : rest.intake(request, bytes, exchange);
    }

    private void pair(Request request, Exchange exchange) {
        Caller.Proof proof = request.caller().proof();
        if (proof == null) {
            return;
        }
        var _ =
                pairing.take(proof, request.payload())
                        .whenComplete((answer, error) ->
                                exchange.respondOnce(
                                        error == null
                                                ? new Response(
                                                        CHANGED,
                                                        PairingMessage.CONTENT_FORMAT,
                                                        answer,
                                                        0)
                                                : new Response(FAILED, Request.NONE, NOTHING, 0)));
    }

    private void local(Request request, Exchange exchange) {
        try {
            switch (request.method()) {
                case GET -> answer(exchange, CONTENT, state());
                case DELETE -> {
                    pairing.close();
                    exchange.respondOnce(new Response(DELETED, Request.NONE, NOTHING, 0));
                }
                case POST -> answer(exchange, CREATED, opened(pairing.open(grants(body(request)))));
                case PUT -> join(body(request), exchange);
                default ->
                        refuse(
                                exchange,
                                METHOD_NOT_ALLOWED,
                                "allowed here: GET, POST, PUT, DELETE");
            }
        } catch (WireException e) {
            refuse(exchange, BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private void join(Document body, Exchange exchange) throws WireException {
        String where = body.get("to").text("");
        Optional<PairingCode> code = PairingCode.parse(body.get("code").text(""));
        if (where.isEmpty() || where.length() > WHERE_CHARS_MAX) {
            throw new WireException("to is no address, name or ID");
        }
        if (code.isEmpty()) {
            throw new WireException("code isn't one: it has " + PairingCode.DIGITS + " digits");
        }
        var _ =
                pairing.join(where, code.get(), grants(body))
                        .whenComplete((outcome, error) -> {
                            if (error != null) {
                                refuse(exchange, FAILED, "see the journal of the node");
                            } else {
                                answer(exchange, CHANGED, outcome(outcome));
                            }
                        });
    }

    private static Map<String, Object> opened(Pairing.Opened opened) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("code", opened.code().reveal());
        fields.put("expires", time(opened.expiresMicros()));
        fields.put("id", opened.id().toString());
        fields.put("name", opened.name());
        fields.put("addresses", opened.addresses().stream().map(PairingResources::text).toList());
        return fields;
    }

    private Map<String, Object> state() {
        Pairing.State state = pairing.state();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("open", state.open());
        if (state.open()) {
            fields.put("expires", time(state.expiresMicros()));
            fields.put("tries-left", state.triesLeft());
        }
        if (!state.last().isEmpty()) {
            fields.put("last", state.last());
        }
        return fields;
    }

    private static Map<String, Object> outcome(Outcome outcome) {
        Map<String, Object> fields = new LinkedHashMap<>();
        switch (outcome) {
            case Outcome.Refused refused -> {
                fields.put("paired", false);
                fields.put("reason", refused.reason());
            }
            case Outcome.Joined joined -> {
                fields.put("paired", true);
                fields.put("id", joined.id().toString());
                fields.put("name", joined.name());
                InetSocketAddress address = joined.address();
                if (address != null) {
                    fields.put("address", text(address));
                }
                fields.put("way", joined.way());
                fields.put("updated", joined.updated());
                fields.put(
                        "roles-there",
                        joined.grants().stream().map(Grant::toString).sorted().toList());
                fields.put("notes", joined.notes());
            }
        }
        return fields;
    }

    private static String time(long micros) {
        return Instant.EPOCH
                .plus(micros, ChronoUnit.MICROS)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    private static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static Document body(Request request) throws WireException {
        boolean cbor = request.contentFormat() == Format.CBOR.document();
        return request.payload().length == 0
                ? Document.ABSENT
                : Document.read(request.payload(), cbor ? Format.CBOR : Format.JSON);
    }

    /** Monitor and read where nothing is said. */
    private static Set<Grant> grants(Document body) throws WireException {
        if (!body.get("roles").isPresent()) {
            return Set.of(Grant.of(Grant.Role.MONITOR), Grant.of(Grant.Role.READ));
        }
        Set<Grant> grants = new LinkedHashSet<>();
        for (Document role : body.get("roles").items()) {
            grants.add(
                    Grant.parse(role.text(""))
                            .orElseThrow(() ->
                                    new WireException(
                                            role
                                                    + " is no role; roles are "
                                                    + List.of(Grant.Role.values()))));
        }
        if (!Claims.fit(grants)) {
            throw new WireException(
                    "roles are none, or more than "
                            + Claims.GRANTS_MAX
                            + ", or their patterns are too long; give the rest with 'pipit peer add'");
        }
        return grants;
    }

    private static void answer(Exchange exchange, int code, Map<String, Object> fields) {
        exchange.respondOnce(
                new Response(code, Format.JSON.document(), Document.write(fields, Format.JSON), 0));
    }

    private static void refuse(Exchange exchange, int code, String reason) {
        String title =
                switch (code) {
                    case BAD_REQUEST -> "Bad Request";
                    case METHOD_NOT_ALLOWED -> "Method Not Allowed";
                    default -> "Internal Server Error";
                };
        exchange.respondOnce(
                new Response(
                        code,
                        ProblemDetails.CONTENT_FORMAT,
                        new ProblemDetails(code, title, reason).encode(),
                        0));
    }
}
